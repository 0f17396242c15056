package io.spillway.driver.sim;

import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.DropReason;
import io.spillway.range.AddressRange;

/** {@code cuMemcpyAsync} by unified address, on the copy engine of its direction. */
final class ExplicitCopy {

  private final Machine machine;
  private final GpuModel model;

  ExplicitCopy(Machine machine) {
    this.machine = machine;
    model = machine.model;
  }

  /** Copies from {@code start}, the stream's turn; returns when done. */
  long copy(Part to, Part from, long start) {
    long bytes = to.range().bytes();
    long earliest = Math.max(start, arrival(from));
    boolean fromDevice = sourceOnDevice(from);
    double collapse = 0;
    boolean toDevice = to.allocation().kind == MemoryKind.DEVICE;
    if (to.allocation().kind == MemoryKind.MANAGED) {
      earliest = Math.max(earliest, arrival(to));
      toDevice = destinationOnDevice(to);
      collapse = written(to, toDevice, earliest);
    }
    long ready = earliest + Math.round(model.copyFixedNanos() + collapse);
    if (fromDevice == toDevice) {
      // Both ends on the device: read and written. Both on the host: as the host's own access.
      double rate = fromDevice ? model.deviceReadGBps() / 2 : model.hostAccessGBps();
      return ready + GpuModel.nanos(bytes, rate);
    }
    boolean managed =
        to.allocation().kind == MemoryKind.MANAGED || from.allocation().kind == MemoryKind.MANAGED;
    if (toDevice) {
      machine.tally.copyBytesIn += bytes;
      double rate = managed ? model.managedCopyInGBps() : model.pinnedInGBps();
      return cross(Direction.TO_DEVICE, from, ready, GpuModel.nanos(bytes, rate));
    }
    machine.tally.copyBytesOut += bytes;
    double rate = managed ? model.managedCopyOutGBps() : model.pinnedOutGBps();
    return cross(Direction.TO_HOST, to, ready, GpuModel.nanos(bytes, rate));
  }

  private long cross(Direction direction, Part host, long ready, long nanos) {
    long end = machine.link.transfer(direction, ready, nanos);
    AddressRange range = host.range();
    machine.announcer.transfer(
        direction, Cause.COPY, range.address(), range.bytes(), machine.link.lastStart(), end);
    return end;
  }

  private static long arrival(Part end) {
    long latest = 0;
    if (end.allocation().kind == MemoryKind.MANAGED) {
      for (BlockPages touched : end.blocks()) {
        BlockState block = touched.block();
        latest = Math.max(latest, Math.max(block.arrivesAt, block.leftAt));
      }
    }
    return latest;
  }

  /** Where most of a source is: copies do not migrate it. */
  private static boolean sourceOnDevice(Part from) {
    if (from.allocation().kind != MemoryKind.MANAGED) {
      return from.allocation().kind == MemoryKind.DEVICE;
    }
    return majorityOnDevice(from, false);
  }

  private static boolean destinationOnDevice(Part to) {
    BlockState first = to.allocation().blocks[to.allocation().blockIndex(to.range().address())];
    return majorityOnDevice(to, !first.prefersHost());
  }

  private static boolean majorityOnDevice(Part end, boolean untouchedCounts) {
    long device = 0;
    long host = 0;
    for (BlockPages touched : end.blocks()) {
      BlockState block = touched.block();
      PageSet pages = touched.pages();
      device += pages.and(block.onDevice).count();
      PageSet only = pages.minus(block.onDevice);
      host += only.and(block.onHost).count();
      if (untouchedCounts) {
        device += only.minus(block.onHost).count();
      }
    }
    return device > host;
  }

  /** Notes that managed memory is written where it is; returns what collapsing copies costs. */
  private double written(Part to, boolean onDevice, long now) {
    double nanos = 0;
    for (BlockPages touched : to.blocks()) {
      BlockState block = touched.block();
      PageSet pages = touched.pages();
      PageSet duplicated = block.duplicated().and(pages);
      nanos += duplicated.count() * model.collapsePageNanos();
      if (onDevice) {
        block.onHost = block.onHost.minus(duplicated);
      } else {
        machine.memory.drop(block, duplicated, DropReason.HOST_WRITE, now);
      }
      PageSet untouched = pages.minus(block.onDevice).minus(block.onHost);
      place(block, untouched, onDevice, now);
      block.discarded = block.discarded.minus(pages);
      machine.memory.noteWritten(block);
    }
    return nanos;
  }

  private void place(BlockState block, PageSet untouched, boolean onDevice, long now) {
    if (untouched.isEmpty()) {
      return;
    }
    if (onDevice && machine.memory.ensureChunk(block, now).found()) {
      machine.memory.makeResident(block, untouched);
    } else {
      machine.populateHost(block, untouched);
      block.onHost = block.onHost.or(untouched);
    }
  }
}
