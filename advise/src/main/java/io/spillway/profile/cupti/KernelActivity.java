package io.spillway.profile.cupti;

/**
 * A kernel ran.
 *
 * @param correlation CUPTI's number of the call that launched it
 * @param name the kernel's, as compiled
 * @param startNanos when it began; 0 together with {@code endNanos} if CUPTI could not tell
 * @param endNanos when it was done
 * @param stream CUPTI's number of the stream
 */
public record KernelActivity(
    int correlation, String name, long startNanos, long endNanos, int stream) implements Activity {

  /** Whether CUPTI could tell when it ran. */
  public boolean timed() {
    return startNanos != 0 || endNanos != 0;
  }
}
