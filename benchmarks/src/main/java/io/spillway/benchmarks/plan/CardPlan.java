package io.spillway.benchmarks.plan;

import io.spillway.benchmarks.compare.Outcome;
import io.spillway.driver.sim.GpuPreset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * What is expected of one card. All times are simulated.
 *
 * @param preset the card's figures and how each is known
 * @param whyNot why the program would not run there; empty if it would
 * @param footprintBytes the program's memory
 * @param budgetBytes managed bytes on the device; 0 if there is no such budget
 * @param hostBytes host memory that may be promised to managed memory
 * @param timeFactor what the trace's compute times were multiplied with
 * @param residentSeconds a lap with everything in device memory, had the card that much
 * @param ways the ways to run it, empty if it would not run
 * @param refused ways that cannot be planned for this trace, each with the reason
 * @param cpuSeconds a lap on the CPU; empty if nothing is known of it
 */
public record CardPlan(
    GpuPreset preset,
    Optional<String> whyNot,
    long footprintBytes,
    long budgetBytes,
    long hostBytes,
    double timeFactor,
    double residentSeconds,
    List<WayTimes> ways,
    List<String> refused,
    OptionalDouble cpuSeconds) {

  private static final double NANOS_PER_SECOND = 1e9;

  /** Copies the lists. */
  public CardPlan {
    ways = List.copyOf(ways);
    refused = List.copyOf(refused);
  }

  /**
   * Something that would make laps shorter.
   *
   * @param label what
   * @param seconds of a lap with it
   * @param savedSeconds how much shorter a lap is
   */
  public record Help(String label, double seconds, double savedSeconds) {}

  /** Footprint / budget. */
  public double ratio() {
    return budgetBytes == 0 ? Double.POSITIVE_INFINITY : (double) footprintBytes / budgetBytes;
  }

  /** The way with the shortest lap; empty if it would not run. */
  public Optional<WayTimes> best() {
    return ways.stream().min(Comparator.comparingDouble(WayTimes::seconds));
  }

  /**
   * What binds the best way's lap: what is busy longest in it, unless most of it is busy with none.
   */
  public Optional<Resource> binds() {
    Optional<WayTimes> best = best();
    if (best.isEmpty()) {
      return footprintBytes > hostBytes ? Optional.of(Resource.HOST_MEMORY) : Optional.empty();
    }
    Outcome.Lap lap = best.get().lap();
    double in = busyInSeconds(lap);
    double out = busyOutSeconds(lap);
    double most = Math.max(residentSeconds, Math.max(in, out));
    if (lap.seconds() - most > most) {
      return Optional.of(Resource.DRIVER);
    }
    if (most == residentSeconds) {
      return Optional.of(Resource.COMPUTE);
    }
    return Optional.of(most == in ? Resource.LINK_IN : Resource.LINK_OUT);
  }

  /** Seconds of a lap in which the link carried bytes to the device. */
  public static double busyInSeconds(Outcome.Lap lap) {
    return lap.traffic().busyNanosIn() / NANOS_PER_SECOND;
  }

  /** Seconds of a lap in which the link carried bytes from the device. */
  public static double busyOutSeconds(Outcome.Lap lap) {
    return lap.traffic().busyNanosOut() / NANOS_PER_SECOND;
  }

  /** What would help a program that runs on faults alone, the most first: hints, or a change. */
  public List<Help> helpsFaults() {
    Optional<WayTimes> faults = ways.stream().filter(each -> each.way() == Way.FAULTS).findFirst();
    if (faults.isEmpty()) {
      return List.of();
    }
    WayTimes now = faults.get();
    List<Help> helps = new ArrayList<>(changes(now.seconds(), now::seconds));
    best()
        .filter(best -> best.way() != Way.FAULTS)
        .ifPresent(
            best ->
                helps.add(
                    new Help(
                        "hints (%s)".formatted(best.way().label()),
                        best.seconds(),
                        now.seconds() - best.seconds())));
    return sorted(helps);
  }

  /** What would help further once the best way is taken, the most first. */
  public List<Help> helpsBest() {
    return best().map(best -> sorted(changes(best.seconds(), this::bestSeconds))).orElse(List.of());
  }

  /** The shortest lap of any way with {@code change}. */
  private double bestSeconds(Change change) {
    return ways.stream().mapToDouble(way -> way.seconds(change)).min().orElseThrow();
  }

  private static List<Help> changes(double now, ToDoubleFunction<Change> seconds) {
    return Arrays.stream(Change.values())
        .map(
            change -> {
              double changed = seconds.applyAsDouble(change);
              return new Help(change.label(), changed, now - changed);
            })
        .toList();
  }

  private static List<Help> sorted(List<Help> helps) {
    return helps.stream()
        .sorted(Comparator.comparingDouble(Help::savedSeconds).reversed())
        .toList();
  }
}
