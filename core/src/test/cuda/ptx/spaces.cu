// Shared, local and constant memory, variables of the module, textures and surfaces.

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

//= tiled_transpose 0:read 1:write
extern "C" __global__ void tiled_transpose(const float* in, float* out, int n) {
  __shared__ float tile[32][33];
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  tile[threadIdx.y][threadIdx.x] = in[y * n + x];
  __syncthreads();
  out[(blockIdx.x * 32 + threadIdx.y) * n + blockIdx.y * 32 + threadIdx.x] =
      tile[threadIdx.x][threadIdx.y];
}

//= block_sum 0:read 1:write
extern "C" __global__ void block_sum(const int* data, int* sums) {
  extern __shared__ int partial[];
  partial[threadIdx.x] = data[position()];
  for (int step = blockDim.x / 2; step > 0; step /= 2) {
    __syncthreads();
    if (threadIdx.x < step) partial[threadIdx.x] += partial[threadIdx.x + step];
  }
  if (threadIdx.x == 0) sums[blockIdx.x] = partial[0];
}

//= shared_or_global 0:read 1:write
extern "C" __global__ void shared_or_global(const int* data, int* target) {
  __shared__ int near[64];
  near[threadIdx.x] = data[threadIdx.x];
  __syncthreads();
  const int* from = blockIdx.x ? near : data;
  target[position()] = from[threadIdx.x];
}

//= private_array 0:read 1:write
extern "C" __global__ void private_array(const int* source, int* target, int rotate) {
  int mine[16];
  for (int i = 0; i < 16; i++) mine[i] = source[16 * position() + i];
  for (int i = 0; i < 16; i++) target[16 * position() + i] = mine[(i + rotate) & 15];
}

//= private_sort 0:read 1:write
extern "C" __global__ void private_sort(const float* source, float* target) {
  float mine[8];
  for (int i = 0; i < 8; i++) mine[i] = source[8 * position() + i];
  for (int i = 1; i < 8; i++)
    for (int j = i; j > 0 && mine[j - 1] > mine[j]; j--) {
      float other = mine[j];
      mine[j] = mine[j - 1];
      mine[j - 1] = other;
    }
  for (int i = 0; i < 8; i++) target[8 * position() + i] = mine[i];
}

__constant__ float weights[64];
__constant__ float* targets[4];

//= constant_weights 0:read 1:write
extern "C" __global__ void constant_weights(const float* in, float* out) {
  float sum = 0;
  for (int i = 0; i < 64; i++) sum += weights[i] * in[position() + i];
  out[position()] = sum;
}

//= constant_pointers anywhere 0:read
extern "C" __global__ void constant_pointers(const float* in) {
  targets[threadIdx.x & 3][blockIdx.x] = in[position()];
}

__device__ int counter;
__device__ int table[256];

//= module_variables 0:read 1:write
extern "C" __global__ void module_variables(const int* in, int* out) {
  table[threadIdx.x] = in[position()];
  counter += 1;
  out[position()] = table[255 - threadIdx.x] + counter;
}

//= module_table_by_index 0:read 1:write
extern "C" __global__ void module_table_by_index(const word* in, int* out) {
  out[position()] = table[in[position()]]++;
}

//= texture 1:write
extern "C" __global__ void texture(cudaTextureObject_t source, float* target) {
  target[position()] = tex1Dfetch<float>(source, position());
}

//= texture_2d 1:read 2:write
extern "C" __global__ void texture_2d(cudaTextureObject_t source, const float2* at, float4* target) {
  float2 p = at[position()];
  target[position()] = tex2D<float4>(source, p.x, p.y);
}

//= surface 0:read
extern "C" __global__ void surface(const float* source, cudaSurfaceObject_t target) {
  surf2Dwrite(source[position()], target, 4 * threadIdx.x, blockIdx.x);
}

//= dynamic_stack 0:read 1:write
extern "C" __global__ void dynamic_stack(const int* source, int* target, int count) {
  int* room = (int*)__builtin_alloca(4 * count);
  for (int i = 0; i < count; i++) room[i] = source[i];
  for (int i = 0; i < count; i++) target[i] = room[count - 1 - i];
}
