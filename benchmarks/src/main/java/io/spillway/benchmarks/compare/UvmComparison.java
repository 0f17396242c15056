package io.spillway.benchmarks.compare;

import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulationCounters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares policies on the simulated driver: every trace, GPU, ratio and policy with each other.
 */
public final class UvmComparison {

  private static final String RESIDENT = "all-resident";
  static final String LINK = "link-bound";
  private static final String ORACLE = "belady-oracle";

  /** Virtual seconds beyond which a replay has lost its way: thirty years. */
  private static final double MOST_SECONDS = 1e9;

  private final List<Trace> traces;
  private final Map<String, GpuModel> gpus;
  private final List<Double> ratios;
  private final List<Contender> contenders;
  private final List<String> refused = new ArrayList<>();

  /**
   * A comparison that has not run.
   *
   * @param gpus by the name they have in rows
   */
  public UvmComparison(
      List<Trace> traces,
      Map<String, GpuModel> gpus,
      List<Double> ratios,
      List<Contender> contenders) {
    this.traces = List.copyOf(traces);
    this.gpus = new LinkedHashMap<>(gpus);
    this.ratios = List.copyOf(ratios);
    this.contenders = List.copyOf(contenders);
  }

  /** Runs it on all processors. */
  public Comparison run(Watcher watcher) {
    List<Task<Row>> tasks = new ArrayList<>();
    for (Trace trace : traces) {
      TraceBlocks blocks = new TraceBlocks(trace);
      List<Contender> fair = new ArrayList<>();
      for (Contender contender : contenders) {
        contender.whyNot(trace).ifPresentOrElse(refused::add, () -> fair.add(contender));
      }
      for (Map.Entry<String, GpuModel> gpu : gpus.entrySet()) {
        for (double ratio : ratios) {
          Cell cell = new Cell(blocks, gpu.getKey(), gpu.getValue(), ratio);
          tasks.add(new Task<>(cell.title("bounds"), cell::boundRows));
          for (Contender contender : fair) {
            tasks.add(new Task<>(cell.title(contender.label()), () -> cell.run(contender)));
          }
        }
      }
    }
    return new Comparison(ParallelTasks.run(tasks, watcher), refused);
  }

  /** One trace on one GPU at one ratio. */
  private static final class Cell {
    private final TraceBlocks blocks;
    private final String gpuName;
    private final GpuModel gpu;
    private final double ratio;
    private final long budgetBytes;
    private @Nullable Bounds bounds;

    Cell(TraceBlocks blocks, String gpuName, GpuModel gpu, double ratio) {
      this.blocks = blocks;
      this.gpuName = gpuName;
      this.gpu = gpu;
      this.ratio = ratio;
      budgetBytes = SimulatedReplay.budgetBytes(blocks, ratio);
    }

    /** Worked out by the first task that needs them. */
    private synchronized Bounds bounds() {
      Bounds known = bounds;
      if (known == null) {
        known = Bounds.of(blocks, gpu, budgetBytes);
        bounds = known;
      }
      return known;
    }

    String title(String policy) {
      return "%s, %s, ratio %s, %s".formatted(blocks.trace().name(), gpuName, ratio, policy);
    }

    List<Row> boundRows() {
      Bounds bounds = bounds();
      Bounds.Oracle oracle = bounds.oracle();
      return List.of(
          row(
              RESIDENT,
              true,
              new Figures(bounds.residentSeconds(), 0, 0),
              bounds.steady().map(steady -> new Figures(steady.residentSeconds(), 0, 0)),
              List.of()),
          row(
              LINK,
              true,
              new Figures(bounds.seconds(), bounds.leastBytesIn(), bounds.leastBytesOut()),
              bounds
                  .steady()
                  .map(
                      steady ->
                          new Figures(
                              steady.seconds(), steady.leastBytesIn(), steady.leastBytesOut())),
              List.of()),
          row(
              ORACLE,
              true,
              Figures.of(oracle),
              bounds.steady().map(steady -> Figures.of(steady.oracle())),
              List.of()));
    }

    List<Row> run(Contender contender) {
      Outcome outcome = new SimulatedReplay(blocks, gpu).run(contender, budgetBytes);
      if (!(outcome.seconds() < MOST_SECONDS)) {
        throw new IllegalStateException(
            "%s: the simulated clock ran to %s s; the simulator has lost count of time"
                .formatted(title(contender.label()), outcome.seconds()));
      }
      return List.of(
          row(
              contender.label(),
              false,
              new Figures(outcome.seconds(), outcome.bytesIn(), outcome.bytesOut()),
              outcome
                  .steady()
                  .map(laps -> new Figures(laps.seconds(), laps.bytesIn(), laps.bytesOut())),
              causes(outcome.traffic())));
    }

    private Row row(
        String policy,
        boolean bound,
        Figures all,
        Optional<Figures> steadyLaps,
        List<Row.Cause> causes) {
      Bounds bounds = bounds();
      return new Row(
          blocks.trace().name(),
          gpuName,
          Rule.UVM,
          ratio,
          policy,
          bound,
          all.seconds(),
          bounds.seconds(),
          all.bytesIn(),
          all.bytesOut(),
          Math.max(0, all.seconds() - bounds.residentSeconds()),
          causes,
          steadyLaps.flatMap(laps -> bounds.steady().map(least -> aLap(laps, least))));
    }

    private static Row.Steady aLap(Figures all, Bounds.Steady bounds) {
      int laps = bounds.laps();
      return new Row.Steady(
          laps,
          all.seconds() / laps,
          bounds.seconds() / laps,
          bounds.oracle().seconds() / laps,
          all.bytesIn() / laps,
          all.bytesOut() / laps);
    }
  }

  /** What a stretch of a trace took. */
  private record Figures(double seconds, long bytesIn, long bytesOut) {

    static Figures of(Bounds.Oracle oracle) {
      return new Figures(oracle.seconds(), oracle.bytesIn(), oracle.bytesOut());
    }
  }

  private static List<Row.Cause> causes(SimulationCounters traffic) {
    return List.of(
        new Row.Cause("faults in", traffic.faultBytesIn()),
        new Row.Cause("prefetches in", traffic.prefetchBytesIn()),
        new Row.Cause("accessed in place", traffic.zeroCopyBytes()),
        new Row.Cause("evicted by the driver", traffic.evictionBytesOut()),
        new Row.Cause("written back", traffic.prefetchBytesOut()),
        new Row.Cause("dropped, not moved", traffic.droppedBytes()));
  }
}
