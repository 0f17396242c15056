package io.spillway.benchmarks.compare.g10;

/**
 * A movement of one tensor, or of some of its pages, asked for as a kernel starts.
 *
 * @param kernel the kernel
 * @param tensor what is to move
 * @param from the first page of it
 * @param to one behind the last page of it
 * @param target where to
 */
record Migration(int kernel, int tensor, int from, int to, Target target) {

  /** A movement of a whole tensor. */
  Migration(int kernel, int tensor, Target target) {
    this(kernel, tensor, 0, Integer.MAX_VALUE, target);
  }

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
