// Kernels that use their parameters as they come. How to read the answers: see README.md.

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

//= copy 0:read 1:write
extern "C" __global__ void copy(const float* source, float* target, int count) {
  int i = position();
  if (i < count) target[i] = source[i];
}

//= scale_in_place 0:both
extern "C" __global__ void scale_in_place(float* data, float factor, int count) {
  int i = position();
  if (i < count) data[i] *= factor;
}

//= saxpy 2:read 3:both
extern "C" __global__ void saxpy(int count, float a, const float* x, float* y) {
  for (int i = position(); i < count; i += gridDim.x * blockDim.x) y[i] = a * x[i] + y[i];
}

//= fill 0:write
extern "C" __global__ void fill(double* target, double value, word count) {
  for (word i = position(); i < count; i += gridDim.x * blockDim.x) target[i] = value;
}

// Never called with more than a size: the pointers are not touched.
//= ignore 0:none 1:none 2:write
extern "C" __global__ void ignore(const float* a, float* b, int* target) { target[0] = 1; }

//= restricted 0:read 1:read 2:write
extern "C" __global__ void restricted(
    const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, int count) {
  int i = position();
  if (i < count) c[i] = a[i] * b[i];
}

//= cached_loads 0:read 1:read 2:read 3:read 4:write
extern "C" __global__ void cached_loads(
    const int* a, const int* b, const int* c, const int* d, int* target) {
  int i = position();
  target[i] = __ldg(a + i) + __ldcs(b + i) + __ldcg(c + i) + __ldca(d + i);
}

//= cached_stores 0:read 1:write 2:write 3:write
extern "C" __global__ void cached_stores(const int* source, int* a, int* b, int* c) {
  int i = position();
  int value = source[i];
  __stwb(a + i, value);
  __stcg(b + i, value + 1);
  __stcs(c + i, value + 2);
}

//= vectors 0:read 1:write
extern "C" __global__ void vectors(const float4* source, float4* target) {
  int i = position();
  float4 v = source[i];
  target[i] = make_float4(v.w, v.z, v.y, v.x);
}

//= narrow_vectors 0:read 1:write 2:read
extern "C" __global__ void narrow_vectors(const uchar4* source, ushort2* target, const char2* more) {
  int i = position();
  uchar4 v = source[i];
  char2 m = more[i];
  target[i] = make_ushort2(v.x + v.z + m.x, v.y + v.w + m.y);
}

struct __align__(16) Packed {
  word low, high;
};

//= packed_128_bits 0:read 1:write
extern "C" __global__ void packed_128_bits(const Packed* source, Packed* target) {
  int i = position();
  Packed p = source[i];
  word low = p.low;
  p.low = p.high;
  p.high = low;
  target[i] = p;
}

//= volatile_data 0:read 1:write
extern "C" __global__ void volatile_data(const volatile int* source, volatile int* target) {
  int i = position();
  target[i] = source[i] + source[i];
}

template <typename T, int STRIDE>
__global__ void strided(const T* source, T* target) {
  int i = position();
  target[i * STRIDE] = source[i / STRIDE];
}
//= _Z7stridedIiLi4EEvPKT_PS0_ 0:read 1:write
template __global__ void strided<int, 4>(const int*, int*);
//= _Z7stridedIdLi1EEvPKT_PS0_ 0:read 1:write
template __global__ void strided<double, 1>(const double*, double*);

//= gather 0:read 1:read 2:write
extern "C" __global__ void gather(const float* table, const int* indices, float* target) {
  int i = position();
  target[i] = table[indices[i]];
}

//= scatter 0:read 1:read 2:write
extern "C" __global__ void scatter(const float* source, const int* indices, float* table) {
  int i = position();
  table[indices[i]] = source[i];
}

//= gather_long 0:read 1:read 2:write
extern "C" __global__ void gather_long(const float* table, const word* indices, float* target) {
  int i = position();
  target[i] = table[indices[i]];
}

// The element's address is a pointer and a number from memory, each of 64 bits.
//= scatter_bytes 0:read 1:read 2:write
extern "C" __global__ void scatter_bytes(const char* source, const word* offsets, char* table) {
  int i = position();
  table[offsets[i]] = source[i];
}

//= histogram_of_hashes 0:read 1:both
extern "C" __global__ void histogram_of_hashes(const word* keys, unsigned* bins, word mask) {
  int i = position();
  word hash = keys[i] * 0x9E3779B97F4A7C15ull;
  bins[(hash >> 32) & mask]++;
}

//= modulo 0:read 1:both
extern "C" __global__ void modulo(const word* keys, int* bins, word count) {
  bins[keys[position()] % count] += 1;
}
