package io.spillway.benchmarks;

import io.spillway.benchmarks.compare.Comparison;
import io.spillway.benchmarks.compare.Contender;
import io.spillway.benchmarks.compare.RowInvariants;
import io.spillway.benchmarks.compare.UvmComparison;
import io.spillway.benchmarks.report.MatrixReport;
import io.spillway.benchmarks.report.ProgressBar;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.driver.sim.GpuModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway matrix}. */
@Command(
    name = "matrix",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares every policy on every trace of some folders and on every generator, at several"
          + " ratios, and writes rows, plots and a page into a folder.",
      "Fails if a row passes a bound."
    })
public final class MatrixCommand implements Callable<Integer> {

  private static final String GPU = "h200";

  private static final double NANOS_PER_SECOND = 1e9;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..*",
      description = "Where trace files are: .jsonl, .csv and .jfr, or compressed.")
  private List<Path> folders = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where to write, such as docs/matrix.")
  private Path out = Path.of("");

  @Option(
      names = "--ratio",
      split = ",",
      paramLabel = "RATIO",
      converter = RatioOption.class,
      description = "Footprints as multiples of the device budget (default: 1.1,1.5,2,3,5).")
  private List<Double> ratios = RatioOption.USUAL;

  @Option(
      names = "--generated",
      split = ",",
      paramLabel = "NAME",
      description = "Only these generated traces (default: all generators).")
  private List<String> generated = MatrixTraces.generated();

  /** For picocli. */
  public MatrixCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    List<Trace> traces;
    try {
      traces = MatrixTraces.open(folders, generated);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Comparison comparison =
        new UvmComparison(traces, Map.of(GPU, GpuModel.named(GPU)), ratios, Contender.all())
            .run(ProgressBar.onTerminal(spec.commandLine().getErr()));
    List<String> broken = RowInvariants.broken(comparison.rows());
    if (!broken.isEmpty()) {
      throw new IllegalStateException(
          "%d rows pass a bound, so a policy or a bound is wrong: %s"
              .formatted(broken.size(), String.join("; ", broken)));
    }
    MatrixReport.write(comparison, out);
    spec.commandLine()
        .getOut()
        .println(
            String.format(
                Locale.ROOT,
                "%d rows of %d traces in %.0f s on %d processors, none beyond its bounds, in %s",
                comparison.rows().size(),
                traces.size(),
                (System.nanoTime() - start) / NANOS_PER_SECOND,
                Runtime.getRuntime().availableProcessors(),
                out));
    return 0;
  }
}
