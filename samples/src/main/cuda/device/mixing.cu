// Layers whose kernels compute: each word is mixed by so many rounds of a linear congruential
// generator (Knuth's MMIX), exact in integers like the demo's.

typedef unsigned long long word;

#define LANES 256

__device__ __forceinline__ word mixed(word x, unsigned int rounds) {
  for (unsigned int r = 0; r < rounds; r++) x = x * 6364136223846793005ull + 1442695040888963407ull;
  return x;
}

// Writes `value`, mixed for each word anew, to `count` words (a multiple of two).
extern "C" __global__ void __launch_bounds__(LANES)
    write_mixed(word* words, word count, word value, unsigned int rounds) {
  ulonglong2* pairs = reinterpret_cast<ulonglong2*>(words);
  word pairCount = count / 2;
  word stride = (word)gridDim.x * LANES;
  word i = (word)blockIdx.x * LANES + threadIdx.x;
  for (; i < pairCount; i += stride) {
    word x, y;
    asm volatile("mov.u64 %0, %2; mov.u64 %1, %2;" : "=l"(x), "=l"(y) : "l"(value));
    pairs[i] = make_ulonglong2(mixed(x, rounds), mixed(y, rounds));
  }
}

// Adds to laneSums[lane] the sum of the lane's words, each mixed. Lanes as in layers.cu.
extern "C" __global__ void __launch_bounds__(LANES)
    mixed_sums(const word* words, word count, unsigned int rounds, word* laneSums) {
  const ulonglong2* pairs = reinterpret_cast<const ulonglong2*>(words);
  word pairCount = count / 2;
  word stride = (word)gridDim.x * LANES;
  word i = (word)blockIdx.x * LANES + threadIdx.x;
  word sum = 0;
  for (; i < pairCount; i += stride) {
    ulonglong2 pair = pairs[i];
    sum += mixed(pair.x, rounds) + mixed(pair.y, rounds);
  }
  atomicAdd(laneSums + threadIdx.x, sum);
}
