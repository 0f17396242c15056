package io.spillway.prefetch;

import io.spillway.prefetch.govern.Patience;
import io.spillway.prefetch.message.Inbox;
import io.spillway.range.AddressRange;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How launches wait for the background thread: until their data is on its way, or long enough.
 * Several that waited in vain make the engine pause. Any thread.
 */
final class LaunchWaits {

  /**
   * How long a launch waits for its data at most: so many times what moving as much out and in
   * takes, and {@link Waits#launch}. What waits longer waits for something that the program does
   * only after this launch.
   */
  private static final int PATIENCE = 10;

  private enum Outcome {
    DONE,
    LATE,
    NOT_WAITED
  }

  private final Inbox inbox;
  private final Waits waits;
  private final double moveNanos;
  private final Consumer<Runnable> workThen;
  private final Consumer<RuntimeException> failure;
  private final Patience patience;
  private final AtomicLong late = new AtomicLong();
  private final AtomicLong pauses = new AtomicLong();

  /** Whether launches went by that were not told because of a pause. */
  private volatile boolean missed;

  /**
   * Nobody waits.
   *
   * @param inbox what is told of launches
   * @param moveNanos what it takes to move a byte out and another in
   * @param workThen has the background thread work, and then run something
   * @param failure told if it takes no more work
   */
  LaunchWaits(
      Inbox inbox,
      Waits waits,
      double moveNanos,
      Patience patience,
      Consumer<Runnable> workThen,
      Consumer<RuntimeException> failure) {
    this.inbox = inbox;
    this.waits = waits;
    this.moveNanos = moveNanos;
    this.patience = patience;
    this.workThen = workThen;
    this.failure = failure;
  }

  /**
   * Waits for a launch's data: until {@code ready}, or nothing is left to do.
   *
   * @param letGo run when nothing is left to do for the first time
   */
  void await(long sequence, AddressRange range, CountDownLatch ready, Runnable letGo) {
    long nanos = waits.launch() + Math.round(range.bytes() * PATIENCE * moveNanos);
    switch (workAndWait(letGo, ready, nanos)) {
      case DONE -> patience.met();
      case LATE ->
          late(
              "launch %d waited %d ms for %s: what should make room for it is not done, perhaps because it waits for this launch"
                  .formatted(sequence, nanos / 1_000_000, range));
      case NOT_WAITED -> {}
    }
  }

  /** A launch goes ahead without its data, and faults. */
  private void late(String what) {
    if (late.incrementAndGet() == 1) {
      log(what + "; further ones are only counted");
    }
    if (patience.inVain(what)) {
      inbox.drop(); // of what follows nothing is told
      if (pauses.incrementAndGet() == 1) {
        log("launches do not wait any more, and fault: " + patience.reason());
      }
    }
  }

  private static void log(String line) {
    System.getLogger(LaunchWaits.class.getName()).log(System.Logger.Level.WARNING, line);
  }

  /** Whether launches are left alone for a while, since several waited in vain. */
  boolean pausing() {
    if (patience.pausing()) {
      missed = true;
      return true;
    }
    if (missed) {
      inbox.drop();
      missed = false;
    }
    return false;
  }

  /** Waits until what was told so far has been heard, and done what there is to do about it. */
  void awaitTurn() {
    CountDownLatch turn = new CountDownLatch(1);
    Outcome ignored = workAndWait(turn::countDown, turn, waits.launch());
  }

  /** Has the background thread work and then say so, and waits for {@code ready}. */
  private Outcome workAndWait(Runnable say, CountDownLatch ready, long nanos) {
    try {
      workThen.accept(say);
      return ready.await(nanos, TimeUnit.NANOSECONDS) ? Outcome.DONE : Outcome.LATE;
    } catch (RejectedExecutionException e) {
      failure.accept(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the launch goes ahead, and faults
    }
    return Outcome.NOT_WAITED;
  }

  /** Why launches are left alone now; null if they are not. */
  @Nullable String pauseReason() {
    return patience.reason();
  }

  /** How many waited in vain. */
  long late() {
    return late.get();
  }
}
