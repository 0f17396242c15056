package io.spillway.prefetch.inplace;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.launch.OpenLaunch;
import io.spillway.prefetch.step.PendingAdvice;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.TimedLaunch;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what launches access on the host, where it is, instead of having it moved: by the lap's
 * plan where a lap is followed, else by {@link Admission}; as far as {@link InPlaceTrials} allow,
 * and only what the launch's time bears out.
 *
 * <p>A launch may go over more than there is room for. What is not on the device then cannot be
 * brought in before the launch, but faults, pushing out what the same launch needs a moment later.
 * All of it is better left in place at once, without a trial of a single piece: against faulting
 * and being written back, it may be gone over four times and more before it is a loss.
 *
 * <p>Not thread-safe.
 */
public final class InPlaceChoice {

  /** Where a lap is followed, moving hides behind kernels by half; a demand does not. */
  private static final double EXPOSED = 0.5;

  /**
   * How often what can be dropped comes before it is accessed in place, for which it must not be
   * read-mostly: two fetches cost as much as telling the driver so ({@link Prices#ADVISE}).
   */
  static final int ARRIVALS = 2;

  private final Prices prices;
  private final InPlaceTrials trials;
  private final Admission admission;
  private final Bypass bypass;
  private final LapStays laps;
  private final PendingAdvice advice;

  public InPlaceChoice(
      Prices prices,
      InPlaceTrials trials,
      Admission admission,
      Bypass bypass,
      LapStays laps,
      PendingAdvice advice) {
    this.prices = prices;
    this.trials = trials;
    this.admission = admission;
    this.bypass = bypass;
    this.laps = laps;
    this.advice = advice;
  }

  /**
   * Whether the launch at {@code now} accesses a piece that is not there where it is; if so, says
   * so to the device.
   */
  public boolean chosen(
      Piece piece, OpenLaunch launch, AccessKind kind, long now, long limitBytes) {
    boolean beyond = beyond(launch, limitBytes);
    boolean holds = piece.usedBefore(now) || holdsSomething(kind);
    boolean allowed = allowed(holds, launch, beyond, now);
    if (beyond || !laps.decided()) {
      piece.setSuitsInPlace(allowed && suits(piece, holds, launch, now, limitBytes));
    }
    if (!allowed || !piece.suitsInPlace()) {
      piece.setLeftInPlace(false);
      return false;
    }
    launch.accessesInPlace(piece, worth(piece, beyond));
    if (laps.readsInPlace(piece) || laps.moves()) {
      launch.sharesTheLink();
    }
    advice.place(piece);
    return true;
  }

  /** Whether a piece could ever be better accessed in place, so that times of launches matter. */
  public boolean maySuit(Piece piece, OpenLaunch launch, long limitBytes) {
    return bypass.applies()
        || !piece.droppable()
        || piece.arrivals() >= ARRIVALS
        || launch.bytes() > limitBytes;
  }

  /** Whether a launch goes over more than there is room for, as far as is known of its site. */
  private boolean beyond(OpenLaunch launch, long limitBytes) {
    long known = Math.max(launch.bytes(), launch.recordedBytes());
    return Math.max(known, trials.lastBytes(launch.site())) > limitBytes;
  }

  private boolean allowed(boolean holds, OpenLaunch launch, boolean beyond, long now) {
    if (beyond) {
      return trials.notBarred(launch.site(), now);
    }
    return (holds || bypass.applies())
        ? trials.room(launch.site(), now, launch.inPlaceBytes())
        : trials.allowed(launch.site(), now);
  }

  /**
   * Whether what no launch used before holds something, since the first reads it. What is updated
   * first counts only where it is known how it goes on: without, that was slower in the matrix.
   */
  private boolean holdsSomething(AccessKind kind) {
    return kind == AccessKind.READ || (kind == AccessKind.READ_WRITE && bypass.applies());
  }

  private boolean suits(Piece piece, boolean holds, OpenLaunch launch, long now, long limitBytes) {
    if (launch.bytes() > limitBytes) {
      return true; // there is no other way but to fault
    }
    if (admission.fits(piece, limitBytes)) {
      return false;
    }
    if (launch.recordedBytes() > limitBytes) {
      return true; // what would leave for it is needed a moment later
    }
    if (!holds) {
      return suitsAtFirst(piece, launch, now);
    }
    if (bypass.applies()) {
      return bypass.worthTelling(piece, now, now) && bypass.better(piece, now, now);
    }
    if (piece.droppable() || piece.suspended()) {
      return piece.arrivals() >= ARRIVALS && !admission.worthItsRoom(piece, now, limitBytes);
    }
    // Whoever has to be written back had better leave while no launch waits for that.
    return admission.writesBack(now) || !admission.worthItsRoom(piece, now, limitBytes);
  }

  /**
   * What is new is made on the host only by a launch that computes for longer than that takes, and
   * if all that is on the device is needed more.
   */
  private boolean suitsAtFirst(Piece piece, OpenLaunch launch, long now) {
    return !piece.droppable()
        && trials.hides(launch.site(), Prices.FIRST_IN_PLACE)
        && admission.leavesFor(piece, now) == null;
  }

  /** What it would cost to have a byte on the device instead. */
  private double worth(Piece piece, boolean beyond) {
    if (beyond) {
      return prices.faultAndGo(piece);
    }
    if (laps.readsInPlace(piece)) {
      return laps.worthNanos();
    }
    return (laps.decided() ? EXPOSED : 1) * prices.away(piece);
  }

  /** What to make of a launch's time; null if nothing, as where it lacks what is on its way. */
  public @Nullable TimedLaunch timed(OpenLaunch launch, long limitBytes) {
    boolean lacks = !launch.missing().isEmpty();
    return lacks && launch.bytes() <= limitBytes
        ? null
        : launch.timed(launch.bytes() > limitBytes, lacks);
  }

  /** A launch took that long: unless that was worth it, what it had in place is so no longer. */
  public void took(TimedLaunch launch, long now, long nanos) {
    if (!trials.took(launch, now, nanos)) {
      for (Piece piece : Piece.current(launch.inPlace())) {
        piece.setSuitsInPlace(false);
        advice.unplace(piece);
      }
    }
  }
}
