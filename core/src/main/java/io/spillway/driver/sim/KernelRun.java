package io.spillway.driver.sim;

import io.spillway.driver.sim.FaultService.Wanted;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.Processor;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel on the device: goes over its accesses window by window, of several allocations at the
 * same pace ({@code stripes.both}), waiting for what is on its way, faulting what is not, reading
 * in place what is mapped, and computing behind. What it writes in place goes the other way over
 * the link while it reads: {@code zerocopy.duplex}.
 */
final class KernelRun {

  private final Machine machine;
  private final GpuModel model;
  private final FaultService faults;
  private final int windowBlocks;

  /** What is to be brought in or mapped next; empty between accesses. */
  private final List<Wanted> window;

  /** What it accesses, by allocation and in which way; of the last run until the next. */
  private final List<Course> courses = new ArrayList<>();

  /** What of the window is to be brought in; empty but while it is. */
  private final List<Wanted> faulting;

  /** The pages of a block that an access of {@link #spreadDensity} touches. */
  private PageSet spread = PageSet.FULL;

  private double spreadDensity = 1;

  private double computeNanosPerByte;

  /** How many passes' start-up and tail have been paid for; its accesses share them. */
  private int passesPaid;

  /** When memory, and the arithmetic behind it, have come to; virtual nanoseconds. */
  private double memoryAt;

  private double computeAt;
  private double memoryBusy;

  /** When its writes in place have come to, and how long the link has brought what it reads so. */
  private double writtenAt;

  private double readInPlaceNanos;

  /** Up to when the link is known to be taken by its accesses in place. */
  private long inPlaceUntil;

  /** What the memory side would take with everything in device memory, nanoseconds. */
  private double residentNanos;

  KernelRun(Machine machine, FaultService faults) {
    this.machine = machine;
    this.faults = faults;
    model = machine.model;
    windowBlocks = (int) Math.max(1, Math.round(model.kernelWindowBytes() / (double) Blocks.BYTES));
    window = new ArrayList<>(windowBlocks);
    faulting = new ArrayList<>(windowBlocks);
  }

  /** Runs from {@code start} over the accesses, each with its allocation; returns the end. */
  long run(List<Access> accesses, List<SimulatedAllocation> allocations, long start, long compute) {
    memoryAt = start;
    computeAt = start;
    memoryBusy = 0;
    writtenAt = start;
    readInPlaceNanos = 0;
    inPlaceUntil = start;
    residentNanos = 0;
    passesPaid = 0;
    window.clear();
    faulting.clear();
    courses.clear();
    double bytes = 0;
    for (int i = 0; i < accesses.size(); i++) {
      Access access = accesses.get(i);
      bytes += access.passes() * (double) bytes(access);
    }
    computeNanosPerByte = bytes == 0 ? 0 : compute / bytes;
    if (!accesses.isEmpty()) {
      over(accesses, allocations);
    }
    double end = Math.max(bothWays(start), computeAt);
    if (bytes == 0) {
      end += compute;
    }
    long finished = Math.round(end);
    long busyFrom = Math.max(start, finished - Math.round(memoryBusy));
    long shared = machine.activity.addKernel(busyFrom, finished);
    if (shared > 0) {
      long lost = machine.activity.lost(shared, machine.contexts.severalFetch());
      machine.contexts.stall(lost);
      machine.link.stall(Direction.TO_DEVICE, lost);
      finished += Math.round(shared * (model.kernelOverlapSlowdown() - 1));
    }
    return finished;
  }

  /** How much of {@code nanos} it took because data was not in device memory. */
  long stallNanos(long nanos, long compute) {
    return Math.max(0, nanos - Math.max(Math.round(residentNanos), compute));
  }

  /**
   * Goes over all at the same pace, a window at a time; over ranges of one allocation that it
   * accesses alike, one after the other.
   */
  private void over(List<Access> accesses, List<SimulatedAllocation> allocations) {
    for (int i = 0; i < accesses.size(); i++) {
      course(accesses.get(i).kind(), allocations.get(i)).then(accesses.get(i));
    }
    for (Course turn = turn(); !turn.done(); turn = turn()) {
      turn.go();
    }
  }

  private Course course(TouchKind kind, SimulatedAllocation allocation) {
    for (int i = 0; i < courses.size(); i++) {
      if (courses.get(i).kind == kind && courses.get(i).allocation == allocation) {
        return courses.get(i);
      }
    }
    Course course = new Course(kind, allocation);
    courses.add(course);
    return course;
  }

