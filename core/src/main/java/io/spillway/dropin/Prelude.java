package io.spillway.dropin;

import io.spillway.allocate.AllocationRequest;
import io.spillway.allocate.Decision;
import io.spillway.allocate.MemoryView;
import io.spillway.allocate.RedirectRule;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time before a session is needed. While all a program asks for fits, what JCuda itself says of
 * the device is enough to decide by, and a light book of what was allocated is enough to hand over;
 * so a program that fits never pays for starting a session, which takes longer than all the rest.
 *
 * <p>It is over, once and for good, with the first request that has to be redirected or cannot be
 * decided here, and where something else wants the session. Then the session takes over the book.
 *
 * <p>Safe for use by any thread. No lock is held across a call of the driver's.
 */
final class Prelude {

  /** Instead of a status: a session has to decide. */
  static final int NEEDS_SESSION = -1;

  private static final int UNKNOWN = -1;

  /** Who takes over. */
  interface Heir {
    /** Enters plain memory that was there before the session. */
    void inherit(AddressRange range);

    /** Enters plain memory that the program got while another thread opened the session. */
    void enterLate(AddressRange range);
  }

  private final DropinSettings settings;
  private final Heir heir;
  private final Map<Long, Long> bytesByAddress = new HashMap<>();
  private volatile int deviceCount = UNKNOWN;
  private volatile boolean over;
  private long liveBytes;
  private long mostLiveBytes;
  private long allocations;

  /** The rule for a card of {@code totalBytes}, which is made once. */
  private record CardRule(long totalBytes, RedirectRule rule) {}

  private volatile @Nullable CardRule cardRule;

  /**
   * Begins it.
   *
   * @param needed whether a session is wanted from the start
   */
  Prelude(DropinSettings settings, boolean needed, Heir heir) {
    this.settings = settings;
    this.heir = heir;
    this.over = needed || !settings.decidedByFreeMemoryAlone();
  }

  /** Whether there is, or should be, a session. */
  boolean over() {
    return over;
  }

  /**
   * Serves a request if it fits.
   *
   * @return the status of the program's call; {@link #NEEDS_SESSION} if none was made
   */
  int allocate(NativeCalls calls, long bytes) {
    if (!oneDevice(calls) || !fits(calls, bytes)) {
      return NEEDS_SESSION;
    }
    int status = calls.allocate(bytes);
    if (status == ServedCalls.SUCCESS) {
      enter(new AddressRange(calls.address(), bytes));
    }
    return status;
  }

  /**
   * Keeps account of plain memory that the program got.
   *
   * @return false if that takes a session
   */
  boolean adopt(NativeCalls calls, long bytes) {
    if (!oneDevice(calls)) {
      return false;
    }
    enter(new AddressRange(calls.address(), bytes));
    return true;
  }

  private void enter(AddressRange range) {
    synchronized (bytesByAddress) {
      if (!over) {
        allocations++;
        Long stale = bytesByAddress.put(range.address(), range.bytes());
        liveBytes += range.bytes() - (stale == null ? 0 : stale);
        mostLiveBytes = Math.max(mostLiveBytes, liveBytes);
        return;
      }
    }
    heir.enterLate(range);
  }

  /**
   * Frees what is in the book.
   *
   * @return the status of the program's call; {@link #NEEDS_SESSION} if none was made
   */
  int free(NativeCalls calls) {
    long address = calls.address();
    Long bytes;
    // Before the driver frees it, since it may hand the same address to another thread at once.
    synchronized (bytesByAddress) {
      bytes = over ? null : bytesByAddress.remove(address);
      liveBytes -= bytes == null ? 0 : bytes;
    }
    if (bytes == null) {
      return NEEDS_SESSION;
    }
    int status = ServedCalls.SUCCESS - 1;
    try {
      status = calls.free();
      return status;
    } finally {
      if (status != ServedCalls.SUCCESS) {
        reinstate(new AddressRange(address, bytes));
      }
    }
  }

  private void reinstate(AddressRange range) {
    synchronized (bytesByAddress) {
      if (!over) {
        bytesByAddress.put(range.address(), range.bytes());
        liveBytes += range.bytes();
        return;
      }
    }
    heir.enterLate(range);
  }

  /** Ends it, and hands over what is live. */
  void end() {
    synchronized (bytesByAddress) {
      if (!over) {
        for (Map.Entry<Long, Long> live : bytesByAddress.entrySet()) {
          heir.inherit(new AddressRange(live.getKey(), live.getValue()));
        }
        bytesByAddress.clear();
        // Last: until then whoever frees waits here, and finds what it frees in one book or other.
        over = true;
      }
    }
  }

  /** If it is not over: that nothing had to be redirected. */
  @SuppressWarnings("UnnecessaryStringBuilder") // See inside.
  @Nullable String allFitted() {
    synchronized (bytesByAddress) {
      if (over || allocations == 0) {
        return null;
      }
      // Said at the end of many a program: formatting, or a + here, would take it milliseconds.
      return new StringBuilder("all fitted, nothing was redirected: ")
          .append(allocations)
          .append(allocations == 1 ? " allocation, " : " allocations, ")
          .append(Math.ceilDiv(mostLiveBytes, ByteSize.MIB))
          .append(" MiB at most at a time")
          .toString();
    }
  }

  private boolean oneDevice(NativeCalls calls) {
    int count = deviceCount;
    if (count == UNKNOWN) {
      count = calls.deviceCount();
      deviceCount = count;
    }
    return count == 1;
  }

  /** Whether the request is to be plain memory. */
  private boolean fits(NativeCalls calls, long bytes) {
    if (bytes < settings.minBytes()) {
      return true;
    }
    long[] free = {0};
    long[] total = {0};
    if (calls.memoryInfo(free, total) != ServedCalls.SUCCESS) {
      return true; // There is no context, or worse: the program's own call will say so.
    }
    CardRule known = cardRule;
    if (known == null || known.totalBytes != total[0]) {
      known = new CardRule(total[0], settings.fittingRule(total[0]));
      cardRule = known;
    }
    // Nothing is managed yet. The budget bounds what is, and so has no part in it.
    MemoryView memory = new MemoryView(free[0], total[0], 0, 0, 0, total[0]);
    return !(known.rule.decide(AllocationRequest.of(bytes), memory) instanceof Decision.Redirect);
  }
}
