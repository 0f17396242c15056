package io.spillway.prefetch.lap;

import io.spillway.evict.Crossings;
import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.ReadInPlace;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes plans of the lap that is expected: looks at what its launches use and may access in place,
 * and asks {@link LapPlan} for a plan, or for several of which {@link LapCosts} picks one. Not
 * thread-safe.
 */
final class LapPlanner {

  private final Predictor predictor;
  private final Window window;
  private final InPlaceTrials trials;
  private final long inFlightBytes;
  private final PlanSearch search = new PlanSearch();
  private Prices prices;

  /**
   * Of the window's lap.
   *
   * @param inFlightBytes room that a plan has to leave for what is in flight
   */
  LapPlanner(
      Predictor predictor, Window window, Prices prices, InPlaceTrials trials, long inFlightBytes) {
    this.predictor = predictor;
    this.window = window;
    this.prices = prices;
    this.trials = trials;
    this.inFlightBytes = inFlightBytes;
  }

  /** There are no contexts to write back with after all. */
  void writeBackInTurn() {
    prices = prices.inTurn();
  }

  /** Another lap is to be planned. */
  void forget() {
    search.forget();
  }

  /** The lap from the next launch on, for which a decision is to be made. */
  Lap begin(long now, long limitBytes) {
    search.begin(window.lap().stream().mapToLong(List::size).sum());
    return lap(now, limitBytes);
  }

  /** The lap from the next launch on, to be looked at. */
  Lap lap(long now, long limitBytes) {
    return new Lap(now, limitBytes);
  }

  /** Tells the pieces of the launch at that place in the lap whether they stay. */
  static void mark(LapPlan plan, int at, List<Piece> used) {
    for (int i = 0; i < used.size(); i++) {
      used.get(i).setStays(plan.stays(at, i));
    }
  }

  /** The lap from the next launch on. */
  final class Lap {
    private final List<List<Piece>> uses = window.lap();
    private final long[] sites = new long[uses.size()];
    private final BitSet beyond = new BitSet();
    private final long now;
    private final long limitBytes;
    private final Crossings crossings;
    private final LapCosts costs;

    private Lap(long now, long limitBytes) {
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

    /** What it takes by a plan. */
    LapCosts costs() {
      return costs;
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
        LapPlanner.mark(decided, at, uses.get(at));
        for (Piece piece : uses.get(at)) {
          if (predictor.lapConfirmed()) { // else nothing was allowed
            piece.setSuitsInPlace(decided.inPlace(piece));
          }
        }
      }
    }
  }
}
