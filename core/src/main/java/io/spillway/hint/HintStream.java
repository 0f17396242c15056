package io.spillway.hint;

import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;

/**
 * Applies plans as if in the legacy default stream: after the work that is there, before the work
 * that follows.
 *
 * <p>It is a stream of its own, since CUDA takes no batches, and so no discards, in the default one
 * (cuda.h 13.0). Safe for use by any thread.
 */
public final class HintStream implements AutoCloseable {

  private final UnifiedMemoryDriver driver;
  private final PlanApplier applier;
  private final StreamHandle stream;
  private final EventHandle before;
  private final EventHandle after;

  /** Creates the stream. */
  public HintStream(UnifiedMemoryDriver driver, PlanApplier applier) {
    this.driver = driver;
    this.applier = applier;
    this.stream = driver.createStream();
    this.before = driver.createEvent();
    this.after = driver.createEvent();
  }

  /** Applies {@code plan}; if it cannot be put in order, not at all. */
  public synchronized PlanOutcome apply(Plan plan) {
    try {
      driver.record(before, StreamHandle.DEFAULT);
      driver.streamWait(stream, before);
    } catch (DriverException e) {
      return applier.refuse(plan, e);
    }
    PlanOutcome outcome = applier.apply(plan, stream);
    try {
      driver.record(after, stream);
      driver.streamWait(StreamHandle.DEFAULT, after);
    } catch (DriverException e) {
      // Hints promise no order to later work; a discard does, so be sure it is over.
      driver.synchronize(stream);
    }
    return outcome;
  }

  /** Releases it; a context that is gone has taken it along already. */
  @Override
  public void close() {
    quietly(() -> driver.synchronize(stream));
    quietly(() -> driver.destroyEvent(before));
    quietly(() -> driver.destroyEvent(after));
    quietly(() -> driver.destroyStream(stream));
  }

  private static void quietly(Runnable release) {
    try {
      release.run();
    } catch (DriverException e) {
      System.getLogger(HintStream.class.getName())
          .log(System.Logger.Level.DEBUG, "while releasing the hint stream", e);
    }
  }
}
