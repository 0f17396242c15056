// Pointers that are computed with.

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

//= offset 0:read 1:write
extern "C" __global__ void offset(const int* source, int* target, int by) {
  const int* from = source + by;
  int* to = target - by;
  to[position()] = from[position() + 3];
}

//= pitched 0:read 2:write
extern "C" __global__ void pitched(
    const char* source, size_t sourcePitch, char* target, size_t targetPitch, int width) {
  int x = threadIdx.x;
  size_t y = blockIdx.x;
  if (x < width)
    *((float*)(target + y * targetPitch) + x) = *((const float*)(source + y * sourcePitch) + x);
}

//= pitched_answer 0:read 2:write
extern "C" __global__ void pitched_answer(
    const char* source, size_t sourcePitch, char* target, size_t targetPitch) {
  size_t y = blockIdx.x;
  target[y * targetPitch] = source[y * sourcePitch];
}

//= aligned_down 0:read 1:write
extern "C" __global__ void aligned_down(const char* source, int* target) {
  const int* whole = (const int*)((word)(source + threadIdx.x) & ~(word)3);
  target[position()] = *whole;
}

//= tagged 0:read 1:write
extern "C" __global__ void tagged(const int* source, int* target) {
  word tagged = (word)source | (threadIdx.x & 3);
  const int* untagged = (const int*)(tagged & ~3ull);
  target[tagged & 3] = *untagged;
}

//= as_integer 0:read 1:write
extern "C" __global__ void as_integer(word source, word target) {
  *(int*)(target + 4 * position()) = *(const int*)(source + 4 * position());
}

//= shifted_there_and_back 0:read 1:write
extern "C" __global__ void shifted_there_and_back(const int* source, int* target) {
  word compressed = (word)target >> 4;
  int* again = (int*)(compressed << 4);
  again[position()] = source[position()];
}

//= chosen 0:both 1:both 2:read
extern "C" __global__ void chosen(int* a, int* b, const int* which) {
  int* target = *which ? a : b;
  target[position()]++;
}

//= chosen_to_read 0:read 1:read 2:write
extern "C" __global__ void chosen_to_read(const int* a, const int* b, int* target) {
  const int* source = threadIdx.x & 1 ? a : b;
  target[position()] = source[position()];
}

//= perhaps_null 0:write 1:read
extern "C" __global__ void perhaps_null(int* a, const int* b) {
  int* target = threadIdx.x & 1 ? a : 0;
  if (target) target[position()] = b[position()];
}

// After an odd number of steps the buffers have changed roles, and so both are read and written.
//= double_buffered 0:both 1:both
extern "C" __global__ void double_buffered(float* a, float* b, int steps) {
  for (int i = 0; i < steps; i++) {
    int left = (threadIdx.x + blockDim.x - 1) % blockDim.x;
    b[threadIdx.x] = 0.5f * (a[threadIdx.x] + a[left]);
    float* other = a;
    a = b;
    b = other;
    __syncthreads();
  }
}

//= difference 0:none 1:none 2:write
extern "C" __global__ void difference(const int* begin, const int* end, long long* count) {
  *count = end - begin;
}

//= between 0:read 1:none 2:write
extern "C" __global__ void between(const int* begin, const int* end, int* sum) {
  int total = 0;
  for (const int* each = begin + threadIdx.x; each < end; each += blockDim.x) total += *each;
  sum[threadIdx.x] = total;
}

//= backwards 0:none 1:write
extern "C" __global__ void backwards(int* begin, int* end) {
  for (int* each = end; each != begin;) *--each = 7;
}

// The sum is the second, whatever it is based on.
//= rebased 0:none 1:write 2:read
extern "C" __global__ void rebased(char* a, char* b, const char* source) {
  word distance = (word)b - (word)a;
  a[distance] = source[0];
}

//= exchanged 0:write 1:write 2:read
extern "C" __global__ void exchanged(int* a, int* b, const int* source) {
  word x = (word)a, y = (word)b;
  x ^= y;
  y ^= x;
  x ^= y;
  *(int*)x = source[0];
  *(int*)y = source[1];
}

//= halves 0:write 1:read
extern "C" __global__ void halves(int* target, const int* source) {
  unsigned low = (unsigned)(word)target;
  unsigned high = (unsigned)((word)target >> 32);
  int* again = (int*)((word)high << 32 | low);
  again[position()] = source[position()];
}

//= given_in_halves anywhere 2:read
extern "C" __global__ void given_in_halves(unsigned low, unsigned high, const int* source) {
  *(int*)((word)high << 32 | low) = *source;
}

//= base_and_offset_from_memory 0:read 1:read 2:both
extern "C" __global__ void base_and_offset_from_memory(
    const word* offsets, const float* source, float* target) {
  float* row = target + offsets[blockIdx.x];
  row[threadIdx.x] += source[threadIdx.x];
}

// The base is in memory, the offset is an argument, and nothing tells which is which.
//= base_from_memory anywhere 0:read 2:read
extern "C" __global__ void base_from_memory(char** table, word offset, const char* source) {
  table[0][offset] = source[0];
}

//= compressed_in_memory anywhere 0:read 2:read
extern "C" __global__ void compressed_in_memory(
    const unsigned* handles, word offset, const char* source) {
  char* base = (char*)((word)handles[0] << 16);
  base[offset] = source[0];
}

//= absolute anywhere 0:read
extern "C" __global__ void absolute(const int* source) { *(int*)0x7F0012345678ull = *source; }

//= negative_index 0:both
extern "C" __global__ void negative_index(int* data) {
  int* end = data + 1024;
  end[-1 - (int)threadIdx.x] += end[-2 - (int)threadIdx.x];
}

//= bytes_of_integers 0:read 1:write
extern "C" __global__ void bytes_of_integers(const int* source, unsigned char* target) {
  const unsigned char* bytes = reinterpret_cast<const unsigned char*>(source);
  for (int i = 0; i < 4; i++) target[4 * position() + i] = bytes[4 * position() + 3 - i];
}
