package io.spillway.profile;

import static io.spillway.profile.Measure.Combination.GREATEST;
import static io.spillway.profile.Measure.Combination.SUM;

/** What a profile knows of one bin of time. */
@SuppressWarnings("EnumOrdinal") // a column lies where its measure does
public enum TimeMeasure implements Measure {
  /** Launches that began. */
  LAUNCHES(SUM),
  /** Time that kernels ran, in nanoseconds; kernels side by side each count. */
  KERNEL_NANOS(SUM),
  /** Time in which device faults were served, in nanoseconds; faults at once count once. */
  STALL_NANOS(SUM),
  /** Device faults, in pages. */
  GPU_FAULTS(SUM),
  /** Host faults, in pages. */
  CPU_FAULTS(SUM),
  /** Bytes to the device by the program's copies. */
  TO_DEVICE_USER(SUM),
  /** Bytes to the device by faults. */
  TO_DEVICE_COHERENCE(SUM),
  /** Bytes to the device by prefetches. */
  TO_DEVICE_PREFETCH(SUM),
  /** Bytes to the device by evictions; there should be none. */
  TO_DEVICE_EVICTION(SUM),
  /** Bytes to the device by access counters. */
  TO_DEVICE_ACCESS_COUNTERS(SUM),
  /** Bytes to the device, the cause not told. */
  TO_DEVICE_UNKNOWN(SUM),
  /** Bytes to the host by the program's copies. */
  TO_HOST_USER(SUM),
  /** Bytes to the host by faults. */
  TO_HOST_COHERENCE(SUM),
  /** Bytes to the host by prefetches. */
  TO_HOST_PREFETCH(SUM),
  /** Bytes to the host because the device was full. */
  TO_HOST_EVICTION(SUM),
  /** Bytes to the host by access counters. */
  TO_HOST_ACCESS_COUNTERS(SUM),
  /** Bytes to the host, the cause not told. */
  TO_HOST_UNKNOWN(SUM),
  /**
   * The most bytes resident on the device, estimated from what went there and left; {@link #NEVER}
   * where nothing changed, so that the bin before it holds.
   */
  RESIDENT_BYTES(GREATEST);

  private static final int FIRST_TO_DEVICE = TO_DEVICE_USER.ordinal();
  private static final int FIRST_TO_HOST = TO_HOST_USER.ordinal();
  private static final TimeMeasure[] ALL = values();

  private final Combination combination;

  TimeMeasure(Combination combination) {
    this.combination = combination;
  }

  /** The measure of bytes that went {@code direction} because of {@code cause}. */
  public static TimeMeasure transferred(Direction direction, TransferCause cause) {
    int first = direction == Direction.TO_DEVICE ? FIRST_TO_DEVICE : FIRST_TO_HOST;
    return ALL[first + cause.ordinal()];
  }

  @Override
  public Combination combination() {
    return combination;
  }
}
