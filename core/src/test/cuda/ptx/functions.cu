// Functions: inlined, called, recursive, and called through pointers.

typedef unsigned long long word;

#define CALLED __device__ __noinline__

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

__device__ __forceinline__ void put(float* target, int i, float value) { target[i] = value; }
CALLED float get(const float* source, int i) { return source[i]; }
CALLED void set(float* target, int i, float value) { target[i] = value; }
CALLED float sum(const float* data, int count) {
  return count == 0 ? 0 : data[0] + sum(data + 1, count - 1);
}
CALLED void clear(float* data, int count) {
  if (count == 0) return;
  data[count - 1] = 0;
  clear(data, count - 1);
}
CALLED float* later(float* data, int by) { return data + by; }
CALLED const float* either(const float* a, const float* b, int which) { return which ? a : b; }
CALLED void move(float* target, const float* source, int count) {
  for (int i = 0; i < count; i++) target[i] = source[i];
}

//= inlined 0:read 1:write
extern "C" __global__ void inlined(const float* in, float* out) {
  put(out, position(), in[position()]);
}

//= called_to_read 0:read 1:write
extern "C" __global__ void called_to_read(const float* in, float* out) {
  out[position()] = get(in, position()) + get(in, position() + 1);
}

//= called_to_write 0:read 1:write
extern "C" __global__ void called_to_write(const float* in, float* out) {
  set(out, position(), in[position()]);
}

//= called_for_both 0:both 1:read
extern "C" __global__ void called_for_both(float* data, const float* in) {
  set(data, position(), get(data, position()) + in[position()]);
}

//= recursive 0:read 1:write
extern "C" __global__ void recursive(const float* in, float* out, int count) {
  out[position()] = sum(in, count);
}

//= recursive_writer 0:write 1:read
extern "C" __global__ void recursive_writer(float* out, const float* in) {
  clear(out, (int)in[0]);
}

//= returned_pointer 0:write 1:read
extern "C" __global__ void returned_pointer(float* out, const float* in) {
  *later(out, position()) = in[position()];
}

//= returned_either 0:read 1:read 2:write
extern "C" __global__ void returned_either(const float* a, const float* b, float* out) {
  out[position()] = *either(a, b, threadIdx.x & 1);
}

//= moved_twice 0:read 1:both 2:write
extern "C" __global__ void moved_twice(const float* a, float* b, float* c, int count) {
  move(b, a, count);
  move(c, b, count);
}

struct View {
  const float* data;
  float* result;
  int count;
};

CALLED float total(View view) {
  float all = 0;
  for (int i = 0; i < view.count; i++) all += view.data[i];
  return all;
}
CALLED void finish(const View& view, float value) { view.result[0] = value; }
CALLED View rest(View view) {
  view.data++;
  view.result++;
  view.count--;
  return view;
}

//= structure_by_value 0:read 1:write
extern "C" __global__ void structure_by_value(const float* in, float* out, int count) {
  View view = {in, out, count};
  out[position()] = total(view);
}

//= structure_by_reference 0:read 1:write
extern "C" __global__ void structure_by_reference(const float* in, float* out) {
  View view = {in, out, 1};
  finish(view, in[0]);
}

//= structure_returned 0:read 1:write
extern "C" __global__ void structure_returned(const float* in, float* out, int count) {
  View view = {in, out, count};
  View next = rest(view);
  next.result[0] = next.data[0];
}

typedef float (*Operation)(float*, float);
CALLED float reads(float* data, float value) { return data[0] + value; }
CALLED float writes(float* data, float value) { return data[0] = value; }
__device__ Operation operations[2] = {reads, writes};

//= through_a_table 0:both
extern "C" __global__ void through_a_table(float* data, int which) {
  operations[which](data, 1);
}

//= through_a_pointer 0:both 1:none
extern "C" __global__ void through_a_pointer(float* data, float* unused, Operation operation) {
  operation(data, 2);
}

struct Shape {
  __device__ virtual float area(const float* data) const { return data[0]; }
};
struct Square : Shape {
  __device__ float area(const float* data) const override { return data[0] * data[0]; }
};

//= virtual_call 0:read 1:write
extern "C" __global__ void virtual_call(const float* in, float* out, int which) {
  Shape shape;
  Square square;
  const Shape* one = which ? (const Shape*)&square : &shape;
  out[0] = one->area(in);
}

//= lambda 0:read 1:write
extern "C" __global__ void lambda(const int* in, int* out, int by) {
  auto add = [=](int i) { out[i] = in[i] + by; };
  add(position());
}

template <typename F>
__global__ void apply(F f, int count) {
  if (position() < count) f(position());
}
struct Doubling {
  const float* in;
  float* out;
  __device__ void operator()(int i) const { out[i] = 2 * in[i]; }
};
//= _Z5applyI8DoublingEvT_i 0+0:read 0+8:write
template __global__ void apply<Doubling>(Doubling, int);
