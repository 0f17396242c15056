package io.spillway.prefetch.lap;

import io.spillway.evict.LapPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Looks for the plan by which a lap takes least, among those that leave different shares of what it
 * writes on the host, and one of stripes.
 *
 * <p>To make and to forecast all of them takes some 20 to 50 us for each use of a piece (measured,
 * two cores), a hundred milliseconds and more for a lap of some thousand, in which the mover hears
 * of no launch. So of a long lap that is done for the first few decisions, while much is learnt,
 * then for each that makes their number a power of two; the others take the kind of plan that was
 * best then. Pure; not thread-safe.
 */
final class PlanSearch {

  /** Uses for which the search takes some ten milliseconds: it is always made. */
  private static final int FEW_USES = 256;

  /** Decisions for a lap for which it is made in any case: a judgement. */
  private static final int FIRST_DECISIONS = 4;

  /** By how much another plan has to be faster: forecasts are about as exact. */
  private static final double WORTH_IT = 0.95;

  /** All shares, the largest first. */
  private static final List<Integer> SHARES =
      IntStream.rangeClosed(0, LapPlan.SHARES).map(i -> LapPlan.SHARES - i).boxed().toList();

  /** How plans are made. */
  enum Way {
    /** By what writing back in turn with fetches costs. */
    IN_TURN,
    /** By what writing back beside fetches costs. */
    BESIDE,
    /** All is in place that may be, in stripes, but for what saves most on the device. */
    STRIPED;

    private List<Integer> shares() {
      return this == STRIPED ? List.of(LapPlan.SHARES) : SHARES;
    }
  }

  /**
   * A kind of plan.
   *
   * @param share what it leaves on the host of what is cheaper there
   */
  private record Choice(Way way, int share) {}

  /** Makes plans. */
  @FunctionalInterface
  interface Plans<T> {
    /** Plans made in that way which leave such shares on the host; fewer if these are alike. */
    Map<Integer, T> make(Way way, List<Integer> shares);
  }

  /** What was best when it was last looked for. */
  private final Map<Boolean, Choice> last = new HashMap<>();

  /** The kinds that need not be looked for in the present decision. */
  private final Set<Boolean> settled = new HashSet<>();

  private int decisions;

  /** Another lap is decided for. */
  void forget() {
    last.clear();
    settled.clear();
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
      settled.clear();
    }
  }

  /**
   * The plan that takes least; the one that was best before, or else the first, unless another is
   * much faster.
   *
   * @param kind of several kinds that are looked for apart from each other
   * @param nanos what a lap takes by a plan
   */
  <T> T plan(boolean kind, Plans<T> plans, ToDoubleFunction<T> nanos) {
    Map<Choice, T> all = new LinkedHashMap<>();
    Choice before = last.get(kind);
    if (before != null) {
      add(all, plans, before.way(), List.of(before.share()));
    }
    if (!settled.contains(kind) || all.isEmpty()) {
      for (Way way : Way.values()) {
        add(all, plans, way, way.shares());
      }
      last.put(kind, least(all, nanos));
      settled.add(kind);
    }
    return Objects.requireNonNull(all.get(last.get(kind)));
  }

  private static <T> void add(Map<Choice, T> all, Plans<T> plans, Way way, List<Integer> shares) {
    List<Integer> others =
        shares.stream().filter(share -> !all.containsKey(new Choice(way, share))).toList();
    if (!others.isEmpty()) {
      plans.make(way, others).forEach((share, plan) -> all.put(new Choice(way, share), plan));
    }
  }

  private static <T> Choice least(Map<Choice, T> all, ToDoubleFunction<T> nanos) {
    Choice first = all.keySet().iterator().next();
    Choice best = first;
    double least = Double.POSITIVE_INFINITY;
    for (Map.Entry<Choice, T> each : all.entrySet()) {
      double takes = nanos.applyAsDouble(each.getValue());
      if (takes < least) {
        least = each.getKey().equals(first) ? WORTH_IT * takes : takes;
        best = each.getKey();
      }
    }
    return best;
  }
}
