package io.spillway.prefetch.lap;

import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.ReadInPlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies a {@link LapPlan} while a lap is followed: with each launch, says of the pieces it used
 * whether they stay. Decides anew when the lap is another, or the room, and when it turns out that
 * what is only read is better in place ({@link ReadInPlace}), or is not. Not thread-safe.
 */
public final class LapStays {

  /** Laps up to this many launches are decided for: one plan of 2^14 takes tens of milliseconds. */
  private static final int LONGEST = 1 << 14;

  /** More than any number of launches. */
  public static final long NO_TURN = Long.MAX_VALUE;

  private final Predictor predictor;
  private final Window window;
  private final long inFlightBytes;
  private final InPlaceTrials trials;
  private final LapPlanner planner;
  private final ReadInPlace reading = new ReadInPlace();
  private @Nullable LapPlan plan;
  private boolean confirmed;
  private long builds;
  private long trialChanges;
  private long roomBytes;

  /** The position before the first launch of the lap as it was decided for. */
  private long start;

  /** When to see whether to decide anew, though the lap is the same. */
  private long nextLook;

  /** Whether what laps took says so. */
  private boolean decidesAnew;

  /** What moving takes in the lap as it was decided for, in nanoseconds. */
  private double movingNanos;

  /** What its link is busy for, and what its launches take. */
  private double linkNanos;

  private double launchNanos;

  /** Whether the lap has been found to wait for the link since it was decided for. */
  private boolean waited;

  /** How that compares with reading in place; null until it is asked for. */
  private ReadInPlace.@Nullable Estimate estimate;

  /** Whether something that could be dropped is to be in place. */
  private boolean readsInPlace;

  /** What tells the lap from others: its launches. */
  private long launchesMade;

  private final LapTurns turns = new LapTurns();

  /** The number of the last turn that was told of. */
  private long heard;

  public LapStays(
      Predictor predictor, Window window, Prices prices, InPlaceTrials trials, long inFlightBytes) {
    this.predictor = predictor;
    this.window = window;
    this.trials = trials;
    this.planner = new LapPlanner(predictor, window, prices, trials, inFlightBytes);
    this.inFlightBytes = inFlightBytes;
  }

  /** A launch was announced. */
  public void follow(long limitBytes) {
    turns.launched();
    if (!predictor.inLap() || predictor.lapLength() > LONGEST) {
      plan = null;
      return;
    }
    long now = predictor.position();
    LapPlan followed = plan;
    boolean another =
        followed == null
            || followed.length() != predictor.lapLength()
            || builds != window.builds()
            || roomChanged(limitBytes);
    boolean otherwise =
        another
            ? isAnotherLap(limitBytes)
            : (predictor.lapConfirmed() && !confirmed && somethingMayBeInPlace(now))
                || decidesAnew
                || trialChanges != trials.changes(now);
    if (followed == null || another || otherwise || (now >= nextLook && lookAgain(followed, now))) {
      decide(now, limitBytes);
    } else {
      int at = (int) ((now - start - 1) % followed.length());
      LapPlanner.mark(followed, at, window.piecesOf(predictor.launch((int) predictor.lapLength())));
    }
    if (otherwise || turns.due(now, predictor.lapLength())) {
      turns.turn(now, !otherwise, reading.chosen() && allIsInPlace());
    }
  }

  /**
   * Whether there is other room than was decided for. Memory that a program takes and gives back
   * with each launch makes no other lap of each.
   */
  private boolean roomChanged(long limitBytes) {
    return limitBytes < roomBytes || limitBytes > roomBytes + inFlightBytes;
  }

  /** Whether other launches make up the lap than those that are known, or there is other room. */
  private boolean isAnotherLap(long limitBytes) {
    long made = predictor.lapLaunches();
    boolean isAnother = launchesMade != made || roomChanged(limitBytes) || plan == null;
    launchesMade = made;
    if (isAnother) {
      reading.begin();
      planner.forget();
    }
    return isAnother;
  }

  private boolean allIsInPlace() {
    LapPlan decided = plan;
    return decided != null
        && window.lap().stream()
            .flatMap(List::stream)
            .allMatch(piece -> !decided.inPlace(piece) || piece.inPlace() || piece.resident());
  }

  /** The turn of the lap that the launch announced last was; null if it was none. */
  public @Nullable LapTurn turn() {
    return turns.last();
  }

