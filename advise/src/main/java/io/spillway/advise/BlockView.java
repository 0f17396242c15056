package io.spillway.advise;

import static io.spillway.profile.BlockMeasure.COPY_WRITES;
import static io.spillway.profile.BlockMeasure.CPU_WRITE_FAULTS;
import static io.spillway.profile.BlockMeasure.DECLARED_READS;
import static io.spillway.profile.BlockMeasure.DECLARED_WRITES;
import static io.spillway.profile.BlockMeasure.FAULT_LAPS;
import static io.spillway.profile.BlockMeasure.FIRST_WRITE;
import static io.spillway.profile.BlockMeasure.GPU_ATOMIC_FAULTS;
import static io.spillway.profile.BlockMeasure.GPU_READ_FAULTS;
import static io.spillway.profile.BlockMeasure.GPU_WRITE_FAULTS;
import static io.spillway.profile.BlockMeasure.HOST_TURNS;
import static io.spillway.profile.BlockMeasure.MOVED_PARTS;
import static io.spillway.profile.BlockMeasure.PROVEN_READS;
import static io.spillway.profile.BlockMeasure.PROVEN_WRITES;
import static io.spillway.profile.BlockMeasure.UNKNOWN_TOUCHES;
import static io.spillway.profile.BlockMeasure.WRITE_FAULTED_PARTS;

import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import io.spillway.profile.Direction;
import io.spillway.profile.Measure;
import io.spillway.profile.TransferCause;
import io.spillway.range.Blocks;
import java.util.Optional;

/**
 * One block in one repeating phase, as a rule sees it.
 *
 * @param lap the phase
 * @param allocation index in the profile
 * @param block which block of it
 */
public record BlockView(LapView lap, int allocation, int block) {

  /**
   * Laps in which a block must have faulted, never for a write, before it passes for one that is
   * only read: in a single one the first fault may have come before the first write. Two is the
   * least that is a repetition.
   */
  public static final int LEAST_OBSERVED_LAPS = 2;

  private static final double PARTS_PER_BLOCK = Integer.SIZE;

  /** What happened to it in this phase. */
  public long count(BlockMeasure measure) {
    return columns().get(measure, block);
  }

  /** What happened to it in the whole recording. */
  public long everCounted(BlockMeasure measure) {
    return lap.profile().allocations().get(allocation).blocks().get(measure, block);
  }

  private Columns<BlockMeasure> columns() {
    return lap.phase().blocks().get(allocation);
  }

  /** How many laps the phase will have in the run that is to be given hints. */
  public double laps() {
    return lap.laps();
  }

  /** How often a lap touches it. */
  public int touches() {
    return lap.traffic().touches(allocation, block);
  }

  /** Bytes that come in for it in a lap without hints; none if it was seen to stay. */
  public double bytesInPerLap() {
    return stays()
        ? 0
        : asRecorded(
            lap.traffic().comesIn(allocation, block),
            // What comes again has left: transfers to the device get lost.
            Math.max(movedBytes(Direction.TO_DEVICE), leftBytes() + Blocks.BYTES));
  }

  /** Bytes of it that leave in a lap without hints; none if it was seen to stay. */
  public double bytesOutPerLap() {
    return stays() ? 0 : asRecorded(lap.traffic().leaves(allocation, block), leftBytes());
  }

  /**
   * What the model of a lap moves, but no more than the recording tells of, where it tells of
   * transfers: a launch larger than the budget is served by the card's own room, and a run of few
   * laps does not repay what an endless one would.
   */
  private double asRecorded(int modelledBlocks, long recordedBytes) {
    double modelled = (double) modelledBlocks * Blocks.BYTES;
    return lap.transfersTold()
        ? Math.min(modelled, (double) recordedBytes / lap.phase().laps())
        : modelled;
  }

  /**
   * Bytes of it that left the device in the whole recording. CUPTI loses transfers where there are
   * many, and counts no loss; what Spillway asked to move is all there.
   */
  private long leftBytes() {
    return Math.max(movedBytes(Direction.TO_HOST), everCounted(BlockMeasure.ASKED_TO_HOST));
  }

  /**
   * Whether the recording, which tells of faults, shows that it came once and stayed: nobody kept
   * the budget, as with launches that are larger than it on a card that has room. A block that came
   * again did not stay, whether a fault or a prefetch brought it; and faults of no known launch
   * show nothing, since they are in no lap.
   */
  private boolean stays() {
    return lap.profile().totals().gpuFaults() > 0
        && count(FAULT_LAPS) < LEAST_OBSERVED_LAPS
        && !faultsOutsideOfLaps()
        && movedBytes(Direction.TO_DEVICE) <= Blocks.BYTES
        && bytes(Direction.TO_HOST) == 0
        && hostTurnsPerLap() == 0;
  }

