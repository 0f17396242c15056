package io.spillway.profile;

import static io.spillway.profile.Measure.Combination.GREATEST;
import static io.spillway.profile.Measure.Combination.SUM;

/** What a profile knows of one bin of time. */
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
  /** Bytes to the device by prefetches that were asked for. */
  TO_DEVICE_USER(SUM),
  /** Bytes to the device by the program's copies; only the simulator tells of these. */
  TO_DEVICE_COPY(SUM),
  /** Bytes to the device by faults. */
  TO_DEVICE_COHERENCE(SUM),
  /** Bytes to the device by the driver's own prefetcher. */
  TO_DEVICE_PREFETCH(SUM),
  /** Bytes to the device by evictions; there should be none. */
  TO_DEVICE_EVICTION(SUM),
  /** Bytes to the device by access counters. */
  TO_DEVICE_ACCESS_COUNTERS(SUM),
  /** Bytes to the device, the cause not told. */
  TO_DEVICE_UNKNOWN(SUM),
  /** Bytes to the host by prefetches that were asked for. */
  TO_HOST_USER(SUM),
  /** Bytes to the host by the program's copies; only the simulator tells of these. */
  TO_HOST_COPY(SUM),
  /** Bytes to the host by faults. */
  TO_HOST_COHERENCE(SUM),
  /** Bytes to the host by the driver's own prefetcher. */
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

  private final Combination combination;

  TimeMeasure(Combination combination) {
    this.combination = combination;
  }

  /** The measure of bytes that went {@code direction} because of {@code cause}. */
  public static TimeMeasure transferred(Direction direction, TransferCause cause) {
    return switch (direction) {
      case TO_DEVICE ->
          switch (cause) {
            case USER -> TO_DEVICE_USER;
            case COPY -> TO_DEVICE_COPY;
            case COHERENCE -> TO_DEVICE_COHERENCE;
            case PREFETCH -> TO_DEVICE_PREFETCH;
            case EVICTION -> TO_DEVICE_EVICTION;
            case ACCESS_COUNTERS -> TO_DEVICE_ACCESS_COUNTERS;
            case UNKNOWN -> TO_DEVICE_UNKNOWN;
          };
      case TO_HOST ->
          switch (cause) {
            case USER -> TO_HOST_USER;
            case COPY -> TO_HOST_COPY;
            case COHERENCE -> TO_HOST_COHERENCE;
            case PREFETCH -> TO_HOST_PREFETCH;
            case EVICTION -> TO_HOST_EVICTION;
            case ACCESS_COUNTERS -> TO_HOST_ACCESS_COUNTERS;
            case UNKNOWN -> TO_HOST_UNKNOWN;
          };
    };
  }

  @Override
  public Combination combination() {
    return combination;
  }
}
