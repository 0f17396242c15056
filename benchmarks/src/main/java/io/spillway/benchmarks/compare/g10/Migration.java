package io.spillway.benchmarks.compare.g10;

/**
 * A movement of one tensor, asked for as a kernel starts.
 *
 * @param kernel the kernel
 * @param tensor what is to move
 * @param target where to
 */
record Migration(int kernel, int tensor, Target target) {

  /** Where a tensor goes. */
  enum Target {
    /** Fetched, or allocated where it has no contents yet. */
    GPU,
    HOST,
    SSD,
    /** Its memory is given up, wherever it is. */
    NOWHERE
  }
}