  /** The one whose turn it is, the first of several. */
  private Course turn() {
    Course least = courses.getFirst();
    for (int i = 1; i < courses.size(); i++) {
      if (courses.get(i).part() < least.part()) {
        least = courses.get(i);
      }
    }
    return least;
  }

  /** How far the kernel has come with what it accesses of one allocation in one way. */
  private final class Course {
    final TouchKind kind;
    final SimulatedAllocation allocation;
    private final List<Access> accesses = new ArrayList<>();
    private double allBlocks;
    private double goneOver;

    /** What it is at: an access, a pass over that, and a block of it. */
    private int at;

    private int pass;
    private int next;

    /** Whether all of this pass was there, so that it will be again. */
    private boolean settled = true;

    Course(TouchKind kind, SimulatedAllocation allocation) {
      this.kind = kind;
      this.allocation = allocation;
    }

    void then(Access access) {
      accesses.add(access);
      allBlocks += (double) access.passes() * blocks(access);
    }

    private int first(Access access) {
      return allocation.blockIndex(access.range().address());
    }

    private int blocks(Access access) {
      return allocation.blockIndex(access.range().end() - 1) - first(access) + 1;
    }

    boolean done() {
      return at == accesses.size();
    }

    /** Where the middle of its next window is, as a part of all that it goes over. */
    double part() {
      if (done()) {
        return Double.POSITIVE_INFINITY;
      }
      double window = Math.min(windowBlocks, blocks(accesses.get(at)) - next);
      return (goneOver + window / 2) / allBlocks;
    }

    void go() {
      Access access = accesses.get(at);
      int blocks = blocks(access);
      int until = Math.min(blocks, next + windowBlocks);
      switch (allocation.kind) {
        case DEVICE -> touch(bytes(access) * (double) (until - next) / blocks);
        case PINNED -> {
          double once = access.range().bytes() * access.density();
          inPlace(kind, (long) (once * until / blocks) - (long) (once * next / blocks));
          settled = false;
        }
        case MANAGED -> {
          int first = first(access);
          settled &= managed(access, allocation, first + next, first + until);
        }
      }
      goneOver += until - next;
      next = until;
      if (next == blocks) {
        passed(access, blocks);
      }
    }

    private void passed(Access access, int blocks) {
      pass++;
      next = 0;
      pay(pass);
      if (settled) {
        int left = access.passes() - pass;
        touch(left * (double) bytes(access));
        goneOver += (double) left * blocks;
        pass = access.passes();
        pay(pass);
      }
      settled = true;
      if (pass == access.passes()) {
        pass = 0;
        at++;
      }
    }
  }

  private void pay(int passes) {
    double nanos = Math.max(0, passes - passesPaid) * model.kernelPassNanos();
    passesPaid = Math.max(passesPaid, passes);
    memoryAt += nanos;
    residentNanos += nanos;
  }

  /** What one pass of an access moves to or from memory. */
  private static long bytes(Access access) {
    long once = (long) (access.range().bytes() * access.density());
    return access.kind().crossings() * once;
  }

  /** Goes over some blocks of managed memory; whether all was there. */
  private boolean managed(Access access, SimulatedAllocation allocation, int from, int to) {
    AddressRange range = access.range();
    PageSet touched = touched(access.density());
    boolean settled = true;
    for (int i = from; i < to; i++) {
      BlockState block = allocation.blocks[i];
      PageSet pages = allocation.pages(i, range).and(touched);
      if (block.onDevice.containsAll(pages)) {
        // What was asked for earlier comes first.
        settled &= flush(access.kind());
        arrive(block);
        settled &= write(block, pages, access.kind());
        touch(pages.bytes() * (double) access.kind().crossings());
      } else {
        window.add(new Wanted(block, pages));
        settled = false;
        if (window.size() == windowBlocks) {
          flush(access.kind());
        }
      }
    }
    return flush(access.kind()) && settled;
  }

  /** Those of a block's pages that an access touches; accesses are often as dense as the last. */
  private PageSet touched(double density) {
    if (density != spreadDensity) {
      spread = PageSet.spread(density);
      spreadDensity = density;
    }
    return spread;
  }

