package io.spillway.samples.programs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A program's runs, way by way, beside the least they could take. */
final class ProgramComparison {

  /**
   * The most that may have been on the device at once of who keeps the budget, as a part of it: a
   * launch may go ahead before what makes room for it has left, with an eighth of the usual 512 MiB
   * at most, one step of the mover's. A judgement.
   */
  private static final double MOST_OF_BUDGET = 1.125;

  private final String program;
  private final Passes passes;
  private final double linkGBps;
  private final Map<ProgramWay, List<ProgramRun>> runs = new EnumMap<>(ProgramWay.class);

  /**
   * Starts without runs.
   *
   * @param linkGBps the rate of pinned copies, in 10^9 bytes a second
   */
  ProgramComparison(String program, Passes passes, double linkGBps) {
    this.program = program;
    this.passes = passes;
    this.linkGBps = linkGBps;
  }

  String program() {
    return program;
  }

  void add(ProgramWay way, ProgramRun run) {
    runs.computeIfAbsent(way, _ -> new ArrayList<>()).add(run);
  }

  /** The ways that were run. */
  List<ProgramWay> ways() {
    return List.copyOf(runs.keySet());
  }

  /** The median time in launches. */
  double launchSeconds(ProgramWay way) {
    return median(way, ProgramRun::launchSeconds);
  }

  /** The median time in all. */
  double seconds(ProgramWay way) {
    return median(way, ProgramRun::seconds);
  }

  /** The median time of the first pass over the data; empty where that is not told. */
  OptionalDouble firstPassSeconds(ProgramWay way) {
    return medianIfTold(way, ProgramRun::firstPassSeconds);
  }

  /** The median time of a later pass over the data; empty where that is not told. */
  OptionalDouble laterPassSeconds(ProgramWay way) {
    return medianIfTold(way, ProgramRun::laterPassSeconds);
  }

  /** What a later pass takes more than one of the plain run, in percent of that. */
  OptionalDouble laterPercentOverPlain(ProgramWay way) {
    OptionalDouble plain = laterPassSeconds(ProgramWay.PLAIN);
    OptionalDouble here = laterPassSeconds(way);
    return plain.isPresent() && here.isPresent()
        ? OptionalDouble.of(100 * (here.getAsDouble() / plain.getAsDouble() - 1))
        : OptionalDouble.empty();
  }

  private OptionalDouble medianIfTold(ProgramWay way, Function<ProgramRun, OptionalDouble> of) {
    return runs.getOrDefault(way, List.of()).stream().map(of).allMatch(OptionalDouble::isPresent)
        ? OptionalDouble.of(median(way, run -> of.apply(run).getAsDouble()))
        : OptionalDouble.empty();
  }

  private double median(ProgramWay way, ToDoubleFunction<ProgramRun> of) {
    List<ProgramRun> sorted =
        runs.getOrDefault(way, List.of()).stream().sorted(Comparator.comparingDouble(of)).toList();
    return of.applyAsDouble(sorted.get(sorted.size() / 2));
  }

  /**
   * The most that any run had on the device at once, as a part of the budget, by its own account;
   * empty if none kept one.
   */
  OptionalDouble mostOfBudget(ProgramWay way) {
    return runs.getOrDefault(way, List.of()).stream()
        .flatMapToDouble(run -> run.mostOfBudget().stream())
        .max();
  }

  /** Whether it had more than the budget there, and so is no measure for ways that keep to it. */
  boolean exceeds(ProgramWay way) {
    return mostOfBudget(way).orElse(0) > MOST_OF_BUDGET;
  }

  /** Whether the budget made it leave out something. */
  private boolean bound(ProgramWay way) {
    return way.constrained() && !exceeds(way);
  }

  /** The least its launches could take: all resident, and where the budget binds, the link. */
  double boundSeconds(ProgramWay way) {
    double resident = launchSeconds(ProgramWay.PLAIN);
    return bound(way) ? Math.max(resident, linkSeconds(passes.linkBytes())) : resident;
  }

  private double linkSeconds(long bytes) {
    return bytes / (linkGBps * 1e9);
  }

  /** 1 if its launches are as fast as possible. */
  double fractionOfBound(ProgramWay way) {
    return boundSeconds(way) / launchSeconds(way);
  }

  /** 1 if a later pass is as fast as possible; empty where those are not told. */
  OptionalDouble laterFractionOfBound(ProgramWay way) {
    OptionalDouble plain = laterPassSeconds(ProgramWay.PLAIN);
    OptionalDouble here = laterPassSeconds(way);
    if (plain.isEmpty() || here.isEmpty()) {
      return OptionalDouble.empty();
    }
    double link = bound(way) ? linkSeconds(passes.linkBytesOfLast()) : 0;
    return OptionalDouble.of(Math.max(plain.getAsDouble(), link) / here.getAsDouble());
  }

  /**
   * How many times as fast as {@code other} its launches are; empty where that was not run, or
   * where one of the two did not keep to the budget.
   */
  OptionalDouble over(ProgramWay other, ProgramWay way) {
    return runs.containsKey(other) && bound(other) && bound(way)
        ? OptionalDouble.of(launchSeconds(other) / launchSeconds(way))
        : OptionalDouble.empty();
  }

  /** Whether every run has the first plain run's result, which the program found right. */
  boolean equal() {
    ProgramRun first = runs.getOrDefault(ProgramWay.PLAIN, List.of()).getFirst();
    return runs.values().stream().flatMap(List::stream).allMatch(first::same);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("program", program);
    json.put("footprint_bytes", passes.footprintBytes());
    json.put("budget_bytes", passes.budgetBytes());
    json.put("equal", equal());
    List<Map<String, Object>> rows = new ArrayList<>();
    for (ProgramWay way : ways()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("way", way.name().toLowerCase(Locale.ROOT));
      row.put("fraction_of_bound", fractionOfBound(way));
      mostOfBudget(way).ifPresent(ratio -> row.put("most_of_budget", ratio));
      over(ProgramWay.FAULTS, way).ifPresent(ratio -> row.put("over_faults", ratio));
      over(ProgramWay.ZERO_COPY, way).ifPresent(ratio -> row.put("over_zero_copy", ratio));
      row.put("bound_seconds", boundSeconds(way));
      row.put("launch_seconds", launchSeconds(way));
      firstPassSeconds(way).ifPresent(first -> row.put("first_pass_seconds", first));
      laterPassSeconds(way).ifPresent(later -> row.put("later_pass_seconds", later));
      laterFractionOfBound(way).ifPresent(part -> row.put("later_fraction_of_bound", part));
      row.put("seconds", seconds(way));
      rows.add(row);
    }
    json.put("ways", rows);
    return json;
  }
}
