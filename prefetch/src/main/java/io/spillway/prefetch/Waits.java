package io.spillway.prefetch;

/**
 * How long threads of the program wait for the background thread at most, in nanoseconds.
 *
 * @param launch a launch that lacks data, beside the time that its bytes take to move
 * @param close the end of a session, for the step that is under way
 */
record Waits(long launch, long close) {

  /**
   * Five seconds for a launch, in which a busy machine gets around to the background thread; a
   * minute at the end, for 500 GB at link rate twice.
   */
  static final Waits STANDARD = new Waits(5_000_000_000L, 60_000_000_000L);
}
