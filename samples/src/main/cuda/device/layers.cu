// The layered job of the demo, exact in integers so that every way of running it gives the same
// bytes.
//
// A layer is `count` 64-bit words. Word i belongs to lane (i / 2) % 256: two words make one 16-byte
// load, and a thread of a 256-thread block stays in one lane.

typedef unsigned long long word;

#define LANES 256
#define UNROLL 8

// Volatile, so that the loads of one read are not kept for the next.
__device__ __forceinline__ void load(const ulonglong2* source, word& x, word& y) {
  asm volatile("ld.global.v2.u64 {%0, %1}, [%2];" : "=l"(x), "=l"(y) : "l"(source));
}

// Adds to laneSums[lane] the sum over r < reads of (2r + 1) * (sum of the lane's words), which is
// reads^2 * (sum of the lane's words) modulo 2^64. Launch with blocks of 256 threads, any number of
// them. A trailing odd word is not counted.
extern "C" __global__ void __launch_bounds__(LANES)
    layer_sums(const word* weights, word count, unsigned int reads, word* laneSums) {
  const ulonglong2* pairs = reinterpret_cast<const ulonglong2*>(weights);
  word pairCount = count / 2;
  word stride = (word)gridDim.x * LANES;
  word first = (word)blockIdx.x * LANES + threadIdx.x;
  word total = 0;
  for (unsigned int r = 0; r < reads; r++) {
    word sum = 0;
    word i = first;
    for (; i + (UNROLL - 1) * stride < pairCount; i += UNROLL * stride) {
      word x[UNROLL], y[UNROLL];
#pragma unroll
      for (int k = 0; k < UNROLL; k++) load(pairs + i + k * stride, x[k], y[k]);
#pragma unroll
      for (int k = 0; k < UNROLL; k++) sum += x[k] + y[k];
    }
    for (; i < pairCount; i += stride) {
      word x, y;
      load(pairs + i, x, y);
      sum += x + y;
    }
    total += (2 * (word)r + 1) * sum;
  }
  atomicAdd(laneSums + threadIdx.x, total);
}

// Folds one layer's sums into the activations and clears them. The rotation makes the order of
// layers matter. Launch with one block of 256 threads.
extern "C" __global__ void __launch_bounds__(LANES)
    layer_activate(word* laneSums, word* activations, word layer) {
  word lane = threadIdx.x;
  word before = activations[lane];
  word turned = (before << 23) | (before >> 41);
  activations[lane] = (turned ^ laneSums[lane]) * 0x9E3779B97F4A7C15ull + layer;
  laneSums[lane] = 0;
}
