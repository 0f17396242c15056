package io.spillway.allocate;

import io.spillway.driver.MemoryInfo;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who has how much of the device: the live allocations of a ledger, and others. CUDA tells only how
 * much is free. Safe for use by any thread.
 */
final class DeviceOccupancy {

  private final UnifiedMemoryDriver driver;
  private final Ledger ledger;
  private final long totalBytes;

  /** What others than the ledger's owner had of the device when it was opened. */
  private final LongAdder usedAtOpeningBytes = new LongAdder();

  DeviceOccupancy(UnifiedMemoryDriver driver, Ledger ledger) {
    this.driver = driver;
    this.ledger = ledger;
    MemoryInfo info = driver.memoryInfo();
    this.totalBytes = info.totalBytes();
    this.usedAtOpeningBytes.add(info.totalBytes() - info.freeBytes());
  }

  long totalBytes() {
    return totalBytes;
  }

  /** {@link Allocator#leftByPlainBytes}. */
  long leftByPlainBytes() {
    long left =
        totalBytes
            - usedAtOpeningBytes.sum()
            - ledger.liveBytes(MemoryKind.DEVICE)
            - RedirectRule.standardHeadroomBytes(totalBytes);
    return Math.max(0, left);
  }

  /** What rules decide by, now, under that budget. */
  MemoryView view(long budgetBytes) {
    MemoryInfo info = driver.memoryInfo();
    long plainBytes = ledger.liveBytes(MemoryKind.DEVICE);
    long managedBytes = ledger.liveBytes(MemoryKind.MANAGED);
    long heldBytes = info.totalBytes() - info.freeBytes() - plainBytes - usedAtOpeningBytes.sum();
    return new MemoryView(
        info.freeBytes(),
        info.totalBytes(),
        plainBytes,
        managedBytes,
        Math.clamp(heldBytes, 0, managedBytes),
        budgetBytes);
  }

  /** Counts {@code range} no longer among what others had: the ledger has it now. */
  void inherit(AddressRange range) {
    usedAtOpeningBytes.add(-range.bytes());
  }

  /** {@link Allocator#countOthers}. */
  void countOthers() {
    MemoryInfo info = driver.memoryInfo();
    long othersBytes = info.totalBytes() - info.freeBytes() - ledger.liveBytes(MemoryKind.DEVICE);
    usedAtOpeningBytes.add(othersBytes - usedAtOpeningBytes.sum());
  }
}
