package io.spillway.samples.programs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.advise.Advisor;
import io.spillway.advise.Rules;
import io.spillway.advise.file.HintsFile;
import io.spillway.advise.replay.LapReplay;
import io.spillway.profile.ProfileReader;
import io.spillway.range.ByteSize;
import io.spillway.samples.ByteSizeOption;
import io.spillway.samples.Table;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.LinkRates;
import io.spillway.samples.device.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway compare-programs}. */
@Command(
    name = "compare-programs",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs the sample programs on plain JCuda as they are and under the agent: where all fits, and"
          + " with a budget of a third of their footprint by page faults, with hints, on the host"
          + " what does not fit, and with the engine. Needs a GPU.",
      "Ends with 1 if a result is wrong or differs."
    })
public final class CompareProgramsCommand implements Callable<Integer> {

  private static final ByteSize LEAST_FOOTPRINT = new ByteSize(192 * ByteSize.MIB);

  /** Bytes to measure the link with: enough that the fixed costs of a copy do not count. */
  private static final long LINK_BYTES = ByteSize.GIB;

  @Spec private CommandSpec spec;

  @Option(
      names = "--programs",
      paramLabel = "NAME",
      split = ",",
      description = "Only these, by the names that are printed (default: all).")
  private List<String> programs = List.of();

  @Option(
      names = "--ways",
      paramLabel = "NAME",
      split = ",",
      description =
          "Only these, by the names that are printed, such as idle-engine; plain is always run"
              + " (default: all).")
  private List<String> ways = List.of();

  @Option(
      names = "--footprint",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description = "Memory each program takes, about, from 192 MiB (default: their usual 200).")
  private @Nullable ByteSize footprint;

  @Option(
      names = "--passes",
      defaultValue = "20",
      description =
          "How often those programs go over their data that do so again and again (default:"
              + " ${DEFAULT-VALUE}).")
  private int passes;

