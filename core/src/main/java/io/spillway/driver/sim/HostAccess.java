package io.spillway.driver.sim;

import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
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
  long touch(List<Part> parts, AccessKind kind, long now) {
    double time = (double) now;
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        time = touch(touched.block(), touched.pages(), kind, time);
      }
    }
    return Math.round(time);
  }

  private double touch(BlockState block, PageSet pages, AccessKind kind, double now) {
    double time = now;
    PageSet away = pages.minus(block.onHost).and(block.onDevice);
    if (!away.isEmpty()) {
      time = fetch(block, away, Math.max(time, (double) block.arrivesAt));
    }
    PageSet untouched = pages.minus(block.onHost);
    PageSet duplicated = block.duplicated().and(pages);
    PageSet plain = pages.minus(untouched).minus(away);
    if (!untouched.isEmpty()) {
      machine.populateHost(block, untouched);
      block.onHost = block.onHost.or(untouched);
      boolean slow = block.readMostly && kind.writes();
      time +=
          untouched.bytes() / (slow ? model.hostReadMostlyFillGBps() : model.hostFirstTouchGBps());
    }
    if (kind.writes()) {
      block.hostMapped = true;
      block.discarded = block.discarded.minus(pages);
      machine.memory.noteWritten(block);
      if (!duplicated.isEmpty()) {
        machine.memory.leave(block, duplicated);
        machine.tally.droppedBytes += duplicated.bytes();
        time += duplicated.bytes() / model.hostRewriteGBps();
        plain = plain.minus(duplicated);
      }
    }
    return time + plain.bytes() / model.hostAccessGBps();
  }

  /** The host faults pages back that are only on the device. */
  private double fetch(BlockState block, PageSet away, double now) {
    PageSet copied = away.minus(block.discarded);
    PageSet fresh = machine.populateHost(block, away);
    double nanos =
        DeviceMemory.share(model.hostFaultBlockNanos(), away)
            + DeviceMemory.share(model.hostPagesBlockNanos(), fresh);
    long linkEnd =
        machine.link.transfer(
            Link.Direction.OUT,
            Math.round(now),
            GpuModel.nanos(copied.bytes(), model.pinnedOutGBps()));
    machine.tally.faultBytesOut += copied.bytes();
    block.onHost = block.onHost.or(away);
    if (!block.readMostly) {
      machine.memory.leave(block, away);
    }
    return Math.max(now + nanos, (double) linkEnd);
  }
}
