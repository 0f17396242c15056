package io.spillway.prefetch.lap;

import io.spillway.evict.LapPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the plan by which a lap takes least, among those that leave different shares of what it
 * writes on the host.
 *
 * <p>To make and to forecast all of them takes 18 to 43 us for each use of a piece (measured, two
 * cores), a hundred milliseconds for a lap of some thousand, in which the mover hears of no launch.
 * So of a long lap that is done for the first few decisions, while much is learnt, then for each
 * that makes their number a power of two; the others take the share that was best then. Pure; not
 * thread-safe.
 */
final class PlanSearch {

  /** Uses for which the search takes ten milliseconds at most: it is always made. */
  private static final int FEW_USES = 256;

  /** Decisions for a lap for which it is made in any case: a judgement. */
  private static final int FIRST_DECISIONS = 4;

  /** All shares, the largest first. */
  private static final List<Integer> SHARES =
      IntStream.rangeClosed(0, LapPlan.SHARES).map(i -> LapPlan.SHARES - i).boxed().toList();

  /**
   * Which plan was best.
   *
   * @param beside whether it was made by the prices of writing back beside fetches
   * @param share what it leaves on the host of what is cheaper there
   */
  private record Choice(boolean beside, int share) {}

  private final Map<Boolean, Choice> best = new HashMap<>();
  private int decisions;

  /** Another lap is decided for. */
  void forget() {
    best.clear();
    decisions = 0;
  }

  /**
   * A decision is to be made, of which {@link #plan} may be asked for several plans.
   *
   * @param uses how many pieces the lap's launches use, all together
   */
  void begin(long uses) {
    decisions++;
    if (uses <= FEW_USES || decisions <= FIRST_DECISIONS || Integer.bitCount(decisions) == 1) {
      best.clear();
    }
  }

  /**
   * The best plan.
   *
   * @param kind of several kinds that are looked for apart from each other
   * @param byPrice makes plans that leave such shares, by what writing back in turn costs
   * @param beside makes others, by what it costs beside fetches
   * @param fastest the best of some
   */
  LapPlan plan(
      boolean kind,
      Function<List<Integer>, Map<Integer, LapPlan>> byPrice,
      Function<List<Integer>, Map<Integer, LapPlan>> beside,
      Function<List<LapPlan>, LapPlan> fastest) {
    Choice known = best.get(kind);
    if (known != null) {
      return (known.beside() ? beside : byPrice)
          .apply(List.of(known.share()))
          .values()
          .iterator()
          .next();
    }
    Map<Integer, LapPlan> some = byPrice.apply(SHARES);
    Map<Integer, LapPlan> others = beside.apply(SHARES);
    List<LapPlan> all = new ArrayList<>(some.values());
    all.addAll(others.values());
    LapPlan found = fastest.apply(all);
    Integer share = share(some, found);
    best.put(
        kind,
        share != null
            ? new Choice(false, share)
            : new Choice(true, Objects.requireNonNull(share(others, found))));
    return found;
  }

  private static @Nullable Integer share(Map<Integer, LapPlan> among, LapPlan plan) {
    for (Map.Entry<Integer, LapPlan> each : among.entrySet()) {
      if (each.getValue() == plan) {
        return each.getKey();
      }
    }
    return null;
  }
}
