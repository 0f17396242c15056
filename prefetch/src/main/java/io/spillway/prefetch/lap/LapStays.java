package io.spillway.prefetch.lap;

import io.spillway.evict.Crossings;
import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.ReadInPlace;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Applies a {@link LapPlan} while a lap is followed: with each launch, says of the pieces it used
 * whether they stay. Decides anew when the lap is another, or the room, and when it turns out that
 * what is only read is better in place ({@link ReadInPlace}), or is not. Not thread-safe.
 */
public final class LapStays {

  /** Laps up to this many launches are decided for: 2^14 take some milliseconds. */
  private static final int LONGEST = 1 << 14;

  private final Predictor predictor;
  private final Window window;
  private Prices prices;
  private final long inFlightBytes;
  private final InPlaceTrials trials;
  private final ReadInPlace reading = new ReadInPlace();
  private final PlanSearch search = new PlanSearch();
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

  /** How that compares with reading in place; null until it is asked for. */
  private ReadInPlace.@Nullable Estimate estimate;

  /** Whether something that could be dropped is to be in place. */
  private boolean readsInPlace;

  /** What tells the lap from others: its launches. */
  private long launchesMade;

  private @Nullable LapTurn turn;
  private long turns;

  /** The position of the last turn. */
  private long lastTurn;

  /** The turn at which it was decided, or another lap began. */
  private long firstTurn;

  /** Whether all that is to be in place was at the last turn. */
  private boolean wasInPlace;

  public LapStays(
      Predictor predictor, Window window, Prices prices, InPlaceTrials trials, long inFlightBytes) {
    this.predictor = predictor;
    this.window = window;
    this.prices = prices;
    this.trials = trials;
    this.inFlightBytes = inFlightBytes;
  }

