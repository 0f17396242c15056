package io.spillway.prefetch.lap;

import io.spillway.evict.Crossings;
import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.ReadInPlace;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes plans of the lap that is expected: looks at what its launches use and may access in place,
 * and asks {@link LapPlan} for a plan, or for several of which {@link LapCosts} picks one. Not
 * thread-safe.
 */
final class LapPlanner {

  /**
   * What is in place of more than that alternates with what is on the device, so that launches
   * which go over their data in order always have some of both at hand: of an H200's kernels that
   * would take 8.0 ms with all of 1 GiB on the device, and 10.5 for the half of it in place, all
   * take 10.5 to 11.0 with every other 16 MiB there, and 11.3 to 14.7 with one half
   * (docs/moving.md).
   */
  private static final long STRIPE_BYTES = 16 * ByteSize.MIB;

  /**
   * What has to be in place of stripes before it is known whether launches go over it again and
   * again: as much as of pieces, since what one stripe takes longer may be a wait for others.
   */
  private static final long TRIAL_BYTES = 8 * STRIPE_BYTES;

  /**
   * Uses of stripes in a lap for which these are planned: one plan takes a tenth of a second or
   * two.
   */
  private static final int MOST_STRIPED = 1 << 15;

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

  /** A lap as launches use it, in pieces as they are or as they might be cut. */
  private final class View {
    final List<List<Piece>> uses;
    final Crossings crossings;
    final LapCosts costs;

    View(List<List<Piece>> uses, long[] sites, long now) {
      this.uses = uses;
      crossings = new Crossings(uses, (at, i) -> window.kind(at + 1, uses.get(at).get(i)));
      costs =
          new LapCosts(
              uses,
              sites,
              crossings,
              prices,
              trials,
              piece -> piece.droppedSoon(predictor.goneRound(), now),
              piece -> piece.droppedOnceCopied(predictor.goneRound(), now));
    }
  }

  /** A plan, and what it was made for. */
  private record Planned(View view, LapPlan plan) {}

  /** The lap from the next launch on. */
  final class Lap {
    private final List<List<Piece>> uses = window.lap();
    private final long[] sites = new long[uses.size()];
    private final BitSet beyond = new BitSet();
    private final long now;
    private final long limitBytes;
    private final View whole;

    private Lap(long now, long limitBytes) {
      this.now = now;
      this.limitBytes = limitBytes;
      for (int at = 0; at < uses.size(); at++) {
        sites[at] = predictor.launches().site(predictor.launch(at + 1));
        beyond.set(at, uses.get(at).stream().mapToLong(Piece::bytes).sum() > limitBytes);
      }
      whole = new View(uses, sites, now);
    }

    /** What it takes by a plan. */
    LapCosts costs() {
      return whole.costs;
    }

    /** What can be dropped, now or soon. */
    boolean dropped(Piece piece) {
      return piece.droppedSoon(predictor.goneRound(), now);
    }

    private boolean droppedOnceCopied(Piece piece) {
      return piece.droppedOnceCopied(predictor.goneRound(), now);
    }

    /**
     * Plans it; null if pieces had to be cut for that: then it is another lap.
     *
     * @param readsInPlace whether what can be dropped may be in place; if there is no room for all
     *     that a launch touches, it may in any case
     */
    @Nullable LapPlan plan(boolean readsInPlace) {
      Planned best = best(readsInPlace);
      LapPlan plan =
          best.view() == whole ? best.plan() : best.plan().ofWhole(best.view().uses, uses);
      if (plan == null && !window.cut(stripesInPlace(best))) { // there are too many already
        return LapPlan.of(uses, limitBytes, inFlightBytes, prices, allowed(whole, readsInPlace));
      }
      return plan;
    }

    private List<AddressRange> stripesInPlace(Planned best) {
      return best.view().uses.stream()
          .flatMap(List::stream)
          .distinct()
          .filter(best.plan()::inPlace)
          .map(Piece::range)
          .toList();
    }

    private Planned best(boolean readsInPlace) {
      if (!prices.beside()) {
        return new Planned(
            whole,
            LapPlan.of(uses, limitBytes, inFlightBytes, prices, allowed(whole, readsInPlace)));
      }
      return search.plan(
          readsInPlace,
          (way, shares) -> made(readsInPlace, way, shares),
          planned -> planned.view().costs.forecast(planned.plan(), limitBytes));
    }

    private Map<Integer, Planned> made(
        boolean readsInPlace, PlanSearch.Way way, List<Integer> shares) {
      if (way == PlanSearch.Way.STRIPED) {
        Planned striped = striped(readsInPlace);
        return striped == null ? Map.of() : Map.of(LapPlan.SHARES, striped);
      }
      LapPlan.InPlace allowed = allowed(whole, readsInPlace);
      Prices by = way == PlanSearch.Way.BESIDE ? prices.asBeside() : prices;
      Map<Integer, Planned> planned = new LinkedHashMap<>();
      LapPlan.choices(uses, limitBytes, inFlightBytes, by, allowed, shares)
          .forEach((share, plan) -> planned.put(share, new Planned(whole, plan)));
      return planned;
    }

    /**
     * All that may be in place is in stripes, and there but for what saves most elsewhere; null if
     * there is nothing, or too much.
     */
    private @Nullable Planned striped(boolean readsInPlace) {
      Map<Piece, List<Piece>> stripes = new HashMap<>();
      for (Piece piece : LapPlan.mayBeInPlace(uses, allowed(whole, readsInPlace))) {
        stripes.put(piece, piece.stripes(STRIPE_BYTES));
      }
      List<List<Piece>> striped = striped(stripes);
      if (stripes.isEmpty() || striped.stream().mapToLong(List::size).sum() > MOST_STRIPED) {
        return null;
      }
      View view = new View(striped, sites, now);
      Set<Piece> onHost = new HashSet<>();
      stripes.values().forEach(onHost::addAll);
      return new Planned(
          view,
          LapPlan.withOnHost(
              view.uses, limitBytes, inFlightBytes, prices, allowed(view, readsInPlace), onHost));
    }

    private List<List<Piece>> striped(Map<Piece, List<Piece>> stripes) {
      List<List<Piece>> striped = new ArrayList<>(uses.size());
      for (List<Piece> used : uses) {
        List<Piece> parts = new ArrayList<>();
        used.forEach(piece -> parts.addAll(stripes.getOrDefault(piece, List.of(piece))));
        striped.add(parts);
      }
      return striped;
    }

    private LapPlan.InPlace allowed(View view, boolean readsInPlace) {
      return new LapPlan.InPlace() {
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
        public double residentNanos(int at) {
          return view.costs.residentNanos(at);
        }

        @Override
        public Crossings crossings(List<List<Piece>> of) {
          return view.crossings;
        }
      };
    }

    private long trialBytes() {
      long most = uses.stream().flatMap(List::stream).mapToLong(Piece::bytes).max().orElse(0);
      return Math.min(most, TRIAL_BYTES);
    }

    ReadInPlace.Estimate compare() {
      Planned moving = best(false);
      Planned inPlace = best(true);
      return inPlace
          .view()
          .costs
          .compare(
              moving.view().costs.launchNanos(moving.plan()),
              moving.view().costs.linkNanos(moving.plan()),
              inPlace.plan(),
              inPlace.view() == whole ? 0 : trialBytes());
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
