package io.spillway.profile.cupti;

/**
 * A fault, a transfer, or contention.
 *
 * @param counter which
 * @param value bytes; of a GPU fault, how many groups of faults on this page were served together;
 *     of a CPU fault, the faulting instruction's address
 * @param address the range's or the faulting page's
 * @param startNanos when the driver began to serve it, or the copy began
 * @param endNanos when that was done; {@code startNanos} where CUPTI gives no end
 * @param source the device it comes from, {@link #HOST} for the host
 * @param destination the device it goes to, {@link #HOST} for the host
 * @param flags of a fault the access type, of a transfer the migration cause, of a remote map its
 *     cause, by cupti_activity.h 13.0
 */
public record MemoryActivity(
    MemoryCounter counter,
    long value,
    long address,
    long startNanos,
    long endNanos,
    int source,
    int destination,
    int flags)
    implements Activity {

  /** {@code CUPTI_UNIFIED_MEMORY_CPU_DEVICE_ID}, cupti_activity.h 13.0. */
  public static final int HOST = 0xFFFFFFFF;
}