  /** A launch was announced. */
  public void follow(long limitBytes) {
    turn = null;
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
      mark(followed, at, window.piecesOf(predictor.launch((int) predictor.lapLength())));
    }
    if (otherwise || (now - lastTurn) == predictor.lapLength()) {
      lastTurn = now;
      turn(!otherwise);
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
      search.forget();
    }
    return isAnother;
  }

  /** The launch is a turn of the lap, of one that goes on or of another. */
  private void turn(boolean goesOn) {
    turns += goesOn ? 1 : 2;
    if (!goesOn) {
      firstTurn = turns;
      wasInPlace = false;
    }
    boolean inPlace = reading.chosen() && allIsInPlace();
    turn = new LapTurn(turns, inPlace && wasInPlace);
    wasInPlace = inPlace;
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
    return turn;
  }

  /** The lap that ended with that turn took so long. */
  public void took(LapTurn turn, long nanos) {
    LapPlan decided = plan;
    if (decided == null || decidesAnew || turn.number() <= firstTurn || !confirmed) {
      return;
    }
    // Since it was looked at, more launches have been timed.
    launchNanos = new Lap(predictor.position(), roomBytes).costs.launchNanos(decided);
    decidesAnew |=
        reading.chosen()
            ? reading.readInPlace(nanos, readsInPlace, turn.inPlace())
            : reading.moved(launchNanos, linkNanos, nanos, this::estimate);
  }

  private ReadInPlace.Estimate estimate() {
    ReadInPlace.Estimate known = estimate;
    if (known == null) {
      known = new Lap(predictor.position(), roomBytes).compare();
      estimate = known;
    }
    return known;
  }

  /** There are no contexts to write back with after all: what was decided is void. */
  public void writeBackInTurn() {
    prices = prices.inTurn();
    decidesAnew = true;
  }

  private void decide(long now, long limitBytes) {
    search.begin(window.lap().stream().mapToLong(List::size).sum());
    Lap lap = new Lap(now, limitBytes);
    LapPlan decided = lap.plan(reading.chosen());
    if (!reading.chosen() && lap.anyToPlaceAtFirst()) {
      estimate = lap.compare();
      reading.atFirst(estimate);
      decided = reading.chosen() ? lap.plan(true) : decided;
    } else {
      estimate = null;
    }
    lap.mark(decided);
    launchNanos = lap.costs.launchNanos(decided);
    movingNanos = lap.costs.movingNanos(decided);
    linkNanos = lap.costs.linkNanos(decided);
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
    LapCosts costs = new Lap(now, roomBytes).costs;
    launchNanos = costs.launchNanos(decided);
    movingNanos = costs.movingNanos(decided);
    linkNanos = costs.linkNanos(decided);
    return somethingIsWrittenBack(now);
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

  /** The lap from the next launch on. */
  private final class Lap {
    private final List<List<Piece>> uses = window.lap();
    private final long[] sites = new long[uses.size()];
    private final BitSet beyond = new BitSet();
    private final long now;
    private final long limitBytes;
    private final Crossings crossings;
    private final LapCosts costs;

    Lap(long now, long limitBytes) {
      this.now = now;
      this.limitBytes = limitBytes;
      for (int at = 0; at < uses.size(); at++) {
        sites[at] = predictor.launches().site(predictor.launch(at + 1));
        beyond.set(at, uses.get(at).stream().mapToLong(Piece::bytes).sum() > limitBytes);
      }
      crossings = new Crossings(uses, (at, i) -> window.kind(at + 1, uses.get(at).get(i)));
      costs =
          new LapCosts(
              uses, sites, crossings, prices, trials, this::dropped, this::droppedOnceCopied);
    }

    /** What can be dropped, now or soon. */
    boolean dropped(Piece piece) {
      return piece.droppedSoon(predictor.goneRound(), now);
    }

    private boolean droppedOnceCopied(Piece piece) {
      return piece.droppedOnceCopied(predictor.goneRound(), now);
    }

    /**
     * Plans it.
     *
     * @param readsInPlace whether what can be dropped may be in place; if there is no room for all
     *     that a launch touches, it may in any case
     */
    LapPlan plan(boolean readsInPlace) {
      LapPlan.InPlace allowed =
          new LapPlan.InPlace() {
            @Override
            public boolean allowed(Piece piece, int at) {
              return predictor.lapConfirmed() && trials.allowed(sites[at], now);
            }

            @Override
            public boolean dropped(Piece piece) {
              return Lap.this.dropped(piece);
            }

            @Override
            public boolean droppedToo(int at) {
              return readsInPlace || beyond.get(at);
            }

            @Override
            public Crossings crossings(List<List<Piece>> of) {
              return crossings;
            }
          };
      return prices.beside()
          ? search.plan(
              readsInPlace,
              shares -> LapPlan.choices(uses, limitBytes, inFlightBytes, prices, allowed, shares),
              shares ->
                  LapPlan.choices(
                      uses, limitBytes, inFlightBytes, prices.asBeside(), allowed, shares),
              choices -> costs.best(choices, limitBytes))
          : LapPlan.of(uses, limitBytes, inFlightBytes, prices, allowed);
    }

    ReadInPlace.Estimate compare() {
      return costs.compare(plan(false), plan(true));
    }

    /** Whether something is in place already, or has to be copied before it can be dropped. */
    boolean anyToPlaceAtFirst() {
      return predictor.lapConfirmed()
          && anyPiece(piece -> (piece.placed() && dropped(piece)) || droppedOnceCopied(piece));
    }

    boolean readsInPlace(LapPlan decided) {
      return anyPiece(piece -> decided.inPlace(piece) && dropped(piece));
    }

    private boolean anyPiece(Predicate<Piece> matching) {
      return uses.stream().flatMap(List::stream).anyMatch(matching);
    }

    /** Tells the pieces, as if the last lap had gone by that plan. */
    void mark(LapPlan decided) {
      for (int at = 0; at < uses.size(); at++) {
        LapStays.mark(decided, at, uses.get(at));
        for (Piece piece : uses.get(at)) {
          if (predictor.lapConfirmed()) { // else nothing was allowed
            piece.setSuitsInPlace(decided.inPlace(piece));
          }
        }
      }
    }
  }

  private static void mark(LapPlan plan, int at, List<Piece> used) {
    for (int i = 0; i < used.size(); i++) {
      used.get(i).setStays(plan.stays(at, i));
    }
  }

  /** Whether a piece is one that could be dropped and that the lap rather reads in place. */
  public boolean readsInPlace(Piece piece) {
    return decided()
        && reading.chosen()
        && piece.droppedSoon(predictor.goneRound(), predictor.position());
  }

  /** Whether it matters what laps take, since they wait for the link. */
  public boolean measures() {
    return decided() && (reading.chosen() || launchNanos < linkNanos);
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
