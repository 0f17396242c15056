// Pointers that move through loops.

typedef unsigned long long word;

//= matrix_multiply 0:read 1:read 2:write
extern "C" __global__ void matrix_multiply(const float* a, const float* b, float* c, int n) {
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  int column = blockIdx.x * blockDim.x + threadIdx.x;
  float sum = 0;
  for (int k = 0; k < n; k++) sum += a[row * n + k] * b[k * n + column];
  c[row * n + column] = sum;
}

//= sparse_rows 0:read 1:read 2:read 3:read 4:write
extern "C" __global__ void sparse_rows(
    const int* starts, const int* columns, const double* values, const double* x, double* y) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  double sum = 0;
  for (int i = starts[row]; i < starts[row + 1]; i++) sum += values[i] * x[columns[i]];
  y[row] = sum;
}

//= sparse_rows_long 0:read 1:read 2:read 3:read 4:write
extern "C" __global__ void sparse_rows_long(
    const word* starts, const word* columns, const double* values, const double* x, double* y) {
  word row = blockIdx.x * (word)blockDim.x + threadIdx.x;
  double sum = 0;
  for (word i = starts[row]; i < starts[row + 1]; i++) sum += values[i] * x[columns[i]];
  y[row] = sum;
}

//= running_pointers 0:read 1:write
extern "C" __global__ void running_pointers(const short* source, short* target, int count) {
  const short* from = source + threadIdx.x;
  short* to = target + count;
  while (count-- > 0) *--to = *from++;
}

//= stencil 0:read 1:write
extern "C" __global__ void stencil(const float* in, float* out, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  for (int y = 1; y < height - 1; y++) {
    const float* row = in + (size_t)y * width;
    out[(size_t)y * width + x] = row[x - 1] + row[x + 1] + row[x - width] + row[x + width];
  }
}

//= pointers_in_a_loop 0:write 1:write 2:read
extern "C" __global__ void pointers_in_a_loop(int* a, int* b, const int* c, int count) {
  int* targets[2] = {a, b};
  for (int i = 0; i < count; i++) targets[i & 1][i] = c[i];
}

//= prefix_sum 0:both
extern "C" __global__ void prefix_sum(int* data, int count) {
  for (int distance = 1; distance < count; distance *= 2) {
    int other = threadIdx.x >= distance ? data[threadIdx.x - distance] : 0;
    __syncthreads();
    data[threadIdx.x] += other;
    __syncthreads();
  }
}

//= binary_search 0:read 1:read 2:write
extern "C" __global__ void binary_search(
    const word* sorted, const word* wanted, word* found, word count) {
  word key = wanted[threadIdx.x];
  const word* low = sorted;
  while (count > 0) {
    word half = count / 2;
    if (low[half] < key) {
      low += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  found[threadIdx.x] = *low;
}
