package io.spillway.driver.sim;

import io.spillway.driver.Location;
import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.DropReason;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code cuMemPrefetchAsync} and its batch forms: {@code uvm_migrate.c}.
 *
 * <p>A call up to {@link GpuModel#prefetchInlineBytes} does its work on the calling thread, a
 * larger one on the driver's. Moves of one context hold one lock in both directions ({@link
 * MoveContexts}); towards the host, handling host pages takes longer than the link.
 */
final class ExplicitMove {

  private final Machine machine;
  private final GpuModel model;

  ExplicitMove(Machine machine) {
    this.machine = machine;
    model = machine.model;
  }

  /** When a call returns and when its work is done, virtual nanoseconds. */
  record Done(long returnsAt, long completesAt) {}

  /** Moves parts to {@code target}; the work starts at {@code ready} or when issued. */
  Done move(List<Part> parts, int ranges, Location target, long now, long ready) {
    long bytes = 0;
    for (Part part : parts) {
      bytes += part.range().bytes();
    }
    boolean inline = bytes <= model.prefetchInlineBytes();
    return target instanceof Location.Device
        ? toDevice(parts, ranges, target, now, ready, inline)
        : toHost(parts, target, now, ready, inline);
  }

  /** Declares parts dead; returns the host time it takes. */
  long discard(List<Part> parts) {
    long blocks = 0;
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        BlockState block = touched.block();
        block.discarded = block.discarded.or(touched.pages());
        machine.memory.noteDiscarded(block);
        blocks++;
      }
      part.allocation().poison(part.range());
    }
    return Math.round(blocks * model.discardBlockNanos());
  }

  /** When a move of {@code parts} to the device can start, once it has the lock and the link. */
  private long expectedStart(List<Part> parts, long earliest) {
    double nanos = 0;
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        BlockState block = touched.block();
        PageSet missing = touched.pages().minus(block.onDevice);
        nanos += missing.and(block.onHost).bytes() / model.prefetchLinkGBps();
      }
    }
    long start = machine.contexts.earliestStart(earliest, Math.round(nanos));
    return machine.link.earliestStart(Direction.TO_DEVICE, start, Math.round(nanos));
  }

  private Done toDevice(
      List<Part> parts, int ranges, Location target, long now, long ready, boolean inline) {
    Plan plan = new Plan(expectedStart(parts, Math.max(now, ready)));
    if (ranges == 1) {
      bringIn(parts, target, plan, inline);
    } else {
      for (Part part : parts) {
        bringIn(List.of(part), target, plan, inline);
      }
    }
    boolean moves = !plan.arrivals.isEmpty();
    double fixed = 0;
    double issue = plan.residentNanos;
    if (moves) {
      double single = plan.singleReadMostly() ? model.readMostlySingleBlockNanos() : 0;
      fixed =
          single
              + (inline ? model.prefetchInlineFixedNanos() : model.prefetchDeferredFixedNanos())
              + (ranges - 1) * model.prefetchRangeNanos();
      issue +=
          inline
              ? single
                  + model.prefetchIssueFixedNanos()
                  + plan.blocks * model.prefetchIssueBlockNanos()
                  + plan.hostNanos
              : model.prefetchDeferredIssueNanos();
    }
    long earliest = Math.max(now, ready) + Math.round(fixed);
    long end = earliest;
    if (moves) {
      double nanos = plan.nanosFrom(earliest);
      long start = machine.contexts.earliestStart(earliest, Math.round(nanos));
      start = machine.link.earliestStart(Direction.TO_DEVICE, start, Math.round(plan.linkNanos));
      nanos = plan.nanosFrom(start);
      boolean several = machine.contexts.severalFetch();
      long stretched = machine.activity.stretch(start, Math.round(nanos), several);
      stretched = machine.contexts.stretch(Direction.TO_DEVICE, start, stretched);
      double slowdown = nanos == 0 ? 1 : stretched / nanos;
      long linkEnd =
          machine.link.transfer(Direction.TO_DEVICE, start, Math.round(plan.linkNanos * slowdown));
      end = Math.max(start + stretched, linkEnd);
      end = Math.max(end, machine.contexts.unmapped(start, Math.round(plan.unmapNanos)));
      machine.contexts.reserve(Direction.TO_DEVICE, start, end);
      machine.activity.addPrefetch(start, end);
      double scale = nanos == 0 ? 1 : (end - start) / nanos;
      for (Arrival arrival : plan.arrivals) {
        arrival.block.arrivesAt = start + Math.round(arrival.afterNanos * scale);
      }
      announce(Direction.TO_DEVICE, plan, start, scale);
    }
    long inside = Math.round(issue);
    return moves
        ? new Done(now + Math.min(inside, end - now), Math.max(end, ready))
        : new Done(now + inside, Math.max(now + inside, ready));
  }

  /**
   * Two passes, as the driver makes over more than one block: it copies all, then goes over them
   * again to map them and to bring in what has left since. So a range that does not fit is brought
   * in twice.
   */
  private void bringIn(List<Part> parts, Location target, Plan plan, boolean inline) {
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        touched.block().lastPrefetch = target;
        bringIn(touched.block(), touched.pages(), plan, inline);
      }
    }
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        if (!touched.block().onDevice.containsAll(touched.pages())) {
          bringIn(touched.block(), touched.pages(), plan, inline);
        }
      }
    }
  }

  private void bringIn(BlockState block, PageSet pages, Plan plan, boolean inline) {
    PageSet missing = pages.minus(block.onDevice);
    plan.seen++;
    if (missing.isEmpty()) {
      plan.residentNanos += model.prefetchResidentBlockNanos();
      machine.memory.makeResident(block, PageSet.EMPTY);
      return;
    }
    block.pinned = true;
    DeviceMemory.Room room = machine.memory.ensureChunk(block, plan.reached());
    block.pinned = false;
    if (!room.found()) {
      return;
    }
    PageSet dead = missing.and(block.discarded);
    PageSet copied = missing.and(block.onHost).minus(dead);
    double nanos = 0;
    plan.hostNanos += room.hostNanos();
    if (block.hostMapped && !copied.isEmpty()) {
      block.hostMapped = false;
      nanos += model.hostUnmapBlockNanos();
      plan.hostNanos += model.hostUnmapBlockNanos();
      plan.unmapNanos += model.hostUnmapBlockNanos();
    }
    double linkNanos = copied.bytes() / model.prefetchLinkGBps();
    nanos += linkNanos;
    if (inline && !copied.isEmpty()) {
      nanos += model.prefetchInlineBlockNanos();
    }
    PageSet fresh = missing.minus(block.onHost).minus(dead);
    nanos += DeviceMemory.share(model.prefetchUntouchedBlockNanos(), fresh);
    nanos += DeviceMemory.share(model.discardPrefetchBlockNanos(), dead);
    block.remoteMapped = false;
    if (!block.readMostly) {
      block.onHost = block.onHost.minus(missing);
      block.movedOut = false;
    }
    machine.memory.makeResident(block, missing);
    machine.memory.noteDiscarded(block);
    machine.tally.prefetchBytesIn += copied.bytes();
    plan.add(new Arrival(block, copied, room.hostNanos(), room.readyAt(), nanos), linkNanos);
  }

  private Done toHost(List<Part> parts, Location target, long now, long ready, boolean inline) {
    boolean own = machine.contexts.callsByItsOwn();
    boolean inside = inline || own; // in a context of its own a large call is no faster
    double perBlock = inside ? model.toHostInlineBlockNanos() : model.toHostDeferredBlockNanos();
    Plan plan = new Plan(now);
    long arrived = 0;
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        BlockState block = touched.block();
        block.lastPrefetch = target;
        arrived = Math.max(arrived, block.onDevice.isEmpty() ? 0 : block.arrivesAt);
        sendOut(block, touched.pages(), plan, perBlock, now);
      }
    }
    boolean moves = !plan.arrivals.isEmpty();
    if (!moves) {
      long looked = now + Math.round(plan.residentNanos);
      return new Done(looked, Math.max(looked, ready));
    }
    double fixed = inside ? 0 : model.toHostDeferredFixedNanos();
    long earliest = Math.max(Math.max(now, ready) + Math.round(fixed), arrived);
    long nanos = Math.round(plan.nanos);
    long start = machine.contexts.earliestStart(earliest, nanos);
    long stretched = machine.contexts.stretch(Direction.TO_HOST, start, nanos);
    long end = Math.max(start + stretched, outOfTheLink(start, Math.round(plan.linkNanos), own));
    machine.contexts.reserve(Direction.TO_HOST, start, end);
    double scale = (end - start) / Math.max(plan.nanos, 1);
    for (Arrival arrival : plan.arrivals) {
      arrival.block.leftAt = start + Math.round(arrival.afterNanos * scale);
    }
    announce(Direction.TO_HOST, plan, start, scale);
    double heldUp = nanos == 0 ? 1 : stretched / (double) nanos;
    double issue = inside ? plan.nanos * heldUp : model.prefetchDeferredIssueNanos();
    return new Done(Math.min(now + Math.round(plan.residentNanos + issue), end), end);
  }

  /**
   * When what goes out is through the link. Between what contexts of their own send block by block
   * kernels write nearly as fast as alone: {@code contexts.inplace}.
   */
  private long outOfTheLink(long start, long nanos, boolean own) {
    if (own) {
      machine.link.pass(Direction.TO_HOST, nanos);
      return start + nanos;
    }
    return machine.link.transfer(Direction.TO_HOST, start, nanos);
  }

  private void sendOut(BlockState block, PageSet pages, Plan plan, double perBlock, long now) {
    // Read-mostly pages get a copy on the host and keep the one on the device.
    PageSet missing = pages.minus(block.onHost);
    PageSet dead = missing.and(block.discarded);
    PageSet copied = missing.and(block.onDevice).minus(dead);
    if (missing.isEmpty()) {
      plan.residentNanos += model.prefetchResidentBlockNanos();
      return;
    }
    PageSet fresh = machine.populateHost(block, missing);
    double nanos =
        DeviceMemory.share(perBlock, missing.and(block.onDevice))
            + DeviceMemory.share(model.hostPagesBlockNanos(), fresh)
            + DeviceMemory.share(model.discardPrefetchBlockNanos(), dead);
    block.onHost = block.onHost.or(missing);
    if (!block.readMostly) {
      block.movedOut = true;
      machine.memory.leave(block, copied);
      machine.memory.drop(block, dead.and(block.onDevice), DropReason.DISCARDED, now);
    }
    machine.tally.prefetchBytesOut += copied.bytes();
    plan.add(new Arrival(block, copied, 0, 0, nanos), copied.bytes() / model.pinnedOutGBps());
  }

  private void announce(Direction direction, Plan plan, long start, double scale) {
    if (!machine.announcer.on()) {
      return;
    }
    long from = start;
    for (Arrival arrival : plan.arrivals) {
      long to = start + Math.round(arrival.afterNanos * scale);
      machine.announcer.transfer(
          direction, Cause.PREFETCH, arrival.block, arrival.copied, from, to);
      from = to;
    }
  }

  /** One block's share of a move. */
  private static final class Arrival {
    final BlockState block;

    /** Those of its pages that crossed. */
    final PageSet copied;

    /** Host time of making room for it. */
    final long roomNanos;

    /** When that room is free, virtual time; 0 if it is. */
    final long roomReadyAt;

    /** What it takes once there is room. */
    final double nanos;

    /** When, after the start of the move, it is through. */
    double afterNanos;

    Arrival(BlockState block, PageSet copied, long roomNanos, long roomReadyAt, double nanos) {
      this.block = block;
      this.copied = copied;
      this.roomNanos = roomNanos;
      this.roomReadyAt = roomReadyAt;
      this.nanos = nanos;
    }

    /** It is handled {@code before} nanoseconds into a move from {@code start}. */
    double through(long start, double before) {
      afterNanos = Math.max(before + roomNanos, (double) (roomReadyAt - start)) + nanos;
      return afterNanos;
    }
  }

  /** What one call has to do, added up block by block. */
  private static final class Plan {
    final ArrayList<Arrival> arrivals = new ArrayList<>();

    /** When the work is expected to start, virtual time. */
    final long expectedStart;

    /** How long it takes from then, waiting for room included. */
    double nanos;

    double linkNanos;
    double hostNanos;
    double unmapNanos;
    double residentNanos;
    long blocks;
    long seen;

    Plan(long expectedStart) {
      this.expectedStart = expectedStart;
    }

    void add(Arrival arrival, double blockLinkNanos) {
      nanos = arrival.through(expectedStart, nanos);
      linkNanos += blockLinkNanos;
      blocks++;
      arrivals.add(arrival);
    }

    /** When the work added so far is expected to be done. */
    long reached() {
      return expectedStart + Math.round(nanos);
    }

    /**
     * How long it takes from {@code start}: room that was waited for may be free by then. Waiting
     * is told as a moment, never as a duration, so that it counts once however late a move starts.
     */
    double nanosFrom(long start) {
      double after = 0;
      for (Arrival arrival : arrivals) {
        after = arrival.through(start, after);
      }
      return after;
    }

    boolean singleReadMostly() {
      return seen == 1 && blocks == 1 && arrivals.getFirst().block.readMostly;
    }
  }
}
