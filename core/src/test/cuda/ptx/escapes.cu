// Pointers that are kept in memory.

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

__device__ int* kept;
__device__ int* seats[64];

//= keeps_in_module 0:kept 1:read 2:write
extern "C" __global__ void keeps_in_module(int* data, const int* in, int* out) {
  kept = data;
  out[0] = in[0];
}

//= uses_kept anywhere 0:read
extern "C" __global__ void uses_kept(const int* in) { kept[position()] = in[position()]; }

//= keeps_and_uses anywhere 0:kept 1:read
extern "C" __global__ void keeps_and_uses(int* data, const int* in) {
  seats[threadIdx.x] = data;
  __syncthreads();
  seats[63 - threadIdx.x][position()] = in[position()];
}

//= keeps_in_argument 0:write 1:kept 2:read 3:write
extern "C" __global__ void keeps_in_argument(int** table, int* data, const int* in, int* out) {
  table[threadIdx.x] = data + threadIdx.x;
  out[0] = in[0];
}

//= keeps_in_shared 0:kept 1:read
extern "C" __global__ void keeps_in_shared(int* data, const int* in) {
  __shared__ int* there;
  if (threadIdx.x == 0) there = data;
  __syncthreads();
  there[threadIdx.x] = in[threadIdx.x];
}

//= keeps_in_local 0:write 1:write 2:read
extern "C" __global__ void keeps_in_local(int* a, int* b, const int* in, int which) {
  int* volatile mine[2];
  mine[0] = a;
  mine[1] = b;
  mine[which & 1][position()] = in[position()];
}

//= keeps_in_local_at_places 0:write 1:read 2:read
extern "C" __global__ void keeps_in_local_at_places(int* a, int* b, const int* in) {
  int* volatile mine[2];
  mine[0] = a;
  mine[1] = b;
  mine[0][position()] = in[position()] + mine[1][position()];
}

//= keeps_by_exchange 0:both 1:kept 2:read 3:write
extern "C" __global__ void keeps_by_exchange(word* slot, int* data, const int* in, int* out) {
  atomicExch(slot, (word)data);
  out[0] = in[0];
}

//= keeps_in_halves 0:write 1:kept 2:read
extern "C" __global__ void keeps_in_halves(unsigned* slots, int* data, const int* in) {
  slots[0] = (unsigned)(word)data;
  slots[1] = (unsigned)((word)data >> 32) + in[0];
}

//= keeps_scrambled 0:write 1:kept
extern "C" __global__ void keeps_scrambled(word* slot, int* data) {
  *slot = ((word)data ^ 0x5555555555555555ull) * 3;
}

__device__ __noinline__ void keep(int* data) { kept = data; }

//= keeps_in_called_function 0:kept 1:read 2:write
extern "C" __global__ void keeps_in_called_function(int* data, const int* in, int* out) {
  keep(data);
  out[0] = in[0];
}

//= keeps_address_of_local 0:read 1:write
extern "C" __global__ void keeps_address_of_local(const int* in, int* out) {
  int mine[4] = {in[0], in[1], in[2], in[3]};
  kept = mine;
  kept[threadIdx.x & 3] = 5;
  out[0] = mine[0] + mine[3];
}

struct Frame {
  int* data;
  int count;
};

__device__ Frame* frames;

// The pointer is in local memory, whose address is kept.
//= keeps_local_with_pointer 0:write 1:read
extern "C" __global__ void keeps_local_with_pointer(int* data, const int* in) {
  Frame frame = {data, 1};
  frames = &frame;
  frames->data[0] = in[0];
}

//= shuffled 0:write 1:read
extern "C" __global__ void shuffled(int* data, const int* in) {
  word mine = (word)(data + threadIdx.x);
  int* other = (int*)__shfl_xor_sync(0xFFFFFFFFu, mine, 1);
  *other = in[position()];
}
