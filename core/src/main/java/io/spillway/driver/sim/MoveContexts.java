package io.spillway.driver.sim;

import io.spillway.driver.sim.SimulationEvent.Direction;
import java.util.ArrayList;
import java.util.List;

/**
 * The CUDA contexts that move data: within one, one move at a time, whichever way ({@code
 * prefetch.both}); those of different ones go on beside each other and hold each other up, since
 * they share the driver's locks and the link ({@code contexts.*}).
 *
 * <p>While one context is all there is, nothing but its own moves holds it up. Of two moves to the
 * host that go on at a time, the one that is worked out second feels the first, which has been
 * reported; over many, each is half the time the second. Of moves in opposite ways, and of moves
 * and kernels that access memory in place, the first is held up as well: what comes after it is
 * late.
 */
final class MoveContexts {

  private final GpuModel model;
  private final Link link;
  private final List<MoveContext> open = new ArrayList<>();
  private final Spans inPlace = new Spans();

  /** The host's page tables, of which there is one for all contexts. */
  private final Timeline unmapping = new Timeline();

  private MoveContext calling;

  MoveContexts(GpuModel model, Link link) {
    this.model = model;
    this.link = link;
    calling = open();
  }

  /** What one context has to do, and lately did. */
  static final class MoveContext {
    private final Timeline moves = new Timeline();
    private final Spans toHost = new Spans();
    private final Spans toDevice = new Spans();

    private Spans spans(Direction direction) {
      return direction == Direction.TO_HOST ? toHost : toDevice;
    }
  }

  /** A context more. */
  MoveContext open() {
    MoveContext opened = new MoveContext();
    open.add(opened);
    return opened;
  }

  void close(MoveContext context) {
    open.remove(context);
  }

  /** When the host's mappings are gone that take {@code nanos} to take away, from {@code start}. */
  long unmapped(long start, long nanos) {
    long shared = alone() ? 0 : Math.round(nanos * model.hostUnmapSharedPart());
    return shared == 0 ? start : unmapping.reserve(start, shared) + shared;
  }

  /** Makes {@code call} by that context. */
  void by(MoveContext context, Runnable call) {
    MoveContext before = calling;
    calling = context;
    try {
      call.run();
    } finally {
      calling = before;
    }
  }

  /** When the calling context could start with a move, not before {@code earliest}. */
  long earliestStart(long earliest, long nanos) {
    return calling.moves.earliestStart(earliest, nanos);
  }

  /** Has the calling context move something from {@code start} to {@code end}. */
  void reserve(Direction direction, long start, long end) {
    calling.moves.reserve(start, end - start);
    if (!alone()) {
      calling.spans(direction).add(start, end);
      holdUpOthers(direction, start, end);
    }
  }

  /** Delays what others move the other way, which was worked out before and did not feel it. */
  private void holdUpOthers(Direction direction, long start, long end) {
    for (MoveContext other : open) {
      if (other == calling) {
        continue;
      }
      if (direction == Direction.TO_HOST) {
        long shared = other.toDevice.overlap(start, end);
        link.stall(Direction.TO_DEVICE, Math.round(shared * model.toDeviceBesideToHost()));
      } else {
        long shared = other.toHost.overlap(start, end);
        other.moves.stall(Math.round(shared * model.toHostBesideToDevice()));
      }
    }
  }

  /** Delays every later move, as work that holds the driver's lock or slows it does. */
  void stall(long nanos) {
    open.forEach(context -> context.moves.stall(nanos));
  }

  /**
   * Delays every later move by advice that takes so long, since the two exclude each other. What
   * comes by several contexts is paced by the link, which is then idle.
   */
  void exclude(long nanos) {
    stall(nanos);
    if (severalFetch()) {
      link.stall(Direction.TO_DEVICE, nanos);
    }
  }

  /** How long {@code nanos} of moving take from {@code start}, beside what is known of others. */
  long stretch(Direction direction, long start, long nanos) {
    if (alone()) {
      return nanos;
    }
    double at = start;
    double left = nanos;
    while (left > 0) {
      double times = times(direction, at);
      long change = nextChange(direction, at);
      double until = Math.min(at + left * times, (double) change);
      left = until < change ? 0 : left - (until - at) / times;
      at = until;
    }
    return Math.round(at) - start;
  }

  /** How many times as long moving takes at a moment as it does alone. */
  private double times(Direction direction, double moment) {
    boolean out = direction == Direction.TO_HOST;
    double times = 1;
    for (MoveContext other : open) {
      if (other != calling) {
        if (other.toHost.covers(moment)) {
          times += out ? model.toHostBesideToHost() : model.toDeviceBesideToHost();
        }
        if (out && other.toDevice.covers(moment)) {
          times += model.toHostBesideToDevice();
        }
      }
    }
    return out && callsByItsOwn() && inPlace.covers(moment)
        ? times * model.toHostBesideInPlace()
        : times;
  }

  private long nextChange(Direction direction, double moment) {
    boolean out = direction == Direction.TO_HOST;
    long next = out ? inPlace.nextChange(moment) : Long.MAX_VALUE;
    for (MoveContext other : open) {
      if (other != calling) {
        next = Math.min(next, other.toHost.nextChange(moment));
        next = out ? Math.min(next, other.toDevice.nextChange(moment)) : next;
      }
    }
    return next;
  }

  /** A kernel accessed memory in place: what moves to the host is late by what it lost. */
  void accessedInPlace(long start, long end) {
    if (alone()) {
      return;
    }
    inPlace.add(start, end);
    for (MoveContext context : open) {
      if (context != open.getFirst()) {
        long shared = context.toHost.overlap(start, end);
        context.moves.stall(Math.round(shared * (1 - 1 / model.toHostBesideInPlace())));
      }
    }
  }

  /** Whether the calling context is not the program's, of which alone some things were measured. */
  boolean callsByItsOwn() {
    return calling != open.getFirst();
  }

  /** Whether several contexts bring data to the device. */
  boolean severalFetch() {
    return !alone() && open.stream().filter(context -> !context.toDevice.isEmpty()).count() > 1;
  }

  private boolean alone() {
    return open.size() == 1;
  }
}
