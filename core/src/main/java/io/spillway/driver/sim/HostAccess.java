package io.spillway.driver.sim;

import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.DropReason;
import io.spillway.driver.sim.SimulationEvent.Processor;
import java.util.List;

/** What it takes the host's threads to read or write managed memory. */
final class HostAccess {

  private final Machine machine;
  private final GpuModel model;

  HostAccess(Machine machine) {
    this.machine = machine;
    model = machine.model;
  }

  /** Touches the parts from {@code now}; returns when done. */
  long touch(List<Part> parts, TouchKind kind, long now) {
    double time = (double) now;
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        time = touch(touched.block(), touched.pages(), kind, time);
      }
    }
    return Math.round(time);
  }

  private double touch(BlockState block, PageSet pages, TouchKind kind, double now) {
    double time = now;
    PageSet away = pages.minus(block.onHost).and(block.onDevice);
    if (!away.isEmpty()) {
      time = fetch(block, away, kind, Math.max(time, (double) block.arrivesAt));
    }
    PageSet untouched = pages.minus(block.onHost);
    PageSet duplicated = block.duplicated().and(pages);
    PageSet plain = pages.minus(untouched).minus(away);
    if (!untouched.isEmpty()) {
      machine.populateHost(block, untouched);
      block.onHost = block.onHost.or(untouched);
      boolean slow = block.readMostly && kind.writes();
      long start = Math.round(time);
      time +=
          untouched.bytes() / (slow ? model.hostReadMostlyFillGBps() : model.hostFirstTouchGBps());
      fault(kind, block, untouched, start, Math.round(time));
    }
    if (kind.writes()) {
      block.hostMapped = true;
      block.discarded = block.discarded.minus(pages);
      machine.memory.noteWritten(block);
      if (!duplicated.isEmpty()) {
        long start = Math.round(time);
        machine.memory.drop(block, duplicated, DropReason.HOST_WRITE, start);
        time += duplicated.bytes() / model.hostRewriteGBps();
        fault(kind, block, duplicated, start, Math.round(time));
        plain = plain.minus(duplicated);
      }
    }
    return time + plain.bytes() / model.hostAccessGBps();
  }

  private void fault(TouchKind kind, BlockState block, PageSet pages, long start, long end) {
    machine.announcer.fault(Processor.HOST, kind, block, pages, pages.count(), start, end);
  }

  /** The host faults pages back that are only on the device. */
  private double fetch(BlockState block, PageSet away, TouchKind kind, double now) {
    PageSet copied = away.minus(block.discarded);
    PageSet fresh = machine.populateHost(block, away);
    double nanos =
        DeviceMemory.share(model.hostFaultBlockNanos(), away)
            + DeviceMemory.share(model.hostPagesBlockNanos(), fresh);
    long linkEnd =
        machine.link.transfer(
            Direction.TO_HOST,
            Math.round(now),
            GpuModel.nanos(copied.bytes(), model.pinnedOutGBps()));
    double end = Math.max(now + nanos, (double) linkEnd);
    fault(kind, block, away, Math.round(now), Math.round(end));
    machine.announcer.transfer(
        Direction.TO_HOST, Cause.FAULT, block, copied, machine.link.lastStart(), linkEnd);
    machine.tally.faultBytesOut += copied.bytes();
    block.onHost = block.onHost.or(away);
    if (!block.readMostly) {
      machine.memory.leave(block, copied);
      machine.memory.drop(block, away.minus(copied), DropReason.DISCARDED, Math.round(now));
    }
    return end;
  }
}
