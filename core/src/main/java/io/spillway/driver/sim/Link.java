package io.spillway.driver.sim;

import java.util.EnumMap;
import java.util.Map;

/** The host-device interconnect: one timeline per direction, a little slower when both are busy. */
final class Link {

  /** Which way bytes go. */
  enum Direction {
    /** Host to device. */
    IN,
    /** Device to host. */
    OUT
  }

  private final Map<Direction, Timeline> timelines = new EnumMap<>(Direction.class);
  private final double duplexSlowdown;

  Link(GpuModel model) {
    for (Direction direction : Direction.values()) {
      timelines.put(direction, new Timeline());
    }
    duplexSlowdown = Math.max(1, model.pinnedInGBps() / model.pinnedBothGBps());
  }

  /** Moves bytes that take {@code nanos} alone, not before {@code earliest}; returns the end. */
  long transfer(Direction direction, long earliest, long nanos) {
    Timeline timeline = timeline(direction);
    long start = timeline.earliestStart(earliest, nanos);
    long opposite = timeline(direction == Direction.IN ? Direction.OUT : Direction.IN).tail();
    long shared = Math.max(0, Math.min(start + nanos, opposite) - start);
    long stretched = nanos + Math.round(shared * (duplexSlowdown - 1));
    return timeline.reserve(earliest, stretched) + stretched;
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
    Timeline timeline = timelines.get(direction);
    if (timeline == null) {
      throw new AssertionError(direction);
    }
    return timeline;
  }
}
