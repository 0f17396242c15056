package io.spillway.driver.sim;

import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.Processor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The driver's thread that serves replayable GPU faults: {@code uvm_gpu_replayable_faults.c}.
 *
 * <p>A batch holds up to 256 raw entries, duplicates included. Each block in it is served once, the
 * tree prefetcher adding pages; then the buffer is flushed and the kernel replayed, whereupon
 * whatever is still missing faults again.
 */
final class FaultService {

  /**
   * How far apart in a block a streaming kernel's threads fault at once, in pages: all its threads
   * run, so the first entries of a batch already spread over the whole window.
   */
  private static final int STRIDE = 5;

  private final Machine machine;
  private final GpuModel model;
  private final Timeline thread = new Timeline();
  private final int pagesPerBatch;

  /** The first faults in a block of which nothing is there, by how many they are. */
  private final @Nullable PageSet[] spreads = new PageSet[PageSet.PAGES];

  FaultService(Machine machine) {
    this.machine = machine;
    model = machine.model;
    pagesPerBatch = Math.max(1, (int) (model.faultBatchEntries() / model.faultDuplicates()));
  }

  /** Pages of one block that a kernel is about to touch. */
  record Wanted(BlockState block, PageSet pages) {}

  /**
   * Serves until every wanted page is on the device, from {@code now}; returns when it is. Blocks
   * for which the device has no room are left where they are.
   */
  long serve(List<Wanted> window, TouchKind kind, long now) {
    long time = now;
    pin(window, true);
    boolean again = true;
    while (again) {
      long before = machine.tally.faultBatches;
      time = batch(window, kind, time);
      again = machine.tally.faultBatches > before;
    }
    pin(window, false);
    return time;
  }

  private static void pin(List<Wanted> window, boolean pinned) {
    for (int i = 0; i < window.size(); i++) {
      window.get(i).block().pinned = pinned;
    }
  }

  private long batch(List<Wanted> window, TouchKind kind, long now) {
    int missing = 0;
    for (int i = 0; i < window.size(); i++) {
      Wanted wanted = window.get(i);
      missing += wanted.pages().countOutside(wanted.block().onDevice);
    }
    if (missing == 0) {
      return now;
    }
    int most = Math.min(missing, pagesPerBatch);
    int left = most;
    double hostNanos = model.faultBatchNanos();
    long copiedBytes = 0;
    long readyAt = 0;
    int served = 0;
    List<Served> told = machine.announcer.on() ? new ArrayList<>(window.size()) : List.of();
    for (int i = 0; i < window.size(); i++) {
      Wanted wanted = window.get(i);
      PageSet lacking = missing(wanted);
      int part = Math.min(left, (int) Math.ceil((double) most * lacking.count() / missing));
      if (part == 0) {
        continue;
      }
      BlockState block = wanted.block();
      DeviceMemory.Room room = machine.memory.ensureChunk(block, now + Math.round(hostNanos));
      if (!room.found()) {
        continue;
      }
      PageSet faulted = spread(lacking, part);
      left -= faulted.count();
      served += faulted.count();
      readyAt = Math.max(readyAt, room.readyAt());
      PageSet brought = region(block, faulted);
      hostNanos += room.hostNanos() + serviceNanos(block, brought);
      PageSet copied = take(block, brought);
      copiedBytes += copied.bytes();
      if (machine.announcer.on()) {
        told.add(new Served(block, faulted, copied));
      }
    }
    if (served == 0) {
      return now;
    }
    machine.tally.faultBatches++;
    machine.tally.faults += Math.round(served * model.faultDuplicates());
    machine.tally.faultBytesIn += copiedBytes;
    long nanos = Math.round(hostNanos);
    long end = Math.max(thread.reserve(now, nanos) + nanos, readyAt);
    if (copiedBytes > 0) {
      long linkNanos = GpuModel.nanos(copiedBytes, model.prefetchLinkGBps());
      end = machine.link.transfer(Direction.TO_DEVICE, end, linkNanos);
    }
    for (int i = 0; i < window.size(); i++) {
      BlockState block = window.get(i).block();
      block.arrivesAt = Math.max(block.arrivesAt, end);
    }
    announce(told, kind, now, copiedBytes, end);
    return end;
  }

  private PageSet spread(PageSet lacking, int most) {
    if (lacking.count() < PageSet.PAGES || most == PageSet.PAGES) {
      return lacking.interleaved(most, STRIDE);
    }
    PageSet known = spreads[most];
    if (known == null) {
      known = lacking.interleaved(most, STRIDE);
      spreads[most] = known;
    }
    return known;
  }

  /** What a batch did for one block: the pages that faulted, and those that crossed the link. */
  private record Served(BlockState block, PageSet faulted, PageSet copied) {}

  private void announce(List<Served> batch, TouchKind kind, long start, long copied, long end) {
    long linkStart = machine.link.lastStart();
    long done = 0;
    for (Served each : batch) {
      int entries = (int) Math.round(each.faulted.count() * model.faultDuplicates());
      machine.announcer.fault(
          Processor.DEVICE, kind, each.block, each.faulted, entries, start, end);
      PageSet asked = each.copied.and(each.faulted);
      PageSet added = each.copied.minus(each.faulted);
      done = transfer(Cause.FAULT, each.block, asked, linkStart, done, copied, end);
      done = transfer(Cause.TREE_PREFETCH, each.block, added, linkStart, done, copied, end);
    }
  }

  /** Tells of one block's share of the time the batch had the link; returns the bytes so far. */
  private long transfer(
      Cause cause, BlockState block, PageSet pages, long start, long done, long all, long end) {
    if (pages.isEmpty()) {
      return done;
    }
    double nanosPerByte = (end - start) / (double) all;
    long until = done + pages.bytes();
    machine.announcer.transfer(
        Direction.TO_DEVICE,
        cause,
        block,
        pages,
        start + Math.round(done * nanosPerByte),
        start + Math.round(until * nanosPerByte));
    return until;
  }

  private static PageSet missing(Wanted wanted) {
    return wanted.pages().minus(wanted.block().onDevice);
  }

  private PageSet region(BlockState block, PageSet faulted) {
    boolean awayFromPreferred = block.preferred != null && !block.prefersDevice();
    if (awayFromPreferred) {
      return faulted;
    }
    if (block.prefersDevice() && block.onDevice.isEmpty() && block.onHost.isEmpty()) {
      return block.valid;
    }
    return machine.prefetcher.expand(block.valid, block.onDevice, faulted);
  }

  private double serviceNanos(BlockState block, PageSet brought) {
    double perPage = model.faultPageNanos() + (block.readMostly ? 0 : model.faultMovePageNanos());
    double nanos = model.faultBlockNanos() + brought.count() * perPage;
    if (block.hostMapped && brought.countOutside(block.onHost) < brought.count()) {
      block.hostMapped = false;
      nanos += model.hostUnmapBlockNanos();
    }
    return nanos;
  }

  private PageSet take(BlockState block, PageSet brought) {
    PageSet copied = brought.and(block.onHost).minus(block.discarded);
    block.remoteMapped = false;
    if (!block.readMostly) {
      block.onHost = block.onHost.minus(brought);
    }
    machine.memory.makeResident(block, brought);
    return copied;
  }
}
