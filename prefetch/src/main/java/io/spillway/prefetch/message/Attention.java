package io.spillway.prefetch.message;

import io.spillway.prefetch.move.Mover;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the background thread looks for itself what it was told, for a while after there was
 * something to do: to wake a thread costs the one that does so 2.5 us (median, H200;
 * docs/moving.md), and while it looks, nobody need.
 *
 * <p>Who tells puts the message there, then asks here; who stops looking says so, then looks once
 * more: one of the two sees the other.
 */
public final class Attention {

  /** How it is spent. */
  public record Span(long spinNanos, long napNanos, long lingerNanos) {

    /** None: whoever tells wakes the thread. */
    public static final Span NONE = new Span(0, 0, 0);

    /** Processors of which one can be spared: those of the launching thread and of the lanes. */
    private static final int MANY_PROCESSORS = 2 * (1 + Mover.LANES);

    /**
     * For launches up to two milliseconds apart. Where there are processors enough it spins for one
     * of them: a nap takes 50 us longer than asked for on Linux, and what comes that much later is
     * late for one launch in a hundred (H200, launches 0.5 ms apart).
     */
    public static Span standard() {
      boolean spins = Runtime.getRuntime().availableProcessors() >= MANY_PROCESSORS;
      return new Span(spins ? 1_000_000 : 0, 50_000, 2_000_000);
    }
  }

  private final Span span;
  private volatile boolean looking;

  /** Tasks that were given to the background thread and have not begun. */
  private final AtomicInteger pending = new AtomicInteger();

  private volatile @Nullable Thread thread;

  public Attention(Span span) {
    this.span = span;
  }

  /** Looks from now on. The background thread. */
  public void begin() {
    thread = Thread.currentThread();
    looking = true;
  }

  /** Whether a task waits that the background thread was given. */
  public boolean wanted() {
    return pending.get() > 0;
  }

  /** Does not look any more. The background thread. */
  public void end() {
    looking = false;
    thread = null;
  }

  /** Whether what was told before this is going to be heard without waking anybody. Any thread. */
  public boolean given() {
    VarHandle.fullFence();
    return looking;
  }

  /**
   * Gives the background thread a task, for which it stops looking. Any thread.
   *
   * @throws RejectedExecutionException if {@code background} takes no more
   */
  public void call(Executor background, Runnable task) {
    pending.incrementAndGet();
    try {
      background.execute(
          () -> {
            pending.decrementAndGet();
            task.run();
          });
    } catch (RejectedExecutionException e) {
      pending.decrementAndGet();
      throw e;
    }
    Thread looker = thread;
    if (looker != null) {
      LockSupport.unpark(looker);
    }
  }

  /**
   * Looks until there is something, a task is given, or long enough. The background thread.
   *
   * @return whether there is something; else it does not look any more
   */
  public boolean linger(BooleanSupplier something) {
    long start = System.nanoTime();
    for (long nanos = 0;
        nanos < span.lingerNanos() && pending.get() == 0;
        nanos = System.nanoTime() - start) {
      if (something.getAsBoolean()) {
        return true;
      }
      if (nanos < span.spinNanos()) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, span.napNanos());
      }
    }
    looking = false;
    VarHandle.fullFence();
    looking = pending.get() == 0 && something.getAsBoolean(); // a task that waits looks itself
    return looking;
  }
}
