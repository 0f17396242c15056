package io.spillway.benchmarks.compare.policy;

/** Says in which order blocks leave: the lowest first. */
interface Ranking {

  /**
   * The key of a block that is touched now.
   *
   * @param sequence rises with every touch
   */
  long touched(int block, long sequence);

  /** Whether keys given before have changed, since last asked; {@link #again} then gives them. */
  default boolean changed() {
    return false;
  }

  /** The key that a block touched before has now. */
  default long again(int block) {
    throw new IllegalStateException("keys do not change: " + this);
  }
}
