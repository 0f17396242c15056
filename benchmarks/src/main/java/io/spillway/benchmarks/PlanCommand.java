package io.spillway.benchmarks;

import io.spillway.allocate.DeviceBudget;
import io.spillway.benchmarks.plan.CpuFigure;
import io.spillway.benchmarks.plan.Plan;
import io.spillway.benchmarks.plan.PlanSettings;
import io.spillway.benchmarks.plan.Planner;
import io.spillway.benchmarks.report.PlanJson;
import io.spillway.benchmarks.report.PlanText;
import io.spillway.benchmarks.report.ProgressBar;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.Traces;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway plan}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says what a program would do on cards that one may not have: whether it runs, how long a lap"
          + " takes, what binds it, what would help most, and whether the CPU would be faster.",
      "A trace is a Spillway recording (run.jfr), another trace file, or generated, as for compare."
    })
public final class PlanCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TRACE", description = "What the program does.")
  private String name = "";

  @Option(
      names = "--gpu",
      split = ",",
      required = true,
      paramLabel = "NAME",
      description = "The cards: h200, a100-40gb, rtx-4070, rtx-4090, rtx-5090, l4.")
  private List<String> gpus = List.of();

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      description = "Managed memory on the device, as 4g or 50%% (default: 75%%).")
  private @Nullable String budget;

  @Option(
      names = "--host",
      paramLabel = "SIZE",
      description = "Host memory that is free (default: what is usual beside the card).")
  private @Nullable String host;

  @ArgGroup private Cpu cpu = new Cpu();

  @Option(names = "--json", description = "One JSON object, and nothing else.")
  private boolean json;

  /** What is known of the CPU. */
  static final class Cpu {
    @Option(
        names = "--cpu-seconds",
        paramLabel = "SECONDS",
        description = "How long a lap takes on the CPU.")
    private @Nullable Double seconds;

    @Option(
        names = "--cpu-gbps",
        paramLabel = "RATE",
        description =
            "The CPU's memory bandwidth in GB/s, for programs that memory binds there too.")
    private @Nullable Double gigabytesPerSecond;

    Optional<CpuFigure> figure() {
      if (seconds != null) {
        return Optional.of(new CpuFigure.Seconds(seconds));
      }
      return Optional.ofNullable(gigabytesPerSecond).map(CpuFigure.MemoryBandwidth::new);
    }
  }

  /** For picocli. */
  public PlanCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    Plan plan;
    Optional<CpuFigure> figure;
    try {
      figure = cpu.figure();
      Trace trace = Traces.open(name);
      plan =
          new Planner(trace, settings(figure))
              .plan(gpus, ProgressBar.onTerminal(spec.commandLine().getErr()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    spec.commandLine().getOut().print(json ? PlanJson.of(plan) : PlanText.of(plan, figure));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private PlanSettings settings(Optional<CpuFigure> figure) {
    return new PlanSettings(
        budget == null ? DeviceBudget.STANDARD : DeviceBudget.parse(budget),
        host == null ? OptionalLong.empty() : OptionalLong.of(ByteSize.parse(host).bytes()),
        figure);
  }
}
