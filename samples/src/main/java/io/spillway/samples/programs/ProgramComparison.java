package io.spillway.samples.programs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A program's runs, way by way, beside the least they could take. */
final class ProgramComparison {

  private final String program;
  private final Passes passes;
  private final double linkGBps;
  private final Map<ProgramWay, List<ProgramRun>> runs = new EnumMap<>(ProgramWay.class);

  /**
   * What a program goes over again and again.
   *
   * @param footprintBytes the most it has allocated at a time
   * @param count how often it goes over its data; 0 if it does not tell
   * @param readBytes what it reads each time
   * @param writtenBytes what it writes each time, apart from that
   */
  record Passes(long footprintBytes, long count, long readBytes, long writtenBytes) {

    static Passes of(JsonNode json) {
      return new Passes(
          json.path("footprint_bytes").asLong(),
          json.path("passes").asLong(),
          json.path("read_bytes_per_pass").asLong(),
          json.path("written_bytes_per_pass").asLong());
    }

    /** Device memory that the constrained ways may take. */
    long budgetBytes() {
      return footprintBytes / ProgramWay.RATIO;
    }

    /**
     * The bytes that have to cross the link one way, in all. What the budget does not hold of what
     * is read comes in, and of what is written goes out; the budget may be split between the two as
     * suits best, and both directions run at once.
     */
    long linkBytes() {
      long beyond = readBytes + writtenBytes - budgetBytes();
      long oneWay = Math.max(readBytes, writtenBytes) - budgetBytes();
      return count * Math.max(0, Math.max(oneWay, beyond / 2));
    }
  }

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

  /** The least its launches could take: all resident, and where the budget binds, the link. */
  double boundSeconds(ProgramWay way) {
    double resident = launchSeconds(ProgramWay.PLAIN);
    return way.constrained() ? Math.max(resident, passes.linkBytes() / (linkGBps * 1e9)) : resident;
  }

  /** 1 if its launches are as fast as possible. */
  double fractionOfBound(ProgramWay way) {
    return boundSeconds(way) / launchSeconds(way);
  }

  /** How many times as fast as page faults its launches are; empty where those were not run. */
  Optional<Double> overFaults(ProgramWay way) {
    return way.constrained() && runs.containsKey(ProgramWay.FAULTS)
        ? Optional.of(launchSeconds(ProgramWay.FAULTS) / launchSeconds(way))
        : Optional.empty();
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
      overFaults(way).ifPresent(ratio -> row.put("over_faults", ratio));
      row.put("bound_seconds", boundSeconds(way));
      row.put("launch_seconds", launchSeconds(way));
      firstPassSeconds(way).ifPresent(first -> row.put("first_pass_seconds", first));
      laterPassSeconds(way).ifPresent(later -> row.put("later_pass_seconds", later));
      row.put("seconds", seconds(way));
      rows.add(row);
    }
    json.put("ways", rows);
    return json;
  }
}
