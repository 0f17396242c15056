package io.spillway;

import io.spillway.driver.CaptureMode;
import io.spillway.driver.DriverException;
import io.spillway.driver.UnifiedMemoryDriver;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Runs a session's background work so that it does not spoil what the program captures meanwhile in
 * other threads: in capture mode {@link CaptureMode#THREAD_LOCAL}, task by task, since the thread
 * may be the program's own and go on with other work.
 *
 * <p>Where the driver refuses that, the work is done all the same. Safe for use by any thread.
 */
final class BesideCaptures implements Executor {

  private final Executor upstream;
  private final UnifiedMemoryDriver driver;
  private final LongAdder refused = new LongAdder();

  BesideCaptures(Executor upstream, UnifiedMemoryDriver driver) {
    this.upstream = upstream;
    this.driver = driver;
  }

  @Override
  public void execute(Runnable task) {
    upstream.execute(() -> run(task));
  }

  private void run(Runnable task) {
    CaptureMode before = exchange(CaptureMode.THREAD_LOCAL);
    try {
      task.run();
    } finally {
      if (before != null) {
        exchange(before);
      }
    }
  }

  /** What was set before; null if it was refused. */
  private @Nullable CaptureMode exchange(CaptureMode mode) {
    try {
      return driver.exchangeCaptureMode(mode);
    } catch (DriverException e) {
      refused.increment();
      if (refused.sum() == 1) {
        System.getLogger(BesideCaptures.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "background work may end a stream capture of the program in an error: {0}; further"
                    + " refusals are only counted",
                e.getMessage());
      }
      return null;
    }
  }

  /** How often the driver refused to change the mode. */
  long refused() {
    return refused.sum();
  }
}
