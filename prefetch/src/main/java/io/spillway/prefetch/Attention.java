package io.spillway.prefetch;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the background thread looks for itself what it was told, for a while after there was
 * something to do: to wake a thread costs the one that does so 2.5 us of the 8 that a launch took
 * longer (median, H200; docs/drop-in.md), and while it looks, nobody need.
 *
 * <p>Who tells puts the message there, then asks here; who stops looking says so, then looks once
 * more: one of the two sees the other.
 */
final class Attention {

  /** How it is spent. */
  record Span(long spinNanos, long napNanos, long lingerNanos) {

    /** None: whoever tells wakes the thread. */
    static final Span NONE = new Span(0, 0, 0);

    /**
     * For launches up to two milliseconds apart. At first it spins, since a launch that was let go
     * is issued some ten microseconds later and what it frees is waited for; where there are
     * processors enough for that.
     */
    static Span standard() {
      return new Span(
          Runtime.getRuntime().availableProcessors() > BUSY_PROCESSORS ? 200_000 : 0,
          50_000,
          2_000_000);
    }

    /** Those of the program's launching thread and of the lanes. */
    private static final int BUSY_PROCESSORS = 1 + Mover.LANES;
  }

  private final Span span;
  private volatile boolean looking;
  private volatile boolean called;
  private volatile @Nullable Thread thread;

  Attention(Span span) {
    this.span = span;
  }

  /** Looks from now on. The background thread. */
  void begin() {
    called = false;
    thread = Thread.currentThread();
    looking = true;
  }

  /** Does not look any more. The background thread. */
  void end() {
    looking = false;
    thread = null;
  }

  /** Whether what was told before this is going to be heard without waking anybody. Any thread. */
  boolean given() {
    VarHandle.fullFence();
    return looking;
  }

  /** Something else waits for the background thread, which is to stop looking. Any thread. */
  void call() {
    called = true;
    Thread looker = thread;
    if (looker != null) {
      LockSupport.unpark(looker);
    }
  }

  /**
   * Looks until there is something, somebody calls, or long enough. The background thread.
   *
   * @return whether there is something; else it does not look any more
   */
  boolean linger(BooleanSupplier something) {
    long start = System.nanoTime();
    for (long nanos = 0; nanos < span.lingerNanos() && !called; nanos = System.nanoTime() - start) {
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
    looking = something.getAsBoolean();
    return looking;
  }
}
