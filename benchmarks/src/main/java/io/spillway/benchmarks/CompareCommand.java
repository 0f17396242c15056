package io.spillway.benchmarks;

import io.spillway.benchmarks.compare.Comparison;
import io.spillway.benchmarks.compare.Contender;
import io.spillway.benchmarks.compare.G10Comparison;
import io.spillway.benchmarks.compare.Rule;
import io.spillway.benchmarks.compare.UvmComparison;
import io.spillway.benchmarks.compare.Watcher;
import io.spillway.benchmarks.compare.g10.G10Machine;
import io.spillway.benchmarks.compare.g10.G10Policy;
import io.spillway.benchmarks.report.CsvReport;
import io.spillway.benchmarks.report.HtmlReport;
import io.spillway.benchmarks.report.JsonReport;
import io.spillway.benchmarks.report.ProgressBar;
import io.spillway.benchmarks.report.TextReport;
import io.spillway.benchmarks.trace.DnnTrainingFile;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.Traces;
import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.driver.sim.GpuModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Replays traces under every policy on a simulated GPU, at several oversubscription ratios,"
          + " and reports each as a fraction of the least time any policy could take.",
      "A trace is a file, or generated: gen:layers?count=48&bytes=256m&laps=5; generators are"
          + " layers, moe, training, bfs, pagerank, scan, join, models, uniform."
    })
public final class CompareCommand implements Callable<Integer> {

  /** The GPU whose kernel times the G10 artifact has. */
  private static final String G10_GPU = "a100-40gb";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TRACE", arity = "1..*", description = "What to replay.")
  private List<String> names = List.of();

  @Option(
      names = "--gpu",
      split = ",",
      paramLabel = "NAME",
      description = "GPUs to simulate (default: h200; under --rule g10 always an A100 40 GB).")
  private List<String> gpuNames = List.of();

  @Option(
      names = "--ratio",
      split = ",",
      paramLabel = "RATIO",
      converter = RatioOption.class,
      description =
          "Footprints as multiples of the device budget (default: 1.1,1.5,2,3,5; under --rule g10"
              + " what 40 GiB give).")
  private List<Double> ratios = List.of();

  @Option(
      names = "--policy",
      split = ",",
      paramLabel = "NAME",
      description = "Only these policies.")
  private List<String> policyNames = List.of();

  @Option(
      names = "--rule",
      defaultValue = "UVM",
      paramLabel = "RULE",
      description =
          "The hardware rule: uvm, the simulated driver, or g10, the G10 artifact's own, for"
              + " dnn-training files (default: uvm).")
  private Rule rule = Rule.UVM;

  @Option(
      names = "--host-only",
      description = "Under --rule g10: a host that holds everything, and no SSD.")
  private boolean hostOnly;

  @ArgGroup private Format format = new Format();

  @Option(names = "--out", paramLabel = "FILE", description = "Write there, not to the terminal.")
  private @Nullable Path out;

  /** How to report. */
  static final class Format {
    @Option(names = "--json", description = "One JSON list of rows, and nothing else.")
    private boolean json;

    @Option(names = "--csv", description = "Comma-separated values.")
    private boolean csv;

    @Option(names = "--html", description = "A page with plots.")
    private boolean html;
  }

  /** For picocli. */
  public CompareCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    Comparison comparison;
    try {
      comparison = rule == Rule.G10 ? g10() : uvm();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    write(report(comparison));
    if (format.json || format.csv) {
      comparison.refused().forEach(spec.commandLine().getErr()::println);
    }
    return 0;
  }

  private Comparison uvm() throws IOException {
    Map<String, GpuModel> gpus = new LinkedHashMap<>();
    for (String name : gpuNames.isEmpty() ? List.of("h200") : gpuNames) {
      gpus.put(name, GpuModel.named(name));
    }
    List<Contender> contenders =
        policyNames.isEmpty()
            ? Contender.all()
            : policyNames.stream().map(Contender::named).toList();
    List<Double> wanted = ratios.isEmpty() ? RatioOption.USUAL : ratios;
    List<Trace> traces = new ArrayList<>();
    for (String name : names) {
      traces.add(Traces.open(name));
    }
    return new UvmComparison(traces, gpus, wanted, contenders).run(watcher());
  }

  private Comparison g10() throws IOException {
    List<G10Policy> policies =
        policyNames.isEmpty()
            ? Arrays.asList(G10Policy.values())
            : policyNames.stream().map(G10Policy::named).toList();
    List<TrainingIteration> iterations = new ArrayList<>();
    for (String name : names) {
      iterations.add(DnnTrainingFile.read(Traces.existing(name)));
    }
    G10Machine machine = hostOnly ? G10Machine.hostOnly() : G10Machine.published();
    return new G10Comparison(iterations, machine, G10_GPU, ratios, policies).run(watcher());
  }

  private String report(Comparison comparison) {
    if (format.json) {
      return JsonReport.of(comparison.rows());
    }
    if (format.csv) {
      return CsvReport.of(comparison.rows());
    }
    return format.html ? HtmlReport.of(comparison) : TextReport.of(comparison);
  }

  private void write(String report) throws IOException {
    if (out != null) {
      Files.writeString(out, report, StandardCharsets.UTF_8);
    } else {
      spec.commandLine().getOut().print(report);
      spec.commandLine().getOut().flush();
    }
  }

  private Watcher watcher() {
    return ProgressBar.onTerminal(spec.commandLine().getErr());
  }
}
