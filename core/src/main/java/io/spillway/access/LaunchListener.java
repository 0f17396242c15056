package io.spillway.access;

/**
 * Learns of a session's launches.
 *
 * <p>Called on the launching thread: for each launch first {@link #declared} once per range, then
 * {@link #issued}. Different launches may be told by different threads at once.
 */
public interface LaunchListener {

  /**
   * {@code launch} is about to touch a range. What this method enqueues in the launch's stream
   * comes before the launch.
   */
  void declared(Launch launch, RangeAccess access);

  /** {@code launch} is in its stream; what is enqueued there from now on comes after it. */
  void issued(Launch launch);
}
