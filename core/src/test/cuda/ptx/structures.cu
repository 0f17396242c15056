// Pointers in structures and in arrays that are parameters themselves.

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

struct Buffers {
  const float* in;
  int count;
  float* out;
  double factor;
};

//= structure 0+0:read 0+16:write
extern "C" __global__ void structure(Buffers b) {
  int i = position();
  if (i < b.count) b.out[i] = b.in[i] * b.factor;
}

//= structure_copied 0+0:read 0+16:write
extern "C" __global__ void structure_copied(Buffers b) {
  Buffers mine = b;
  Buffers* where = &mine;
  where->in += 4;
  where->out[position()] = where->in[position()];
}

struct Nested {
  int before;
  Buffers first;
  Buffers second;
};

//= nested_structure 0+8:read 0+24:none 0+40:none 0+56:write
extern "C" __global__ void nested_structure(Nested n) {
  n.second.out[position()] = n.first.in[position()];
}

struct Pointers {
  const int* sources[4];
  int* targets[4];
};

//= array_in_structure 0+0:read 0+8:none 0+32:none 0+40:write
extern "C" __global__ void array_in_structure(Pointers p) {
  p.targets[1][position()] = p.sources[0][position()];
}

//= array_in_structure_by_index 0+0:read 0+24:read 0+32:write 0+56:write
extern "C" __global__ void array_in_structure_by_index(Pointers p, int from, int to) {
  p.targets[to & 3][position()] = p.sources[from & 3][position()];
}

//= array_in_constant_structure 0+0:read 0+24:read 0+32:write
extern "C" __global__ void array_in_constant_structure(
    const __grid_constant__ Pointers p, int from) {
  p.targets[0][position()] = p.sources[from & 3][position()];
}

struct Many {
  const float* in[80];
};

// More pointers than are told apart.
//= many_pointers 0+0:read 0+632:read 1:write
extern "C" __global__ void many_pointers(Many m, float* out) {
  out[position()] = m.in[0][position()] + m.in[79][position()];
}

// Its pointer is not where a launch's arguments are searched for any.
#pragma pack(push, 1)
struct Unaligned {
  int before;
  float* out;
};
#pragma pack(pop)

//= unaligned_pointer anywhere 1:read
extern "C" __global__ void unaligned_pointer(Unaligned u, const float* in) {
  u.out[position()] = in[position()];
}

struct Node {
  Node* next;
  int value;
};

//= linked_list 0:read 1:write
extern "C" __global__ void linked_list(const Node* first, int* sum) {
  int total = 0;
  for (const Node* each = first; each; each = each->next) total += each->value;
  *sum = total;
}

//= linked_list_writer anywhere 0:both 1:read
extern "C" __global__ void linked_list_writer(Node* first, const int* value) {
  for (Node* each = first; each; each = each->next) each->value = *value;
}

//= pointers_in_memory 0:read 1:write
extern "C" __global__ void pointers_in_memory(const float* const* rows, float* out) {
  out[position()] = rows[blockIdx.x][threadIdx.x];
}

//= pointers_in_memory_written anywhere 0:read 1:read
extern "C" __global__ void pointers_in_memory_written(float* const* rows, const float* in) {
  rows[blockIdx.x][threadIdx.x] = in[position()];
}

//= structure_in_memory anywhere 0:read
extern "C" __global__ void structure_in_memory(const Buffers* b) {
  b->out[position()] = b->in[position()];
}

union Either {
  float* pointer;
  word number;
};

//= united 0:write 1:read
extern "C" __global__ void united(Either e, const float* in) {
  Either moved = e;
  moved.number += 16;
  moved.pointer[position()] = in[position()];
}

class Matrix {
 public:
  __device__ float get(int row, int column) const { return data[row * columns + column]; }
  __device__ void set(int row, int column, float value) { data[row * columns + column] = value; }

 private:
  float* data;
  int columns;
};

//= methods 0+0:read 1+0:write
extern "C" __global__ void methods(Matrix in, Matrix out) {
  out.set(threadIdx.y, threadIdx.x, in.get(threadIdx.x, threadIdx.y));
}