  /** Brings in, or maps, the blocks of the window and touches them; true if there were none. */
  private boolean flush(TouchKind kind) {
    if (window.isEmpty()) {
      return true;
    }
    for (int i = 0; i < window.size(); i++) {
      Wanted wanted = window.get(i);
      if (wanted.block().mapsRemotely()) {
        mapInPlace(wanted.block(), wanted.pages(), kind);
      } else {
        faulting.add(wanted);
      }
    }
    if (!faulting.isEmpty()) {
      memoryAt = faults.serve(faulting, kind, Math.round(memoryAt));
      faulting.clear();
    }
    for (int i = 0; i < window.size(); i++) {
      Wanted wanted = window.get(i);
      PageSet pages = wanted.pages();
      PageSet resident = wanted.block().onDevice;
      PageSet here = resident.containsAll(pages) ? pages : pages.and(resident);
      PageSet there = pages.minus(here);
      double times = kind.crossings();
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

  private void mapInPlace(BlockState block, PageSet pages, TouchKind kind) {
    PageSet untouched = pages.minus(block.onHost).minus(block.onDevice);
    if (!untouched.isEmpty()) {
      memoryAt +=
          DeviceMemory.share(model.hostPagesBlockNanos(), machine.populateHost(block, untouched));
      block.onHost = block.onHost.or(untouched);
    }
    if (!block.remoteMapped) {
      block.remoteMapped = true;
      PageSet mapped = pages.minus(block.onDevice);
      if (!block.accessedByDevice()) {
        // AccessedBy is mapped ahead; PreferredLocation alone takes a fault.
        long start = Math.round(memoryAt);
        memoryAt += model.faultBatchNanos() + model.faultBlockNanos();
        machine.tally.faultBatches++;
        machine.tally.faults++;
        PageSet first = PageSet.page(mapped.first());
        machine.announcer.fault(
            Processor.DEVICE, kind, block, first, 1, start, Math.round(memoryAt));
      }
      machine.announcer.remoteMap(block, mapped, Math.round(memoryAt));
    }
  }

  private void arrive(BlockState block) {
    memoryAt = Math.max(memoryAt, (double) block.arrivesAt);
  }

  /** Applies a write to resident pages; false if it had to collapse read-mostly copies. */
  private boolean write(BlockState block, PageSet pages, TouchKind kind) {
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
    long start = Math.round(memoryAt);
    memoryAt += duplicated.count() * model.collapsePageNanos();
    machine.tally.faults += duplicated.count();
    machine.announcer.fault(
        Processor.DEVICE, kind, block, duplicated, duplicated.count(), start, Math.round(memoryAt));
    block.onHost = block.onHost.minus(duplicated);
    return false;
  }

  private void touch(double bytes) {
    double nanos = bytes / model.deviceReadGBps();
    computed(bytes);
    memoryAt += nanos;
    memoryBusy += nanos;
    residentNanos += nanos;
  }

  private void inPlace(TouchKind kind, long bytes) {
    long nanos = GpuModel.nanos(bytes, model.zeroCopyGBps());
    long from = Math.round(memoryAt);
    computed((double) kind.crossings() * bytes);
    residentNanos += kind.crossings() * bytes / model.deviceReadGBps();
    if (kind.reads()) {
      memoryAt = machine.link.transferFirst(Direction.TO_DEVICE, from, nanos);
      readInPlaceNanos += memoryAt - from;
      machine.tally.zeroCopyBytes += bytes;
      takesTheLink(from, Math.round(memoryAt));
    }
    if (kind.writes()) {
      long since = Math.round(writtenAt);
      writtenAt = machine.link.transferFirst(Direction.TO_HOST, since, nanos);
      machine.tally.zeroCopyBytes += bytes;
      takesTheLink(since, Math.round(writtenAt));
    }
  }

  /**
   * When memory has come to the end, what is written in place, too: what goes both ways at once
   * takes longer the more equal they are, and kernels that only write hold up fetches as those do
   * that read.
   */
  private double bothWays(long start) {
    double writing = writtenAt - start;
    double most = Math.max(readInPlaceNanos, writing);
    double least = Math.min(readInPlaceNanos, writing);
    double longer = least > 0 ? least * least / most * (model.zeroCopyBothSlowdown() - 1) : 0;
    double end = Math.max(memoryAt, writtenAt) + longer;
    long notReading = Math.round(most + longer - readInPlaceNanos);
    if (notReading > 0) {
      machine.link.holdUp(Direction.TO_DEVICE, Math.round(end) - notReading, notReading);
    }
    return end;
  }

  private void takesTheLink(long from, long until) {
    if (until > inPlaceUntil) {
      machine.contexts.accessedInPlace(Math.max(from, inPlaceUntil), until);
      inPlaceUntil = until;
    }
  }

  /** Computes on bytes that begin to come in now; the kernel ends when both are through. */
  private void computed(double bytes) {
    computeAt = Math.max(computeAt, memoryAt) + bytes * computeNanosPerByte;
  }
}
