// sum[i] = left[i] + right[i], in integers that wrap.

extern "C" __global__ void vector_add(
    const int* left, const int* right, int* sum, unsigned long long count) {
  unsigned long long stride = (unsigned long long)gridDim.x * blockDim.x;
  unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  for (; i < count; i += stride) sum[i] = left[i] + right[i];
}
