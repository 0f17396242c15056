package io.spillway.prefetch.move;

import io.spillway.driver.CaptureMode;
import io.spillway.driver.DriverException;
import io.spillway.driver.UnifiedMemoryDriver;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * The thread that makes a lane's calls, one after the other. A driver without a context of its own
 * is called at once, by whoever asks; so is one in whose virtual time the thread is another.
 */
final class LaneThread implements AutoCloseable {

  private final Executor calls;

  private LaneThread(Executor calls) {
    this.calls = calls;
  }

  /** One for the calls of {@code driver}. */
  static LaneThread of(UnifiedMemoryDriver driver, String name) {
    if (!driver.ownsContext()) {
      return new LaneThread(Runnable::run);
    }
    return new LaneThread(driver.virtualThread(name).orElseGet(() -> real(driver, name)));
  }

  private static ExecutorService real(UnifiedMemoryDriver driver, String name) {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(task, name);
              made.setDaemon(true);
              return made;
            });
    thread.execute(() -> quietly(() -> stayOutOfCaptures(driver)));
    return thread;
  }

  /** As the background thread does for each of its tasks; this thread has no others. */
  private static void stayOutOfCaptures(UnifiedMemoryDriver driver) {
    CaptureMode ignored = driver.exchangeCaptureMode(CaptureMode.THREAD_LOCAL);
  }

  /** Whether calls are made while the caller goes on. */
  boolean real() {
    return calls instanceof ExecutorService;
  }

  /**
   * Makes a call, after those before it.
   *
   * @throws RejectedExecutionException if it is closed
   */
  void call(Runnable call) {
    calls.execute(call);
  }

  /** Waits until all calls are made. */
  @Override
  public void close() {
    if (calls instanceof ExecutorService thread) {
      thread.close();
    }
  }

  /** What fails in a lane's own affairs is told, and the rest done all the same. */
  static void quietly(Runnable task) {
    try {
      task.run();
    } catch (DriverException e) {
      System.getLogger(LaneThread.class.getName())
          .log(System.Logger.Level.WARNING, "in a thread of the prefetcher", e);
    }
  }
}
