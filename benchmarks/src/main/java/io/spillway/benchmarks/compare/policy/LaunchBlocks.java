package io.spillway.benchmarks.compare.policy;

/**
 * One launch in blocks of 2 MiB, numbered through all regions.
 *
 * <p>The arrays are shared: do not change them.
 */
public final class LaunchBlocks {

  private final int index;
  private final int site;
  private final int[] touched;
  private final int[] dead;

  LaunchBlocks(int index, int site, int[] touched, int[] dead) {
    this.index = index;
    this.site = site;
    this.touched = touched;
    this.dead = dead;
  }

  /** Its place in the trace. */
  public int index() {
    return index;
  }

  /** The number of its label and ordinal: equal ones are the same launch come again. */
  public int site() {
    return site;
  }

  /** The distinct blocks it touches, in the order in which it comes to them. */
  public int[] touched() {
    return touched;
  }

  /** Blocks of which nothing is needed any more once it is done. */
  public int[] dead() {
    return dead;
  }
}
