package io.spillway.driver;

import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Refuses managed memory beyond a ceiling, for programs that share their card with others.
 *
 * <p>Managed memory in excess of what a card can hold makes the driver evict, and on a shared card
 * that can stall every user of it. This driver never has more managed memory allocated than a
 * quarter of what the card has free at that moment, nor more than 32 GiB, and refuses a request
 * before making it. All of Spillway's own benchmarks, samples and GPU tests run behind it; they
 * exercise oversubscription through a device budget smaller than the footprint.
 *
 * <p>Safe for use by any thread; allocations and frees of managed memory are serialised.
 */
public final class LimitedDriver extends ForwardingDriver {

  /** The most managed memory, whatever the card: 32 GiB. */
  public static final long MOST_BYTES = 32 * ByteSize.GIB;

  /** The most managed memory as a divisor of the card's free memory: a quarter. */
  public static final long FREE_DIVISOR = 4;

  private final Map<Long, Long> managedBytesByAddress = new HashMap<>();
  private long liveBytes;

  /** Limits {@code upstream}. */
  public LimitedDriver(UnifiedMemoryDriver upstream) {
    super(upstream);
  }

  /** How much managed memory may be live in all, at this moment. */
  public long limitBytes() {
    return Math.min(MOST_BYTES, memoryInfo().freeBytes() / FREE_DIVISOR);
  }

  /**
   * {@inheritDoc}
   *
   * @throws ManagedMemoryLimitException if that would exceed the ceiling; nothing was allocated
   */
  @Override
  public AddressRange allocateManaged(long bytes) {
    return allocateManaged(bytes, upstream()::allocateManaged);
  }

  /**
   * Lets a managed allocation be made by somebody else, under the same ceiling.
   *
   * @param call makes it, of the size it is given
   * @throws ManagedMemoryLimitException if that would exceed the ceiling; nothing was called
   */
  public synchronized AddressRange allocateManaged(long bytes, LongFunction<AddressRange> call) {
    long freeBytes = memoryInfo().freeBytes();
    long limitBytes = Math.min(MOST_BYTES, freeBytes / FREE_DIVISOR);
    if (bytes > limitBytes - liveBytes) {
      throw new ManagedMemoryLimitException(bytes, liveBytes, limitBytes, freeBytes);
    }
    AddressRange range = call.apply(bytes);
    Long stale = managedBytesByAddress.put(range.address(), range.bytes()); // freed by others
    liveBytes += range.bytes() - (stale == null ? 0 : stale);
    return range;
  }

  @Override
  public void free(AddressRange range) {
    free(range, upstream()::free);
  }

  /** Lets somebody else free what {@code range} is, and takes it out of the account. */
  public synchronized void free(AddressRange range, Consumer<AddressRange> call) {
    call.accept(range);
    Long bytes = managedBytesByAddress.remove(range.address());
    liveBytes -= bytes == null ? 0 : bytes;
  }
}
