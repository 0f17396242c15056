package io.spillway.prefetch;

import io.spillway.SessionContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An engine that is opened ahead of its use, since that takes a third of a second, and closed again
 * if it turns out not to be used: its contexts take memory of the device. Any thread.
 */
final class SpareEngine {

  /** How often one is given back that is not needed for now: a judgement. */
  private static final int MOST_GIVEN_BACK = 2;

  private final SessionContext context;
  private final MoveSizing sizing;
  private final Waits waits;
  private final Consumer<RuntimeException> failed;

  /** Open, and nobody's. */
  private volatile @Nullable PredictiveEngine ready;

  /** Whether one is wanted that nobody has. Guarded by this. */
  private boolean wanted;

  /** How often one was not needed. Guarded by this. */
  private int givenBack;

  /** Done when no engine is being opened. Guarded by this. */
  private CompletableFuture<Boolean> opening = CompletableFuture.completedFuture(true);

  /** Done when none is being closed that was not used. Guarded by this. */
  private CompletableFuture<Boolean> closing = CompletableFuture.completedFuture(true);

  /**
   * There is none.
   *
   * @param failed told why there will be none
   */
  SpareEngine(
      SessionContext context, MoveSizing sizing, Waits waits, Consumer<RuntimeException> failed) {
    this.context = context;
    this.sizing = sizing;
    this.waits = waits;
    this.failed = failed;
  }

  /** The one that is open; null if there is none. */
  @Nullable PredictiveEngine ready() {
    return ready;
  }

  /** Has one opened on the background thread, unless there is one. */
  synchronized void open() {
    wanted = true;
    if (ready != null || !opening.isDone()) {
      return;
    }
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    opening = done;
    try {
      context
          .background()
          .execute(
              () -> {
                try {
                  openWhileWanted(done);
                } finally {
                  done.complete(true);
                }
              });
    } catch (RejectedExecutionException e) {
      failed.accept(e);
      done.complete(true);
    }
  }

  private void openWhileWanted(CompletableFuture<Boolean> done) {
    try {
      while (toOpen(done)) {
        opened(new PredictiveEngine(context, sizing, waits, EarlierRun.NONE));
      }
    } catch (RuntimeException e) {
      failed.accept(e);
    }
  }

  /** Whether there is one to open; if not, it is done as of now: whoever wants one asks anew. */
  private synchronized boolean toOpen(CompletableFuture<Boolean> done) {
    boolean open = wanted && ready == null;
    if (!open) {
      done.complete(true);
    }
    return open;
  }

  private synchronized void opened(PredictiveEngine engine) {
    ready = engine;
    if (!wanted) {
      giveBack();
    }
  }

  /** It is used from now on, and the user's to close. */
  synchronized void taken() {
    wanted = false;
    ready = null;
  }

  /**
   * There is room for all, for now: what was opened is closed, unless that has been so a few times.
   * A program whose memory comes and goes would have one opened and closed each time.
   */
  synchronized void unneeded() {
    if (wanted && givenBack < MOST_GIVEN_BACK) {
      givenBack++;
      giveBack();
    }
  }

  /** None is wanted any more: what was opened is closed, by a thread of its own. */
  synchronized void giveBack() {
    wanted = false;
    PredictiveEngine unused = ready;
    if (unused != null) {
      ready = null;
      closing =
          closing.thenCombine(
              CompletableFuture.runAsync(() -> close(unused), closer()), (before, _) -> before);
    }
  }

  private static void close(PredictiveEngine unused) {
    try {
      unused.closeUntold();
    } catch (RuntimeException e) { // nobody waits for it
      System.getLogger(SpareEngine.class.getName())
          .log(System.Logger.Level.WARNING, "while closing a prefetcher that was not used", e);
    }
  }

  /** Not the background thread, where others wait for their turn. */
  private Executor closer() {
    return context
        .driver()
        .virtualThread("spillway-close")
        .orElse(task -> Thread.ofPlatform().daemon().name("spillway-close").start(task));
  }

  /**
   * None is wanted any more; waits until all that was opened is closed.
   *
   * @return whether it is, after {@link Waits#close} at most
   */
  boolean end() {
    giveBack();
    CompletableFuture<Boolean> all;
    synchronized (this) {
      all = opening.thenCompose(_ -> closed());
    }
    return all.completeOnTimeout(false, waits.close(), TimeUnit.NANOSECONDS).join();
  }

  private synchronized CompletableFuture<Boolean> closed() {
    return closing;
  }
}
