package io.spillway.prefetch.trial;

/**
 * Which launches are timed. To mark where a launch starts takes its thread 2.2 us (median, H200),
 * and says something new only while something is tried or new. Not thread-safe.
 */
public final class Sampling {

  /** Launches after which nothing new is expected. */
  static final int SETTLED = 256;

  /**
   * Then one of so many is timed: a fifth of the hundredth that the 99th percentile leaves out; and
   * a prime, so that in a lap it is not the same launch each time.
   */
  static final int SELDOM = 509;

  private int mostKnown = -1;
  private int quiet;

  /**
   * A launch was issued.
   *
   * @param number its number among the distinct launches, from 0 on
   * @param tries whether it accesses something in place
   */
  public void issued(int number, boolean tries) {
    boolean isNew = number > mostKnown;
    mostKnown = Math.max(mostKnown, number);
    quiet = isNew || tries ? 0 : Math.min(SETTLED, quiet + 1);
  }

  /** One of how many launches is to be timed. */
  public int every() {
    return quiet < SETTLED ? 1 : SELDOM;
  }
}
