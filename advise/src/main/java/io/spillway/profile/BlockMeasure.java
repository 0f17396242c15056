package io.spillway.profile;

import static io.spillway.profile.Measure.Combination.GREATEST;
import static io.spillway.profile.Measure.Combination.LEAST;
import static io.spillway.profile.Measure.Combination.SUM;
import static io.spillway.profile.Measure.Combination.UNION;

/**
 * What a profile knows of one 2 MiB block.
 *
 * <p>"Launches" are kernel launches and copies as declared or intercepted; faults and transfers are
 * what the driver did. Positions are launch numbers, {@link Measure#NEVER} if there is none.
 * "Parts" are sets of bits: bit i is the i-th 64 KiB of the block.
 */
public enum BlockMeasure implements Measure {
  /** Launches that touched it. */
  TOUCHES(SUM),
  /** Launches declared to read it. */
  DECLARED_READS(SUM),
  /** Launches declared to write it. */
  DECLARED_WRITES(SUM),
  /** Intercepted kernels known to read it: static evidence says so. */
  PROVEN_READS(SUM),
  /** Intercepted kernels known to write it. */
  PROVEN_WRITES(SUM),
  /** Intercepted kernels that were given an address inside its allocation, no more is known. */
  UNKNOWN_TOUCHES(SUM),
  /** Copies that read it. */
  COPY_READS(SUM),
  /** Copies and fills that wrote it: the copy engine's writes, known to come. */
  COPY_WRITES(SUM),
  /** Bytes that kernels are known to have read of it. */
  READ_BYTES(SUM),
  /** Bytes that kernels are known to have written of it. */
  WRITTEN_BYTES(SUM),
  /** Bytes of it that launches of unknown kind may have touched. */
  UNKNOWN_BYTES(SUM),
  /** Bytes that copies read of it. */
  COPY_READ_BYTES(SUM),
  /** Bytes that copies and fills wrote of it. */
  COPY_WRITTEN_BYTES(SUM),
  /** Parts inside ranges that launches touched in a known way. */
  KNOWN_PARTS(UNION),

  /** First launch that touched it, or faulted on it. */
  FIRST_TOUCH(LEAST),
  /** Last launch that touched it, or faulted on it. */
  LAST_TOUCH(GREATEST),
  /** Last launch known to read it, by declaration, proof, copy or fault. */
  LAST_READ(GREATEST),
  /** First kernel known to write it, by declaration, proof or fault; copies are not counted. */
  FIRST_WRITE(LEAST),
  /** Last kernel known to write it, by declaration, proof or fault; copies are not counted. */
  LAST_WRITE(GREATEST),
  /** Last copy or fill that wrote it. */
  LAST_COPY_WRITE(GREATEST),

  /** Touches by launches of a range that was touched before. */
  REUSES(SUM),
  /** Launches between a touch and the one before it, summed over {@link #REUSES}. */
  REUSE_LAUNCHES(SUM),
  /** Bytes that launches touched between a touch and the one before it, summed likewise. */
  REUSE_BYTES(SUM),
  /** The fewest bytes that launches touched between a touch and the one before it. */
  SHORTEST_REUSE_BYTES(LEAST),
  /**
   * Launches that wrote it, without reading, after something had read what was written before:
   * between that read and this write its contents were dead.
   */
  OVERWRITES(SUM),

  /** Touches by launches in one lap, of the lap that its phase repeats. */
  LAP_TOUCHES(SUM),
  /** Position in the lap of the first touch, from 0. */
  FIRST_IN_LAP(LEAST),
  /** Position in the lap of the last touch, from 0. */
  LAST_IN_LAP(GREATEST),
  /**
   * Distinct bytes that the lap touches between two touches of it, the fewest; laps wrap around.
   */
  LAP_REUSE_BYTES(LEAST),

  /** Device faults on reads, in pages; of each batch one, where the tool reports batches. */
  GPU_READ_FAULTS(SUM),
  /** Device faults on writes, counted likewise. */
  GPU_WRITE_FAULTS(SUM),
  /** Device faults on atomic operations, counted likewise. */
  GPU_ATOMIC_FAULTS(SUM),
  /** Other device faults, counted likewise: loads into a cache, and what is not told. */
  GPU_OTHER_FAULTS(SUM),
  /** Host faults on reads, in pages. */
  CPU_READ_FAULTS(SUM),
  /** Host faults on writes, in pages. */
  CPU_WRITE_FAULTS(SUM),
  /** Other host faults, in pages. */
  CPU_OTHER_FAULTS(SUM),
  /** How long its device faults took to serve, in nanoseconds, each for itself. */
  GPU_FAULT_NANOS(SUM),
  /** How long its host faults took to serve, in nanoseconds, each for itself. */
  CPU_FAULT_NANOS(SUM),
  /**
   * Parts that the device faulted on: as the faults tell, and as the transfers that served them.
   */
  FAULTED_PARTS(UNION),
  /**
   * Parts that the device faulted on to write, atomically or not; of those that only transfers tell
   * of, all that came while a batch of faults that writes was served.
   */
  WRITE_FAULTED_PARTS(UNION),
  /** Times the host faulted on it after it had gone to the device: host and device take turns. */
  HOST_TURNS(SUM),
  /** Laps in which the device faulted on it. */
  FAULT_LAPS(SUM),
  /** Position in the lap of the earliest device fault. */
  FIRST_FAULT_IN_LAP(LEAST),
  /** Position in the lap of the latest device fault. */
  LAST_FAULT_IN_LAP(GREATEST),

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
  /** Bytes that Spillway asked the driver to move to the host. */
  ASKED_TO_HOST(SUM),
  /** Parts that went to the device. */
  MOVED_PARTS(UNION),

  /** Times the driver saw it thrash. */
  THRASHINGS(SUM),
  /** Times a processor was held back from it. */
  THROTTLINGS(SUM),
  /** Times it was mapped from afar. */
  REMOTE_MAPS(SUM);

  private final Combination combination;

  BlockMeasure(Combination combination) {
    this.combination = combination;
  }

  /** The measure of bytes that went {@code direction} because of {@code cause}. */
  public static BlockMeasure transferred(Direction direction, TransferCause cause) {
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
