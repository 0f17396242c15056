package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.inplace.InPlaceChoice;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.launch.DeclaredLaunches;
import io.spillway.prefetch.launch.OpenLaunch;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.Sampling;
import io.spillway.prefetch.trial.TimedLaunch;
import org.jspecify.annotations.Nullable;

/**
 * What launches and laps take: says which launches to time, and tells what they took to whoever
 * decides by it. Not thread-safe.
 */
public final class LaunchTimes {

  private final Predictor predictor;
  private final DeclaredLaunches declared;
  private final InPlaceTrials trials;
  private final InPlaceChoice inPlace;
  private final LapStays laps;
  private final Sampling sampling = new Sampling();

  /** Whether there was anything yet that times decide. */
  private boolean matter;

  LaunchTimes(
      Predictor predictor,
      DeclaredLaunches declared,
      InPlaceTrials trials,
      InPlaceChoice inPlace,
      LapStays laps) {
    this.predictor = predictor;
    this.declared = declared;
    this.trials = trials;
    this.inPlace = inPlace;
    this.laps = laps;
  }

  /** A launch is declared with a piece: if that may suit in place, times matter from now on. */
  void declared(Piece piece, OpenLaunch launch, long limitBytes) {
    matter |= inPlace.maySuit(piece, launch, limitBytes);
  }

  /**
   * A launch was issued.
   *
   * @param number its number among the distinct launches
   * @param tries whether it accesses something in place
   */
  void issued(int number, boolean tries) {
    sampling.issued(number, tries);
  }

  /**
   * One of how many launches is to be timed, since something may be better off in place; 0 if none.
   */
  public int oneOf() {
    if (!matter) {
      return 0;
    }
    return laps.timesLaunches() ? 1 : sampling.every();
  }

  /**
   * After how many launches, from the one issued last, one is to be timed in any case, and all that
   * follow until it has been heard of; {@link LapStays#NO_TURN} if none.
   */
  public long launchesToTurn() {
    return matter ? laps.launchesToTurn() : LapStays.NO_TURN;
  }

  /** What to make of the time that a declared launch takes; null if nothing. */
  public @Nullable TimedLaunch timed(long sequence, long limitBytes) {
    OpenLaunch open = declared.find(sequence);
    return open == null ? null : inPlace.timed(open, limitBytes);
  }

  /** A launch was issued of which the time will be told. */
  public void timing(TimedLaunch launch) {
    trials.timing(launch);
  }

  /** A launch took that long. */
  public void took(TimedLaunch launch, long nanos) {
    inPlace.took(launch, predictor.position(), nanos);
  }

  /** The turn of a lap that the launch issued last was; null if it was none. */
  public @Nullable LapTurn turn() {
    return laps.turn();
  }

  /** The lap that ended with that turn took so long. */
  public void took(LapTurn turn, long nanos) {
    laps.took(turn, nanos);
  }

  /** The launch took that long on the device. */
  public void took(int launch, long nanos) {
    predictor.launches().took(launch, nanos);
  }
}
