package io.spillway.driver.sim;

import io.spillway.driver.sim.FaultService.Wanted;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;

/**
 * One kernel on the device: goes over its accesses window by window, waiting for what is on its
 * way, faulting what is not, reading in place what is mapped, and computing behind.
 */
final class KernelRun {

  private final Machine machine;
  private final GpuModel model;
  private final FaultService faults;
  private final int windowBlocks;
  private final double computeNanosPerByte;

  /** When memory, and the arithmetic behind it, have come to; virtual nanoseconds. */
  private double memoryAt;

  private double computeAt;
  private double memoryBusy;

  KernelRun(Machine machine, FaultService faults, double computeNanosPerByte) {
    this.machine = machine;
    this.faults = faults;
    this.computeNanosPerByte = computeNanosPerByte;
    model = machine.model;
    windowBlocks = (int) Math.max(1, model.kernelWindowBytes() / Blocks.BYTES);
  }

  /** Runs from {@code start} over the accesses, each with its allocation; returns the end. */
  long run(List<Access> accesses, List<SimulatedAllocation> allocations, long start, long compute) {
    memoryAt = start;
    computeAt = start;
    for (int i = 0; i < accesses.size(); i++) {
      over(accesses.get(i), allocations.get(i));
    }
    double end = Math.max(memoryAt, computeAt);
    if (accesses.isEmpty()) {
      end += compute;
    }
    long finished = Math.round(end);
    long busyFrom = Math.max(start, finished - Math.round(memoryBusy));
    long shared = machine.activity.addKernel(busyFrom, finished);
    if (shared > 0) {
      long lost = machine.activity.lost(shared);
      machine.stallMoves(lost);
      machine.link.stall(Link.Direction.IN, lost);
      finished += Math.round(shared * (model.kernelOverlapSlowdown() - 1));
    }
    return finished;
  }

  private void over(Access access, SimulatedAllocation allocation) {
    for (int pass = 0; pass < access.passes(); pass++) {
      boolean settled =
          switch (allocation.kind) {
            case DEVICE -> {
              touch((double) bytes(access, access.range().bytes()));
              yield true;
            }
            case PINNED -> {
              inPlace(access.kind(), (long) (access.range().bytes() * access.density()));
              yield false;
            }
            case MANAGED -> managedPass(access, allocation);
          };
      memoryAt += model.kernelPassNanos();
      if (settled) {
        int left = access.passes() - pass - 1;
        touch(left * (double) bytes(access, access.range().bytes()));
        memoryAt += left * model.kernelPassNanos();
        return;
      }
    }
  }

  private static long bytes(Access access, long bytes) {
    long once = (long) (bytes * access.density());
    return access.kind() == AccessKind.READ_WRITE ? 2 * once : once;
  }

  /** Goes once over managed memory; whether everything was there, so that it will be again. */
  private boolean managedPass(Access access, SimulatedAllocation allocation) {
    AddressRange range = access.range();
    int last = allocation.blockIndex(range.end() - 1);
    boolean settled = true;
    List<Wanted> window = new ArrayList<>(windowBlocks);
    for (int i = allocation.blockIndex(range.address()); i <= last; i++) {
      BlockState block = allocation.blocks[i];
      PageSet pages = allocation.pages(i, range).sparse(access.density());
      if (block.onDevice.containsAll(pages)) {
        // What was asked for earlier comes first.
        settled &= flush(window, access.kind());
        arrive(block);
        settled &= write(block, pages, access.kind());
        touch(pages.bytes() * (access.kind() == AccessKind.READ_WRITE ? 2.0 : 1.0));
      } else {
        window.add(new Wanted(block, pages));
        settled = false;
        if (window.size() == windowBlocks) {
          flush(window, access.kind());
        }
      }
    }
    return flush(window, access.kind()) && settled;
  }

  /** Brings in, or maps, the blocks of {@code window} and touches them; true if there were none. */
  private boolean flush(List<Wanted> window, AccessKind kind) {
    if (window.isEmpty()) {
      return true;
    }
    List<Wanted> faulting = new ArrayList<>(window.size());
    for (Wanted wanted : window) {
      if (wanted.block().mapsRemotely()) {
        mapInPlace(wanted.block(), wanted.pages());
      } else {
        faulting.add(wanted);
      }
    }
    if (!faulting.isEmpty()) {
      memoryAt = faults.serve(faulting, Math.round(memoryAt));
    }
    for (Wanted wanted : window) {
      PageSet here = wanted.pages().and(wanted.block().onDevice);
      PageSet there = wanted.pages().minus(here);
      double times = kind == AccessKind.READ_WRITE ? 2 : 1;
      if (!here.isEmpty()) {
        arrive(wanted.block());
        write(wanted.block(), here, kind);
        touch(here.bytes() * times);
      }
      if (!there.isEmpty()) {
        wanted.block().onHost = wanted.block().onHost.or(there);
        machine.populateHost(wanted.block(), there);
        inPlace(kind, there.bytes());
        if (kind.writes()) {
          wanted.block().discarded = wanted.block().discarded.minus(there);
        }
      }
    }
    window.clear();
    return false;
  }

  private void mapInPlace(BlockState block, PageSet pages) {
    PageSet untouched = pages.minus(block.onHost).minus(block.onDevice);
    if (!untouched.isEmpty()) {
      memoryAt +=
          DeviceMemory.share(model.hostPagesBlockNanos(), machine.populateHost(block, untouched));
      block.onHost = block.onHost.or(untouched);
    }
    if (!block.remoteMapped) {
      block.remoteMapped = true;
      if (!block.accessedByDevice()) {
        // AccessedBy is mapped ahead; PreferredLocation alone takes a fault.
        memoryAt += model.faultBatchNanos() + model.faultBlockNanos();
        machine.tally.faultBatches++;
        machine.tally.faults++;
      }
    }
  }

  private void arrive(BlockState block) {
    memoryAt = Math.max(memoryAt, (double) block.arrivesAt);
  }

  /** Applies a write to resident pages; false if it had to collapse read-mostly copies. */
  private boolean write(BlockState block, PageSet pages, AccessKind kind) {
    if (!kind.writes()) {
      return true;
    }
    if (!block.discarded.isEmpty()) {
      block.discarded = block.discarded.minus(pages);
      machine.memory.noteWritten(block);
    }
    PageSet duplicated = block.duplicated().and(pages);
    if (duplicated.isEmpty()) {
      return true;
    }
    memoryAt += duplicated.count() * model.collapsePageNanos();
    machine.tally.faults += duplicated.count();
    block.onHost = block.onHost.minus(duplicated);
    return false;
  }

  private void touch(double bytes) {
    double nanos = bytes / model.deviceReadGBps();
    memoryAt += nanos;
    memoryBusy += nanos;
    computed(bytes);
  }

  private void inPlace(AccessKind kind, long bytes) {
    long nanos = GpuModel.nanos(bytes, model.zeroCopyGBps());
    long from = Math.round(memoryAt);
    if (kind.reads()) {
      memoryAt = machine.link.transfer(Link.Direction.IN, from, nanos);
      machine.tally.zeroCopyBytes += bytes;
    }
    if (kind.writes()) {
      memoryAt =
          Math.max(memoryAt, (double) machine.link.transfer(Link.Direction.OUT, from, nanos));
      machine.tally.zeroCopyBytes += bytes;
    }
    computed((double) bytes);
  }

  private void computed(double bytes) {
    computeAt = Math.max(computeAt, memoryAt) + bytes * computeNanosPerByte;
  }
}
