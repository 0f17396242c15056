// What the device's library does: print, allocate, copy.

#include <cassert>
#include <cstdio>

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

//= prints_numbers 0:read 1:write
extern "C" __global__ void prints_numbers(const int* in, int* out) {
  printf("%d\n", in[position()]);
  out[position()] = in[position()];
}

//= prints_pointer 0:kept 1:read 2:write
extern "C" __global__ void prints_pointer(int* data, const int* in, int* out) {
  printf("%p\n", data);
  out[0] = in[0];
}

//= prints_string 0:kept 1:write
extern "C" __global__ void prints_string(const char* text, int* out) {
  printf("%s\n", text);
  out[0] = 1;
}

//= asserts 0:read 1:write
extern "C" __global__ void asserts(const int* in, int* out) {
  assert(in[position()] > 0);
  out[position()] = in[position()];
}

//= traps 0:read 1:write
extern "C" __global__ void traps(const int* in, int* out) {
  if (in[0] < 0) __trap();
  out[0] = in[0];
}

//= heap 0:read 1:write
extern "C" __global__ void heap(const int* in, int* out, int count) {
  int* room = (int*)malloc(4 * count);
  for (int i = 0; i < count; i++) room[i] = in[i];
  for (int i = 0; i < count; i++) out[i] = room[count - 1 - i];
  free(room);
}

//= heap_kept 0:write 1:read
extern "C" __global__ void heap_kept(int** out, const int* in) {
  int* room = (int*)malloc(16);
  room[0] = in[0];
  out[threadIdx.x] = room;
}

//= copies 0:write 1:read
extern "C" __global__ void copies(char* target, const char* source, size_t count) {
  memcpy(target, source, count);
}

//= copies_structure 0:write 1:read
extern "C" __global__ void copies_structure(int4* target, const int4* source) {
  memcpy(target + position(), source + position(), sizeof(int4));
}

//= moves_overlapping 0:both
extern "C" __global__ void moves_overlapping(char* data, size_t count) {
  for (size_t i = 0; i < count; i++) data[i] = data[i + 1];
}

//= sets 0:write
extern "C" __global__ void sets(char* target, int value, size_t count) {
  memset(target, value, count);
}

// A pointer that is copied byte by byte.
//= copies_pointer 0:write 1:read
extern "C" __global__ void copies_pointer(int* data, const int* in) {
  int* mine;
  memcpy(&mine, &data, sizeof(mine));
  mine[position()] = in[position()];
}

//= mathematics 0:read 1:write
extern "C" __global__ void mathematics(const double* in, double* out) {
  out[position()] = pow(in[position()], 1.5) + sin(in[position()]) + 1 / in[position()];
}

//= measures_time 0:read 1:write 2:write
extern "C" __global__ void measures_time(const int* in, int* out, long long* ticks) {
  long long begin = clock64();
  out[position()] = in[position()];
  ticks[blockIdx.x] = clock64() - begin;
}
