// Kernels whose accesses are known exactly, to hold a recording against: each thread block touches
// one part of 64 KiB, a word of each of its 4 KiB pages.

typedef unsigned long long word;

#define THREADS 256
#define PAGES_OF_PART 16
#define WORDS_OF_PAGE 512

// The word that this thread touches; null for threads beyond the part's pages.
__device__ word* touched(word* words, word firstPart, word everyParts) {
  word part = firstPart + blockIdx.x * everyParts;
  return threadIdx.x < PAGES_OF_PART
             ? words + (part * PAGES_OF_PART + threadIdx.x) * WORDS_OF_PAGE
             : nullptr;
}

// Reads; the word is stored only if it is one that the sample does not fill memory with.
extern "C" __global__ void __launch_bounds__(THREADS)
    read_parts(word* words, word firstPart, word everyParts, word* sink) {
  const word* read = touched(words, firstPart, everyParts);
  if (read != nullptr) {
    word value = *read;
    if (value == 0xFEEDFACECAFEBEEFull) *sink = value;
  }
}

// Writes `value`.
extern "C" __global__ void __launch_bounds__(THREADS)
    write_parts(word* words, word firstPart, word everyParts, word value) {
  word* written = touched(words, firstPart, everyParts);
  if (written != nullptr) *written = value;
}

// Adds `value` in one step.
extern "C" __global__ void __launch_bounds__(THREADS)
    add_parts(word* words, word firstPart, word everyParts, word value) {
  word* added = touched(words, firstPart, everyParts);
  if (added != nullptr) atomicAdd(added, value);
}
