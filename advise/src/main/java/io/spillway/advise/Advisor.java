package io.spillway.advise;

import io.spillway.profile.MachineFigures;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * From a profile to the hints that pay: rules propose, the price decides between them, and a replay
 * of the profile's laps on the simulator drops what does not make them faster there.
 *
 * <p>The replay is greedy: hints are tried in the order of what they are expected to save, each on
 * top of those kept so far; at the end each kept one is left out once more, and goes if the rest do
 * as well without it. So the plan that is kept never costs more than none.
 */
public final class Advisor {

  /**
   * The least part of the replayed time a hint must save: half a percent. The simulator is held to
   * 15% of each measured figure; of two runs of it that differ by less than this nobody knows which
   * is faster on a card. A judgement.
   */
  static final double LEAST_GAIN = 0.005;

  /**
   * The least that all hints together must be expected to save, in seconds: what a program takes
   * longer to start with a hints file, 41 ms against the stub of libcuda and some 50 on the host of
   * an H200. A simulated program takes no time to read them.
   */
  static final double LEAST_SECONDS = 0.05;

  /**
   * The most hints tried. Each costs two replays, which take a second where laps are large; past
   * these, savings are a thousandth of the first's as a rule. A judgement.
   */
  static final int MOST_TRIED = 32;

  private final List<Rule> rules;
  private final Function<Profile, Replay> replays;

  /**
   * An advisor.
   *
   * @param rules what may be proposed
   * @param replays makes the replay of a profile
   */
  public Advisor(List<Rule> rules, Function<Profile, Replay> replays) {
    this.rules = List.copyOf(rules);
    this.replays = replays;
  }

  /** What to tell a run like the one that {@code profile} was recorded of. */
  public Recommendation advise(Profile profile) {
    return advise(profile, 1);
  }

  /**
   * What to tell a longer or shorter run of the same program.
   *
   * @param times how many times as many laps it will have
   */
  public Recommendation advise(Profile profile, double times) {
    List<String> notes = new ArrayList<>();
    MachineFigures machine = profile.recording().machine();
    Prices prices = Prices.of(machine);
    long budgetBytes =
        machine.budgetBytes() > 0 ? machine.budgetBytes() : machine.deviceTotalBytes();
    List<PhaseProfile> phases = profile.phases().stream().filter(Advisor::replayable).toList();
    if (budgetBytes <= 0) {
      notes.add("the recording tells no device budget: record with profile=, which notes it");
    } else if (profile.allocations().stream().noneMatch(LapView::advisable)) {
      notes.add(
          "no managed memory was recorded, and only that takes hints: record under the budget that"
              + " the program is to run with");
    } else if (phases.isEmpty()) {
      notes.add(
          "no launches repeat as a lap that was kept, so nothing can be checked and nothing is"
              + " advised");
    }
    if (!notes.isEmpty()) {
      return new Recommendation(
          profile, List.of(), List.of(), List.of(), Optional.empty(), Optional.empty(), notes);
    }
    if (!prices.assumed().isEmpty()) {
      notes.add(
          "not told by the recording, so an H200's figures are used: "
              + String.join(", ", prices.assumed()));
    }
    List<LapView> laps =
        phases.stream().map(phase -> LapView.of(profile, phase, prices, times)).toList();
    if (laps.stream().noneMatch(lap -> lap.traffic().exceedsBudget())) {
      notes.add(
          "what each lap touches fits the budget of %s".formatted(ByteSize.format(budgetBytes)));
    }
    List<ProposedHint> proposed = new Proposals(profile, laps, rules).list();
    if (proposed.isEmpty()) {
      notes.add("no rule found a hint that repays what giving it costs in a run of so many laps");
    }
    return checked(profile, proposed, notes);
  }

  private static boolean replayable(PhaseProfile phase) {
    return phase.repeats() && phase.schedule().length() > 0;
  }

  private Recommendation checked(Profile profile, List<ProposedHint> proposed, List<String> notes) {
    List<ProposedHint> proposals =
        proposed.stream().filter(hint -> !hint.treatment().applicable()).toList();
    List<ProposedHint> candidates =
        proposed.stream()
            .filter(hint -> hint.treatment().applicable())
            .sorted(Comparator.comparingDouble(hint -> -hint.saving().seconds()))
            .toList();
    List<Recommendation.Dropped> dropped = new ArrayList<>();
    if (candidates.isEmpty()) {
      return new Recommendation(
          profile, List.of(), proposals, dropped, Optional.empty(), Optional.empty(), notes);
    }
    Replay replay = replays.apply(profile);
    ReplayCost without = replay.cost(List.of());
    double leastGain = without.seconds() * LEAST_GAIN;
    List<ProposedHint> kept = new ArrayList<>();
    ReplayCost cost = without;
    for (ProposedHint candidate : candidates.subList(0, Math.min(MOST_TRIED, candidates.size()))) {
      List<ProposedHint> more = new ArrayList<>(kept);
      more.add(candidate);
      ReplayCost tried = replay.cost(more);
      if (cost.seconds() - tried.seconds() >= leastGain) {
        kept = more;
        cost = tried;
      } else {
        dropped.add(
            new Recommendation.Dropped(
                candidate,
                "saves %.1f ms of %.1f on the replay: too little"
                    .formatted((cost.seconds() - tried.seconds()) * 1e3, cost.seconds() * 1e3)));
      }
    }
    candidates.stream()
        .skip(MOST_TRIED)
        .forEach(
            hint -> dropped.add(new Recommendation.Dropped(hint, "not tried: too many hints")));
    return withMargins(profile, replay, kept, cost, without, leastGain, proposals, dropped, notes);
  }

  private static Recommendation withMargins(
      Profile profile,
      Replay replay,
      List<ProposedHint> tried,
      ReplayCost triedCost,
      ReplayCost without,
      double leastGain,
      List<ProposedHint> proposals,
      List<Recommendation.Dropped> dropped,
      List<String> notes) {
    List<ProposedHint> kept = new ArrayList<>(tried);
    List<Recommendation.Kept> hints = new ArrayList<>();
    ReplayCost cost = triedCost;
    for (ProposedHint hint : tried) {
      List<ProposedHint> fewer = new ArrayList<>(kept);
      fewer.remove(hint);
      ReplayCost others = fewer.isEmpty() ? without : replay.cost(fewer);
      if (others.seconds() - cost.seconds() >= leastGain) {
        hints.add(new Recommendation.Kept(hint, cost.savesOver(others)));
      } else {
        kept = fewer;
        cost = others;
        dropped.add(new Recommendation.Dropped(hint, "the other hints do as well without it"));
      }
    }
    double seconds = kept.stream().mapToDouble(hint -> hint.saving().seconds()).sum();
    boolean simulated = profile.recording().machine().simulated();
    if (!hints.isEmpty() && seconds < LEAST_SECONDS && !simulated) {
      hints.forEach(
          hint ->
              dropped.add(
                  new Recommendation.Dropped(
                      hint.hint(),
                      "all hints together save %.1f ms of such a run: reading them takes %.0f"
                          .formatted(seconds * 1e3, LEAST_SECONDS * 1e3))));
      hints.clear();
      cost = without;
    }
    return new Recommendation(
        profile, hints, proposals, dropped, Optional.of(without), Optional.of(cost), notes);
  }
}
