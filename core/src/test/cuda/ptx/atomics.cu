// Atomic operations.

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

//= histogram 0:read 1:both
extern "C" __global__ void histogram(const unsigned char* data, unsigned* bins, int count) {
  for (int i = position(); i < count; i += gridDim.x * blockDim.x) atomicAdd(&bins[data[i]], 1u);
}

//= private_histogram 0:read 1:both
extern "C" __global__ void private_histogram(const unsigned char* data, unsigned* bins) {
  __shared__ unsigned mine[256];
  mine[threadIdx.x] = 0;
  __syncthreads();
  atomicAdd(&mine[data[position()]], 1u);
  __syncthreads();
  atomicAdd(&bins[threadIdx.x], mine[threadIdx.x]);
}

//= maximum 0:read 1:both
extern "C" __global__ void maximum(const int* data, int* most) {
  atomicMax(most, data[position()]);
}

//= compare_and_swap 0:both 1:read
extern "C" __global__ void compare_and_swap(word* slots, const word* keys) {
  word key = keys[position()];
  word at = key % 1024;
  while (atomicCAS(&slots[at], 0ull, key) != 0) at = (at + 1) % 1024;
}

//= append 0:both 1:write 2:read
extern "C" __global__ void append(unsigned* size, int* list, const int* data) {
  int value = data[position()];
  if (value > 0) list[atomicAdd(size, 1u)] = value;
}

//= add_doubles 0:read 1:both
extern "C" __global__ void add_doubles(const double* in, double* sum) {
  word* bits = (word*)sum;
  word old = *bits, assumed;
  do {
    assumed = old;
    old = atomicCAS(
        bits, assumed, __double_as_longlong(in[position()] + __longlong_as_double(assumed)));
  } while (assumed != old);
}

//= exchange 0:both 1:write 2:read
extern "C" __global__ void exchange(int* slot, int* before, const int* in) {
  before[position()] = atomicExch(slot, in[position()]);
}

//= spin_lock 0:both 1:both 2:read
extern "C" __global__ void spin_lock(int* lock, int* shared, const int* in) {
  while (atomicCAS(lock, 0, 1) != 0) {
  }
  __threadfence();
  shared[0] += in[0];
  __threadfence();
  atomicExch(lock, 0);
}

//= warp_sum 0:read 1:both
extern "C" __global__ void warp_sum(const float* in, float* sum) {
  float value = in[position()];
  for (int step = 16; step > 0; step /= 2) value += __shfl_down_sync(0xFFFFFFFFu, value, step);
  if (threadIdx.x % 32 == 0) atomicAdd(sum, value);
}
