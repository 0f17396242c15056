// An exact k-nearest-neighbour scan: squared Euclidean distances between vectors of 128 unsigned
// bytes, as integers.

typedef unsigned long long word;

#define ALL 0xFFFFFFFFu
#define NONE 0x7FFFFFFFFFFFFFFFull
#define VECTOR_WORDS 32

// Each warp scans vectors of its own and leaves the `k` (at most 32) nearest of them at
// nearest[warp * k], nearest first, as distance << 32 | index; NONE where it saw fewer.
//
// A lane holds four bytes of the vector at hand, and one place of the list.
extern "C" __global__ void nearest(
    const unsigned int* vectors, word count, const unsigned int* query, int k, word* nearest) {
  int lane = threadIdx.x % 32;
  word warps = (word)gridDim.x * blockDim.x / 32;
  word warp = ((word)blockIdx.x * blockDim.x + threadIdx.x) / 32;
  unsigned int wanted = query[lane];
  word held = NONE;
  for (word index = warp; index < count; index += warps) {
    unsigned int apart = __vabsdiffu4(vectors[index * VECTOR_WORDS + lane], wanted);
    unsigned int distance = __dp4a(apart, apart, 0u);
    for (int step = 16; step > 0; step /= 2) distance += __shfl_xor_sync(ALL, distance, step);
    word found = (word)distance << 32 | index;
    if (found < __shfl_sync(ALL, held, k - 1)) {
      int place = __popc(__ballot_sync(ALL, held < found));
      word before = __shfl_up_sync(ALL, held, 1);
      held = lane < place ? held : lane == place ? found : before;
    }
  }
  if (lane < k) nearest[warp * k + lane] = held;
}
