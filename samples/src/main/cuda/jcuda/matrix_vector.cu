// product[r] = the sum over c of rows[r][c] * vector[c], in integers that wrap, so that the order of
// adding does not matter.

#define THREADS 256

// Each block takes whole rows. `columns` is a multiple of four.
extern "C" __global__ void __launch_bounds__(THREADS) multiply_rows(
    const int* rows, unsigned int rowCount, unsigned int columns, const int* vector,
    int* product) {
  __shared__ int warpSums[THREADS / 32];
  const int4* factors = reinterpret_cast<const int4*>(vector);
  for (unsigned int row = blockIdx.x; row < rowCount; row += gridDim.x) {
    const int4* values = reinterpret_cast<const int4*>(rows + (size_t)row * columns);
    int sum = 0;
    for (unsigned int i = threadIdx.x; i < columns / 4; i += THREADS) {
      int4 a = values[i];
      int4 x = factors[i];
      sum += a.x * x.x + a.y * x.y + a.z * x.z + a.w * x.w;
    }
    for (int distance = 16; distance > 0; distance /= 2)
      sum += __shfl_down_sync(0xFFFFFFFFu, sum, distance);
    if (threadIdx.x % 32 == 0) warpSums[threadIdx.x / 32] = sum;
    __syncthreads();
    if (threadIdx.x == 0) {
      for (int warp = 1; warp < THREADS / 32; warp++) sum += warpSums[warp];
      product[row] = sum;
    }
    __syncthreads();
  }
}
