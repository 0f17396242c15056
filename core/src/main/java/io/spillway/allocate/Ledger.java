package io.spillway.allocate;

import io.spillway.driver.NanoClock;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * The live allocations, found by any address inside them.
 *
 * <p>Safe for use by any thread. {@link #find} takes O(log n), allocates nothing and normally takes
 * no lock; changes take one lock briefly and are never held across a driver call.
 *
 * <p><b>A free</b> goes through two steps. {@link #beginFree} checks the address, refuses new pins,
 * waits for those there are, takes the entry out and remembers it; then the driver frees; if the
 * driver refuses, {@link #reinstate} puts the entry back. The entry leaves before the driver frees
 * because the driver may hand the same addresses to another thread at once.
 */
public final class Ledger {

  /**
   * Frees remembered, to tell a double free from a foreign address: 256 entries of some 100 bytes.
   */
  public static final int REMEMBERED_FREES = 256;

  /**
   * How long a free waits for pins: 10 s. A hint call returns within milliseconds, one that moves
   * gigabytes on the calling thread within a second; what takes longer hangs.
   */
  public static final long MOST_PIN_WAIT_NANOS = 10_000_000_000L;

  private record Freed(LiveAllocation allocation, long nanoTime) {}

  private final NanoClock clock;
  private final long pinWaitNanos;
  private final StampedLock lock = new StampedLock();
  private final SortedAllocations entries = new SortedAllocations();
  private final @Nullable Freed[] freed = new @Nullable Freed[REMEMBERED_FREES];
  private long freedCount;

  /** Whether nothing is entered any more; written under the lock. */
  private volatile boolean closed;

  /** The sums of one kind; written under the lock, read without. */
  private static final class Sums {
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong count = new AtomicLong();
  }

  private final Map<MemoryKind, Sums> sums = new EnumMap<>(MemoryKind.class);

  /** An empty ledger that tells the age of frees by the machine's clock. */
  public Ledger() {
    this(NanoClock.SYSTEM, MOST_PIN_WAIT_NANOS);
  }

  Ledger(NanoClock clock, long pinWaitNanos) {
    this.clock = clock;
    this.pinWaitNanos = pinWaitNanos;
    for (MemoryKind kind : MemoryKind.values()) {
      sums.put(kind, new Sums());
    }
  }

  /** The allocation that {@code address} lies in, null if in none. */
  public @Nullable LiveAllocation find(long address) {
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      LiveAllocation candidate = entries.floor(address);
      if (lock.validate(stamp)) {
        return containing(candidate, address);
      }
    }
    stamp = lock.readLock();
    try {
      return containing(entries.floor(address), address);
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private static @Nullable LiveAllocation containing(
      @Nullable LiveAllocation candidate, long address) {
    return candidate != null && candidate.range().contains(address) ? candidate : null;
  }

  /** The allocations that overlap {@code range}, in address order. */
  public List<LiveAllocation> overlapping(AddressRange range) {
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) { // mostly one: found without writing to the lock, which launches read
      LiveAllocation candidate = entries.floor(range.address());
      if (lock.validate(stamp) && candidate != null && candidate.range().contains(range)) {
        return List.of(candidate);
      }
    }
    stamp = lock.readLock();
    try {
      return overlappingLocked(range);
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private List<LiveAllocation> overlappingLocked(AddressRange range) {
    List<LiveAllocation> found = new ArrayList<>();
    LiveAllocation entry = entries.floor(range.address());
    if (entry == null || !entry.range().overlaps(range)) {
      entry = entries.higher(range.address());
    }
    while (entry != null && entry.range().overlaps(range)) {
      found.add(entry);
      entry = entries.higher(entry.range().address());
    }
    return found;
  }

  /** Every live allocation, in address order, at one moment. */
  public List<LiveAllocation> snapshot() {
    long stamp = lock.readLock();
    try {
      List<LiveAllocation> all = new ArrayList<>(entries.size());
      entries.forEach(all::add);
      return all;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** Live bytes of one kind, by what the driver returned. */
  public long liveBytes(MemoryKind kind) {
    return sums(kind).bytes.get();
  }

  /** Live allocations of one kind. */
  public long liveCount(MemoryKind kind) {
    return sums(kind).count.get();
  }

  /**
   * Enters an allocation.
   *
   * @return entries that overlapped it and were dropped: the driver hands out only free addresses,
   *     so they were freed behind Spillway's back. Normally empty
   * @throws IllegalStateException if it is closed; then nothing was entered
   */
  List<LiveAllocation> add(LiveAllocation entry) {
    long stamp = lock.writeLock();
    try {
      requireOpen();
      LiveAllocation below = entries.floor(entry.range().address());
      LiveAllocation above = entries.higher(entry.range().address());
      List<LiveAllocation> stale = List.of();
      if ((below != null && below.range().overlaps(entry.range()))
          || (above != null && above.range().overlaps(entry.range()))) {
        stale = overlappingLocked(entry.range());
        for (LiveAllocation gone : stale) {
          // Refuses further pins; those there are end on their own.
          gone.tryBeginFree();
          entries.remove(gone);
          count(gone, -1);
        }
      }
      entries.add(entry);
      count(entry, 1);
      return stale;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /**
   * Refuses whatever is to be entered from now on; what is live stays until it is freed.
   *
   * @return whether it did not before
   */
  boolean close() {
    long stamp = lock.writeLock();
    try {
      boolean open = !closed;
      closed = true;
      return open;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /**
   * Fails once it is closed.
   *
   * @throws IllegalStateException if so
   */
  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this allocator is closed");
    }
  }

  /**
   * Takes out the allocation that starts at {@code address}, once no pin holds it.
   *
   * @throws AlreadyFreedException if it is freed already or being freed
   * @throws ForeignAddressException if no allocation starts there
   * @throws AllocationPinnedException if pins stay; then it is live as before
   */
  LiveAllocation beginFree(long address) {
    LiveAllocation entry = find(address);
    if (entry == null) {
      throw unknown(address);
    }
    if (entry.range().address() != address) {
      throw new ForeignAddressException(address, entry);
    }
    if (!entry.tryBeginFree()) {
      throw new AlreadyFreedException(address, entry);
    }
    int pins = entry.awaitUnpinned(pinWaitNanos);
    if (pins != 0) {
      entry.abandonFree();
      throw new AllocationPinnedException(entry, pins, pinWaitNanos);
    }
    long stamp = lock.writeLock();
    try {
      if (!entries.remove(entry)) {
        throw new AlreadyFreedException(address, entry);
      }
      count(entry, -1);
      remember(entry);
    } finally {
      lock.unlockWrite(stamp);
    }
    return entry;
  }

  /**
   * Puts back what {@link #beginFree} took out and the driver then refused to free.
   *
   * @return whether it is back: not if its addresses are others' by now, since then it had been
   *     freed behind Spillway's back before
   */
  boolean reinstate(LiveAllocation entry) {
    long stamp = lock.writeLock();
    try {
      if (!overlappingLocked(entry.range()).isEmpty()) {
        return false;
      }
      entries.add(entry);
      count(entry, 1);
      forget(entry);
      entry.abandonFree();
      return true;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  private Sums sums(MemoryKind kind) {
    return Objects.requireNonNull(sums.get(kind));
  }

  private void count(LiveAllocation entry, int sign) {
    Sums kind = sums(entry.kind());
    kind.bytes.addAndGet(sign * entry.range().bytes());
    kind.count.addAndGet(sign);
  }

  private void remember(LiveAllocation entry) {
    freed[(int) (freedCount++ % REMEMBERED_FREES)] = new Freed(entry, clock.nanoTime());
  }

  private void forget(LiveAllocation entry) {
    for (int i = 0; i < freed.length; i++) {
      Freed candidate = freed[i];
      if (candidate != null && candidate.allocation() == entry) {
        freed[i] = null;
      }
    }
  }

  private AllocationException unknown(long address) {
    long stamp = lock.readLock();
    try {
      // Newest first: addresses are reused, and the last owner is the one that was freed twice.
      for (long back = 1; back <= Math.min(freedCount, REMEMBERED_FREES); back++) {
        Freed candidate = freed[(int) ((freedCount - back) % REMEMBERED_FREES)];
        if (candidate != null && candidate.allocation().range().contains(address)) {
          return new AlreadyFreedException(
              address, candidate.allocation(), clock.nanoTime() - candidate.nanoTime());
        }
      }
      return new ForeignAddressException(address, null);
    } finally {
      lock.unlockRead(stamp);
    }
  }
}