  private boolean faultsOutsideOfLaps() {
    return count(FAULT_LAPS) == 0 && count(GPU_READ_FAULTS) + writeFaults() > 0;
  }

  /** Bytes of it that moved other than by copies, which may write over what is there. */
  private long movedBytes(Direction direction) {
    return bytes(direction) - everCounted(BlockMeasure.transferred(direction, TransferCause.COPY));
  }

  private long bytes(Direction direction) {
    long bytes = 0;
    for (TransferCause cause : TransferCause.values()) {
      bytes += everCounted(BlockMeasure.transferred(direction, cause));
    }
    return bytes;
  }

  /** Whether it moves in a lap without hints, or host and device take turns. */
  public boolean moves() {
    return bytesInPerLap() > 0 || hostTurnsPerLap() > 0;
  }

  /** Whether every lap copies into it. */
  public boolean copiedInto() {
    return lap.traffic().copiedInto(allocation, block);
  }

  /** Times in a lap that the host faults on it after the device had it. */
  public double hostTurnsPerLap() {
    long laps = lap.phase().observedLaps();
    return laps == 0 ? 0 : (double) count(HOST_TURNS) / laps;
  }

  /** Whether the host wrote it during this phase after the device had it. */
  public boolean hostWrites() {
    return count(CPU_WRITE_FAULTS) > 0 && count(HOST_TURNS) > 0;
  }

  /** The part of it that went to the device, at most; 1 if not told. */
  public double density() {
    int parts = Long.bitCount(count(MOVED_PARTS));
    return parts == 0 ? 1 : parts / PARTS_PER_BLOCK;
  }

  /** The most bytes kernels could read of it in place in a lap; infinite if not known. */
  public double inPlaceBytesPerLap() {
    return Math.max(
        touches() * density() * Blocks.BYTES, lap.traffic().inPlaceBytes(allocation, block));
  }

  /** Whether a kernel is known to write it in this phase. */
  public boolean written() {
    return count(DECLARED_WRITES) > 0 || count(PROVEN_WRITES) > 0 || writeFaults() > 0;
  }

  /**
   * Whether a kernel is known to have written it at any time. Where it is known of every kernel
   * what it writes, that is told by the launches and by faults on it; what else was brought in
   * while a batch of faults that writes was served, as {@link BlockMeasure#FIRST_WRITE} counts it,
   * is not.
   */
  public boolean everWritten() {
    if (!lap.kernelsKnown()) {
      return everCounted(FIRST_WRITE) != Measure.NEVER;
    }
    return everCounted(DECLARED_WRITES)
            + everCounted(PROVEN_WRITES)
            + everCounted(GPU_WRITE_FAULTS)
            + everCounted(GPU_ATOMIC_FAULTS)
        > 0;
  }

  /**
   * What it takes longer to fill where it prefers the host, once: its host pages are made then.
   * Nothing if copies did not fill it, or if they are made anyway since it leaves the device.
   */
  public double fillOnHostSeconds() {
    return copies() > 0 && bytesOutPerLap() == 0 && hostTurnsPerLap() == 0
        ? lap.prices().fillOnHost(Blocks.BYTES)
        : 0;
  }

  /** Device faults on writes and atomic operations, in pages. */
  public long writeFaults() {
    return count(GPU_WRITE_FAULTS) + count(GPU_ATOMIC_FAULTS);
  }

  /**
   * How it is known that kernels only read it in this phase; empty if they may write it, or do not
   * touch it. Copies into it are not counted: they are known to come. What is proven of the kernels
   * that are given it is no proof while there are others that may write anywhere.
   */
  public Optional<Basis> onlyRead() {
    if (written()) {
      return Optional.empty();
    }
    if (count(UNKNOWN_TOUCHES) > 0) {
      return observed() ? Optional.of(Basis.OBSERVED) : Optional.empty();
    }
    if (count(DECLARED_READS) > 0) {
      return Optional.of(Basis.DECLARED);
    }
    if (count(PROVEN_READS) == 0) {
      return Optional.empty();
    }
    return Optional.of(lap.kernelsKnown() ? Basis.PROVEN : Basis.OBSERVED);
  }

  /**
   * A write fault anywhere in the allocation leaves no block of it above suspicion, nor do
   * transfers that served one whose address was told in another.
   */
  private boolean observed() {
    return lap.phase().observedLaps() >= LEAST_OBSERVED_LAPS
        && count(FAULT_LAPS) >= LEAST_OBSERVED_LAPS
        && count(GPU_READ_FAULTS) > 0
        && columns().total(GPU_WRITE_FAULTS) == 0
        && columns().total(GPU_ATOMIC_FAULTS) == 0
        && columns().total(WRITE_FAULTED_PARTS) == 0;
  }

  /** Copies into it during the whole recording. */
  public long copies() {
    return everCounted(COPY_WRITES);
  }
}
