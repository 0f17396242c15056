package io.spillway.driver.sim;

import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.DropReason;
import io.spillway.driver.sim.SimulationEvent.Processor;
import org.jspecify.annotations.Nullable;

/** Makes the events an observer is told of, if there is one; under the driver's lock. */
final class Announcer {

  /** What stands for the kernel where there is none. */
  static final long NO_KERNEL = -1;

  private final @Nullable SimulationObserver observer;
  private long kernels;
  private long running = NO_KERNEL;

  Announcer(@Nullable SimulationObserver observer) {
    this.observer = observer;
  }

  /** Whether anyone listens; otherwise nothing below does anything but count kernels. */
  boolean on() {
    return observer != null;
  }

  /** What follows happens because of the next kernel. */
  void kernelBegins() {
    running = kernels++;
  }

  /** The kernel begun last is worked out. */
  void kernelEnds(String name, StreamHandle stream, long start, long end, long stallNanos) {
    long ordinal = running;
    running = NO_KERNEL;
    if (observer != null) {
      observer.observe(new SimulationEvent.Kernel(ordinal, name, stream, start, end, stallNanos));
    }
  }

  void fault(
      Processor processor,
      TouchKind kind,
      BlockState block,
      PageSet faulted,
      int entries,
      long start,
      long end) {
    if (observer != null && !faulted.isEmpty()) {
      observer.observe(
          new SimulationEvent.Fault(
              processor,
              kind,
              address(block, faulted),
              faulted.parts(),
              faulted.count(),
              entries,
              start,
              end,
              running));
    }
  }

  /** Pages of managed memory crossed the link. */
  void transfer(
      Direction direction, Cause cause, BlockState block, PageSet pages, long start, long end) {
    if (observer != null && !pages.isEmpty()) {
      transfer(direction, cause, address(block, pages), pages.bytes(), start, end);
    }
  }

  void transfer(Direction direction, Cause cause, long address, long bytes, long start, long end) {
    if (observer != null) {
      observer.observe(
          new SimulationEvent.Transfer(direction, cause, address, bytes, start, end, running));
    }
  }

  void drop(BlockState block, PageSet pages, DropReason reason, long now) {
    if (observer != null && !pages.isEmpty()) {
      observer.observe(
          new SimulationEvent.Drop(address(block, pages), pages.bytes(), reason, now, running));
    }
  }

  void remoteMap(BlockState block, PageSet pages, long now) {
    if (observer != null && !pages.isEmpty()) {
      observer.observe(
          new SimulationEvent.RemoteMap(address(block, pages), pages.bytes(), now, running));
    }
  }

  private static long address(BlockState block, PageSet pages) {
    return block.address + pages.first() * PageSet.PAGE_BYTES;
  }
}
