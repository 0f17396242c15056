package io.spillway.prefetch;

/**
 * Which launches their threads time: as the mover's thread, which knows what a time would tell,
 * last said. Any thread.
 */
final class TimedLaunches {

  private volatile int oneOf;

  /** The sequence from which on all are. */
  private volatile long from = Long.MAX_VALUE;

  /**
   * Says which, where that is something else than before: launching threads read it, and find it
   * where it was. Mover's thread.
   *
   * @param oneOf one of so many of each thread's; 0 for none
   * @param from and all from that sequence on
   */
  void say(int oneOf, long from) {
    if (oneOf != this.oneOf) {
      this.oneOf = oneOf;
    }
    if (from != this.from) {
      this.from = from;
    }
  }

  /**
   * Whether a launch is timed.
   *
   * @param nth its number among those of its thread
   */
  boolean has(long sequence, long nth) {
    int one = oneOf;
    return sequence >= from || (one > 0 && nth % one == 0);
  }
}