  @Option(
      names = "--repetitions",
      defaultValue = "3",
      description = "Runs of each way, of which the median counts (default: ${DEFAULT-VALUE}).")
  private int repetitions;

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  /** For picocli. */
  public CompareProgramsCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (repetitions < 1 || passes < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--repetitions %d, --passes %d: must be at least 1 each".formatted(repetitions, passes));
    }
    if (footprint != null && footprint.bytes() < LEAST_FOOTPRINT.bytes()) {
      throw new ParameterException(
          spec.commandLine(),
          "--footprint %s: must be at least %s"
              .formatted(
                  ByteSize.format(footprint.bytes()), ByteSize.format(LEAST_FOOTPRINT.bytes())));
    }
    List<SampleProgram> chosen =
        choose(
            "--programs",
            programs,
            SampleProgram.all(Optional.ofNullable(footprint), OptionalInt.of(passes)),
            SampleProgram::name);
    List<ProgramWay> compared =
        choose("--ways", ways, ProgramWay.all(), ProgramWay::label).stream()
            .filter(way -> way != ProgramWay.PLAIN)
            .toList();
    try (ScratchFolder scratch = ScratchFolder.create("spillway-programs")) {
      return compare(chosen, compared, scratch.path());
    }
  }

  private <T> List<T> choose(
      String option, List<String> names, List<T> all, Function<T, String> name) {
    try {
      return Choice.of(option, names, all, name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private int compare(List<SampleProgram> chosen, List<ProgramWay> compared, Path scratch)
      throws IOException, InterruptedException {
    ProgramFiles files = ProgramFiles.beside();
    LinkRates link;
    String device;
    try (Machine machine = Devices.openGpu(0)) {
      link = LinkRates.measure(machine, LINK_BYTES);
      device = machine.driver().device().deviceName();
    }
    if (!json) {
      print(device, link);
    }
    ChildJvm jvm = ChildJvm.likeThis(scratch);
    List<ProgramComparison> comparisons = new ArrayList<>();
    int failures = 0;
    for (SampleProgram program : chosen) {
      try {
        ProgramComparison comparison = compare(program, compared, jvm, files, link);
        comparisons.add(comparison);
        if (!json) {
          print(comparison);
        }
      } catch (ChildFailedException e) { // the others are worth telling
        failures++;
        spec.commandLine().getErr().println("spillway: " + e.getMessage());
      }
    }
    if (json) {
      printJson(device, link, comparisons);
    } else {
      printNotes(compared);
    }
    return failures == 0 && comparisons.stream().allMatch(ProgramComparison::equal) ? 0 : 1;
  }

  private ProgramComparison compare(
      SampleProgram program,
      List<ProgramWay> compared,
      ChildJvm jvm,
      ProgramFiles files,
      LinkRates link)
      throws IOException, InterruptedException {
    say(program.name() + ": plain");
    ChildJvm.Result first = program.run(jvm, files, List.of());
    Passes over = Passes.of(first.json());
    ProgramComparison comparison =
        new ProgramComparison(program.name(), over, Math.max(link.inGBps(), link.outGBps()));
    comparison.add(ProgramWay.PLAIN, ProgramRun.of(first));
    Optional<Path> hints =
        compared.contains(ProgramWay.ADVISED)
            ? hints(program, jvm, files, over.footprintBytes())
            : Optional.empty();
    for (int i = 1; i <= repetitions; i++) {
      if (i > 1) { // the first is done above
        say("%s: plain, %d of %d".formatted(program.name(), i, repetitions));
        comparison.add(ProgramWay.PLAIN, ProgramRun.of(program.run(jvm, files, List.of())));
      }
      for (ProgramWay way : compared) {
        say("%s: %s, %d of %d".formatted(program.name(), way.label(), i, repetitions));
        List<String> options =
            way.agentOptions(over.footprintBytes())
                .map(text -> files.agent(way == ProgramWay.ADVISED ? with(text, hints) : text))
                .orElse(List.of());
        comparison.add(way, ProgramRun.of(program.run(jvm, files, options)));
      }
    }
    return comparison;
  }

  private static String with(String options, Optional<Path> hints) {
    return options + hints.map(file -> ",hints=" + file).orElse("");
  }

  /** What advice makes of a recording of the program; empty if it makes nothing. */
  private Optional<Path> hints(
      SampleProgram program, ChildJvm jvm, ProgramFiles files, long footprintBytes)
      throws IOException, InterruptedException {
    say(program.name() + ": recorded");
    Path recording = jvm.scratch().resolve(program.name() + ".jfr");
    Path hints = jvm.scratch().resolve(program.name() + ".json");
    String options = ProgramWay.FAULTS.agentOptions(footprintBytes).orElseThrow();
    program.run(jvm, files, files.agent(options + ",profile=" + recording));
    var advice = new Advisor(Rules.standard(), LapReplay::of).advise(ProfileReader.read(recording));
    if (advice.hints().isEmpty()) {
      return Optional.empty();
    }
    HintsFile.of(advice).write(hints);
    return Optional.of(hints);
  }

  private void say(String what) {
    if (!json) {
      spec.commandLine().getErr().println(what);
    }
  }

  private void print(String device, LinkRates link) {
    spec.commandLine()
        .getOut()
        .println(
            "%s, link %.1f GB/s in and %.1f out; medians of %d"
                .formatted(device, link.inGBps(), link.outGBps(), repetitions));
  }

  /** As soon as it is known: the next program may take long. */
  private void print(ProgramComparison comparison) {
    Table table =
        new Table(
            "way",
            "of bound",
            "vs. faults",
            "vs. zero-copy",
            "on the device at most",
            "launches (s)",
            "first pass (s)",
            "later passes (s)",
            "of bound",
            "vs. plain",
            "all (s)");
    table.alignLeft(0);
    for (ProgramWay way : comparison.ways()) {
      table.row(
          way.label(),
          "%.3f".formatted(comparison.fractionOfBound(way)),
          cell("%.1fx", comparison.over(ProgramWay.FAULTS, way)),
          cell("%.1fx", comparison.over(ProgramWay.ZERO_COPY, way)),
          cell(
              comparison.exceeds(way) ? "%.2f of budget*" : "%.2f of budget",
              comparison.mostOfBudget(way)),
          "%.4f".formatted(comparison.launchSeconds(way)),
          cell("%.6f", comparison.firstPassSeconds(way)),
          cell("%.6f", comparison.laterPassSeconds(way)),
          cell("%.3f", comparison.laterFractionOfBound(way)),
          cell("%+.1f%%", comparison.laterPercentOverPlain(way)),
          "%.3f".formatted(comparison.seconds(way)));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    out.println(
        "%s, results %s".formatted(comparison.program(), comparison.equal() ? "equal" : "DIFFER"));
    out.print(table);
    if (comparison.ways().stream().anyMatch(comparison::exceeds)) {
      out.println(
          """
            * More than the budget, by its own account: launches that are given more than it are
              left to page faults, and a card that is not full evicts nothing for them. So it is
              held to the plain run, not to the link, and compared with no other way.\
          """);
    }
    out.flush();
  }

  private static String cell(String format, OptionalDouble value) {
    return value.isPresent() ? format.formatted(value.getAsDouble()) : "-";
  }

  private void printNotes(List<ProgramWay> compared) {
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    out.println("  %s: %s".formatted(ProgramWay.PLAIN.label(), ProgramWay.PLAIN.description()));
    for (ProgramWay way : compared) {
      out.println("  %s: %s".formatted(way.label(), way.description()));
    }
    out.println(
        """

        The bound is for launches: those of the plain run, and where the budget is a third, what has
        to cross the link if a pass begins with the budget full of what it goes over. A pass is one
        over the vectors, the matrix or the graph, or a query's over the store; of the later ones
        the median counts, beside its bound and the plain run's.
        Note: the card is never full: the budget emulates a smaller card.\
        """);
  }

  private void printJson(String device, LinkRates link, List<ProgramComparison> comparisons)
      throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("device", device);
    all.put("link_in_gbps", link.inGBps());
    all.put("link_out_gbps", link.outGBps());
    all.put("repetitions", repetitions);
    all.put("programs", comparisons.stream().map(ProgramComparison::json).toList());
    spec.commandLine()
        .getOut()
        .println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
  }
}
