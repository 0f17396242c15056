package io.spillway.allocate;

import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the {@link Ledger}: an allocation from the driver's call until its free.
 *
 * <p>A thread that hands its range to a hint call holds it by {@link #tryPin} meanwhile, so that it
 * cannot be freed and its addresses given to someone else under the call. Safe for use by any
 * thread.
 */
public final class LiveAllocation {

  /** Set in {@link #state} once a free began; the other bits count pins. */
  private static final int FREEING = 1 << 31;

  /** Spins before a free parks: hint calls of a few blocks return within microseconds. */
  private static final int SPINS = 128;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(LiveAllocation.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final AddressRange range;
  private final MemoryKind kind;
  private final long requestedBytes;
  private final String label;
  private final @Nullable String site;
  private final long ordinal;
  private final List<StackTraceElement> stack;
  private final @Nullable HostMemoryReservation reservation;

  @SuppressWarnings("unused") // through STATE
  private volatile int state;

  private volatile @Nullable Thread freeing;

  LiveAllocation(
      AddressRange range,
      MemoryKind kind,
      long requestedBytes,
      String label,
      @Nullable String site,
      long ordinal,
      List<StackTraceElement> stack,
      @Nullable HostMemoryReservation reservation) {
    this.range = range;
    this.kind = kind;
    this.requestedBytes = requestedBytes;
    this.label = label;
    this.site = site;
    this.ordinal = ordinal;
    this.stack = stack;
    this.reservation = reservation;
  }

  /** What the driver returned; managed ranges are whole blocks. */
  public AddressRange range() {
    return range;
  }

  /** Which kind of memory it is. */
  public MemoryKind kind() {
    return kind;
  }

  /** What the caller asked for, in bytes, before rounding. */
  public long requestedBytes() {
    return requestedBytes;
  }

  /** The caller's label, empty if none. */
  public String label() {
    return label;
  }

  /**
   * What identifies it across runs: the label if there is one, else the call site if it was
   * recorded, with which of that site's allocations it is, else its ordinal; both with the size.
   */
  public String site() {
    return site == null ? siteOf("", ordinal, requestedBytes) : site;
  }

  /** Which allocation of its ledger it is, from 0. */
  public long ordinal() {
    return ordinal;
  }

  /** Where it was allocated, innermost frame first; empty unless stacks were asked for. */
  public List<StackTraceElement> stack() {
    return stack;
  }

  /** Whether no free of it has begun. */
  public boolean isLive() {
    return state >= 0;
  }

  /**
   * Holds it for one hint call. A free waits until every pin is undone, so hold it no longer than
   * the call takes, and never free it from the thread that holds it.
   *
   * @return whether it is held; false once a free of it began
   */
  public boolean tryPin() {
    for (; ; ) {
      int seen = state;
      if (seen < 0) {
        return false;
      }
      if (STATE.compareAndSet(this, seen, seen + 1)) {
        return true;
      }
    }
  }

  /** Undoes one successful {@link #tryPin}. */
  public void unpin() {
    for (; ; ) {
      int seen = state;
      if ((seen & ~FREEING) == 0) {
        throw new IllegalStateException("unpin without a pin: " + this);
      }
      if (STATE.compareAndSet(this, seen, seen - 1)) {
        if (seen - 1 == FREEING) {
          LockSupport.unpark(freeing);
        }
        return;
      }
    }
  }

  /**
   * Says how much of it has host pages by now, so that the {@link HostMemoryGuard} does not count
   * them twice: as promised, and as missing from what is available. The driver keeps host pages
   * until the allocation is freed, wherever the data goes (driver reference, {@code
   * uvm_va_block.c}).
   *
   * @param bytes from 0 to the range's size; replaces what was said before
   */
  public void settleHostPages(long bytes) {
    HostMemoryReservation promised = reservation;
    if (promised != null) {
      promised.settle(bytes);
    }
  }

  /** The host memory promised for it, if any was. */
  @Nullable HostMemoryReservation reservation() {
    return reservation;
  }

  /** Begins a free; false if another one did before. */
  boolean tryBeginFree() {
    for (; ; ) {
      int seen = state;
      if (seen < 0) {
        return false;
      }
      if (STATE.compareAndSet(this, seen, seen | FREEING)) {
        return true;
      }
    }
  }

  /**
   * Waits until no pin is left.
   *
   * @return the pins left after {@code nanos}, 0 if none
   */
  int awaitUnpinned(long nanos) {
    // After FREEING was set and before the state is read again, so that no last unpin is missed.
    freeing = Thread.currentThread();
    long start = System.nanoTime();
    boolean interrupted = false;
    int spins = 0;
    while (state != FREEING) {
      if (spins < SPINS) {
        spins++;
        Thread.onSpinWait();
        continue;
      }
      long left = nanos - (System.nanoTime() - start);
      if (left <= 0) {
        break;
      }
      LockSupport.parkNanos(this, left);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return state & ~FREEING;
  }

  /** Takes back a begun free: the allocation is live again. */
  void abandonFree() {
    freeing = null;
    STATE.getAndBitwiseAnd(this, ~FREEING);
  }

  @Override
  public String toString() {
    return "%s memory %s%s, allocation #%d"
        .formatted(
            switch (kind) {
              case DEVICE -> "device";
              case MANAGED -> "managed";
              case PINNED -> "pinned";
            },
            range,
            label.isEmpty() ? "" : " '" + label + "'",
            ordinal);
  }

  /** {@link #site} of an allocation without a label. */
  static String siteOf(String origin, long ordinal, long bytes) {
    return "%s#%d, %s".formatted(origin, ordinal, ByteSize.format(bytes));
  }
}
