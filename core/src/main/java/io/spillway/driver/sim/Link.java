package io.spillway.driver.sim;

import io.spillway.driver.sim.SimulationEvent.Direction;

/** The host-device interconnect: one timeline per direction, a little slower when both are busy. */
final class Link {

  private final Timeline in = new Timeline();
  private final Timeline out = new Timeline();
  private final double duplexSlowdown;
  private long lastStart;

  Link(GpuModel model) {
    duplexSlowdown = Math.max(1, model.pinnedInGBps() / model.pinnedBothGBps());
  }

  /** Moves bytes that take {@code nanos} alone, not before {@code earliest}; returns the end. */
  long transfer(Direction direction, long earliest, long nanos) {
    long start = timeline(direction).earliestStart(earliest, nanos);
    long stretched = stretched(direction, start, nanos);
    lastStart = timeline(direction).reserve(earliest, stretched);
    return lastStart + stretched;
  }

  /**
   * Moves bytes that take {@code nanos} from {@code start} on, before all that is reserved; returns
   * the end. So kernels do that access memory in place, and are hardly slower beside moves: {@code
   * contexts.inplace}.
   */
  long transferFirst(Direction direction, long start, long nanos) {
    timeline(direction).overtake(start, nanos);
    return start + nanos;
  }

  /** Makes what is reserved wait from {@code start} on, for something that is counted elsewhere. */
  void holdUp(Direction direction, long start, long nanos) {
    timeline(direction).holdUp(start, nanos);
  }

  /** What it takes beside what goes the other way. */
  private long stretched(Direction direction, long start, long nanos) {
    long opposite =
        timeline(direction == Direction.TO_DEVICE ? Direction.TO_HOST : Direction.TO_DEVICE).tail();
    long shared = Math.max(0, Math.min(start + nanos, opposite) - start);
    return nanos + Math.round(shared * (duplexSlowdown - 1));
  }

  /** Counts bytes that take {@code nanos} and leave room between them for others. */
  void pass(Direction direction, long nanos) {
    timeline(direction).pass(nanos);
  }

  /** When the latest {@link #transfer} began. */
  long lastStart() {
    return lastStart;
  }

  long earliestStart(Direction direction, long earliest, long nanos) {
    return timeline(direction).earliestStart(earliest, nanos);
  }

  void stall(Direction direction, long nanos) {
    timeline(direction).stall(nanos);
  }

  long busyNanos(Direction direction) {
    return timeline(direction).busyNanos();
  }

  private Timeline timeline(Direction direction) {
    return direction == Direction.TO_DEVICE ? in : out;
  }
}
