package io.spillway.prefetch;

import java.util.concurrent.Executor;
import java.util.function.LongFunction;

/**
 * Has the driver asked again for what it would not let go while more is on the device than may be,
 * though no launch comes: after a pause that doubles until the driver gives way, so that a smaller
 * budget is kept soon after it does, and one that never does costs little. The background thread's.
 */
final class ShrinkRetry {

  /** As long as a few drops take: a judgement. */
  static final long FIRST_PAUSE_NANOS = 1_000_000;

  /** A second, within which a smaller budget is to be kept. */
  static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  private final LongFunction<Executor> after;
  private final Runnable retry;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private boolean pausing;

  /**
   * Nothing is to be asked for.
   *
   * @param after runs a task after so many nanoseconds
   * @param retry run then, by whatever thread; calls {@link #over}
   */
  ShrinkRetry(LongFunction<Executor> after, Runnable retry) {
    this.after = after;
    this.retry = retry;
  }

  /**
   * There is nothing left to do for now.
   *
   * @param held whether the driver holds back what is to leave
   * @param leaving whether something is on its way out, which the driver may still hold back
   */
  void idle(boolean held, boolean leaving) {
    if (held) {
      pause();
    } else if (!leaving) {
      gaveWay();
    }
  }

  private void pause() {
    if (!pausing) {
      pausing = true;
      after.apply(pauseNanos).execute(retry);
      pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    }
  }

  /** The driver let go of what it had not: more may follow soon. */
  void gaveWay() {
    pauseNanos = FIRST_PAUSE_NANOS;
  }

  /** The pause is over. */
  void over() {
    pausing = false;
  }
}