  /** The lap that ended with that turn took so long. */
  public void took(LapTurn turn, long nanos) {
    LapPlan decided = plan;
    if (decided == null || decidesAnew || turns.beganBefore(turn) || !confirmed) {
      return;
    }
    long rounds = turns.roundsSince(heard, turn);
    heard = turn.number();
    // Since it was looked at, more launches have been timed.
    launchNanos = planner.lap(predictor.position(), roomBytes).costs().launchNanos(decided);
    decidesAnew |=
        reading.chosen()
            ? reading.readInPlace(nanos, readsInPlace, turn.inPlace())
            : reading.moved(launchNanos, linkNanos, nanos, rounds, this::estimate);
  }

  private ReadInPlace.Estimate estimate() {
    ReadInPlace.Estimate known = estimate;
    if (known == null) {
      known = planner.lap(predictor.position(), roomBytes).compare();
      estimate = known;
    }
    return known;
  }

  /** There are no contexts to write back with after all: what was decided is void. */
  public void writeBackInTurn() {
    planner.writeBackInTurn();
    decidesAnew = true;
  }

  private void decide(long now, long limitBytes) {
    LapPlanner.Lap lap = planner.begin(now, limitBytes);
    estimate = null;
    if (!reading.chosen() && lap.anyToPlaceAtFirst()) {
      estimate = lap.compare();
      reading.atFirst(estimate);
    }
    LapPlan decided = lap.plan(reading.chosen());
    while (decided == null) {
      lap = planner.lap(now, limitBytes);
      decided = lap.plan(reading.chosen());
    }
    lap.mark(decided);
    waited = false;
    forecast(lap.costs(), decided);
    readsInPlace = lap.readsInPlace(decided);
    plan = decided;
    confirmed = predictor.lapConfirmed();
    builds = window.builds();
    trialChanges = trials.changes(now);
    decidesAnew = false;
    roomBytes = limitBytes;
    start = now;
    nextLook = now + decided.length();
  }

  /**
   * Looks at the lap once more a lap later: when it was decided, not all launches had been timed,
   * some had waited, and not all that is only read was known.
   *
   * @return whether to decide anew
   */
  private boolean lookAgain(LapPlan decided, long now) {
    nextLook = now + predictor.lapLength();
    forecast(planner.lap(now, roomBytes).costs(), decided);
    return somethingIsWrittenBack(now);
  }

  private void forecast(LapCosts costs, LapPlan decided) {
    launchNanos = costs.launchNanos(decided);
    movingNanos = costs.movingNanos(decided);
    linkNanos = costs.linkNanos(decided);
    if (waitsForTheLink() && !waited) {
      waited = true;
      turns.renew();
    }
  }

  /**
   * Whether the lap has pieces that leave by being written back: what launches only read is known a
   * lap later, and what they take tells more of each site. Otherwise nothing that counts has
   * changed, and what stays is better left alone.
   */
  private boolean somethingIsWrittenBack(long now) {
    for (List<Piece> used : window.lap()) {
      for (Piece piece : used) {
        if (!piece.droppable() && !piece.onlyReadFor(predictor.goneRound(), now)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Whether something was chosen to be in place before it was known that this is a lap, or would
   * have to be copied to the host before it moves freely.
   */
  private boolean somethingMayBeInPlace(long now) {
    confirmed = true;
    for (List<Piece> used : window.lap()) {
      for (Piece piece : used) {
        if (piece.suitsInPlace() || piece.droppedOnceCopied(predictor.goneRound(), now)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a piece is one that could be dropped and that the lap rather reads in place. */
  public boolean readsInPlace(Piece piece) {
    return decided()
        && reading.chosen()
        && piece.droppedSoon(predictor.goneRound(), predictor.position());
  }

  /** Whether it matters what each launch takes: in place, or of a lap that is new. */
  public boolean timesLaunches() {
    return decided() && (reading.chosen() || (waitsForTheLink() && turns.isNew()));
  }

  /**
   * After how many launches there is a turn of the lap to be timed, since what laps take matters
   * where they wait for the link; {@link #NO_TURN} if there is none.
   */
  public long launchesToTurn() {
    return decided() && waitsForTheLink() && turns.timesNext()
        ? turns.left(predictor.position(), predictor.lapLength())
        : NO_TURN;
  }

  private boolean waitsForTheLink() {
    return launchNanos < linkNanos;
  }

  /** Whether, as it was decided, data comes and goes while the lap's launches run. */
  public boolean moves() {
    return decided() && movingNanos > 0;
  }

  /** What it costs to have a byte of such a piece on the device instead. */
  public double worthNanos() {
    return reading.worthNanos();
  }

  /**
   * Whether the lap has been decided for, and was seen to the end: until then, what is in place is
   * chosen as without one.
   */
  public boolean decided() {
    return plan != null && predictor.lapConfirmed();
  }

  /** Whether the lap has been decided for. */
  public boolean active() {
    return plan != null;
  }
}
