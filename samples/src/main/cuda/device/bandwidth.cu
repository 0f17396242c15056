// What the doctor measures with: read a buffer, write a buffer.

typedef unsigned long long word;

#define THREADS 256
#define UNROLL 8

// Reads `count` words (a multiple of two), adding them up so that no load is left out; the sum is
// stored only in a case that does not occur with buffers the doctor fills.
extern "C" __global__ void __launch_bounds__(THREADS)
    read_words(const word* words, word count, word* sink) {
  const ulonglong2* pairs = reinterpret_cast<const ulonglong2*>(words);
  word pairCount = count / 2;
  word stride = (word)gridDim.x * THREADS;
  word i = (word)blockIdx.x * THREADS + threadIdx.x;
  word sum = 0;
  for (; i + (UNROLL - 1) * stride < pairCount; i += UNROLL * stride) {
    ulonglong2 loaded[UNROLL];
#pragma unroll
    for (int k = 0; k < UNROLL; k++) loaded[k] = pairs[i + k * stride];
#pragma unroll
    for (int k = 0; k < UNROLL; k++) sum += loaded[k].x ^ loaded[k].y;
  }
  for (; i < pairCount; i += stride) sum += pairs[i].x ^ pairs[i].y;
  if (sum == 0xFEEDFACECAFEBEEFull) *sink = sum;
}

// Writes `value` to `count` words (a multiple of two).
extern "C" __global__ void __launch_bounds__(THREADS)
    write_words(word* words, word count, word value) {
  ulonglong2* pairs = reinterpret_cast<ulonglong2*>(words);
  word pairCount = count / 2;
  word stride = (word)gridDim.x * THREADS;
  word i = (word)blockIdx.x * THREADS + threadIdx.x;
  for (; i < pairCount; i += stride) pairs[i] = make_ulonglong2(value, value);
}
