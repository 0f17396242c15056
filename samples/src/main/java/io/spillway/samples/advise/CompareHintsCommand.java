package io.spillway.samples.advise;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.advise.Advisor;
import io.spillway.advise.Recommendation;
import io.spillway.advise.Rules;
import io.spillway.advise.file.HintsFile;
import io.spillway.advise.replay.LapReplay;
import io.spillway.profile.Direction;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import io.spillway.profile.ProfileTotals;
import io.spillway.profile.TransferCause;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.ByteSizeOption;
import io.spillway.samples.Table;
import io.spillway.samples.programs.ChildFailedException;
import io.spillway.samples.programs.ChildJvm;
import io.spillway.samples.programs.ProgramFiles;
import io.spillway.samples.programs.SampleProgram;
import io.spillway.samples.programs.ScratchFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway compare-hints}. */
@Command(
    name = "compare-hints",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs the sample programs and the layered demo under a budget of a third of what they need,"
          + " records them, and runs them again with the hints that follow.",
      "Ends with 1 if a result differs or a program takes more than 3% longer with hints."
    })
public final class CompareHintsCommand implements Callable<Integer> {

  private static final ByteSize LARGE = new ByteSize(6 * ByteSize.GIB);
  private static final int LAYERS = 48;
  private static final long USUAL_LAYER_BYTES = 2 * Blocks.BYTES;

  /** A layer of it is two blocks. */
  private static final long LEAST_FOOTPRINT_BYTES = LAYERS * USUAL_LAYER_BYTES;

  @Spec private CommandSpec spec;

  @Option(
      names = "--agent-options",
      paramLabel = "OPTIONS",
      defaultValue = "prefetch=on-demand,managed-limit=shared,redirect=all",
      description = "For the agent beside the budget (default: ${DEFAULT-VALUE}).")
  private String agentOptions = "";

  @Option(
      names = "--footprint",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description = "Memory each program takes, about, from 192 MiB (default: 200 MiB).")
  private @Nullable ByteSize footprint;

  @Option(names = "--large", description = "The same as --footprint 6GiB.")
  private boolean large;

  @Option(
      names = "--repetitions",
      defaultValue = "3",
      description = "Runs that are not recorded, of which the median counts (default: 3).")
  private int repetitions;

  @Option(names = "--simulate", description = "Only the layered demo, on the simulator.")
  private boolean simulate;

  @Option(
      names = "--keep",
      paramLabel = "DIRECTORY",
      description = "Keep recordings and hints there.")
  private @Nullable Path keep;

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  /** For picocli. */
  public CompareHintsCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (repetitions < 1) {
      throw new ParameterException(
          spec.commandLine(), "--repetitions %d: must be at least 1".formatted(repetitions));
    }
    if (large && footprint == null) {
      footprint = LARGE;
    }
    if (footprint != null && footprint.bytes() < LEAST_FOOTPRINT_BYTES) {
      throw new ParameterException(
          spec.commandLine(),
          "--footprint %s: must be at least %s"
              .formatted(
                  ByteSize.format(footprint.bytes()), ByteSize.format(LEAST_FOOTPRINT_BYTES)));
    }
    if (keep != null) {
      return compare(Files.createDirectories(keep));
    }
    try (ScratchFolder scratch = ScratchFolder.create("spillway-hints")) {
      return compare(scratch.path());
    }
  }

  private int compare(Path directory) throws IOException, InterruptedException {
    List<HintComparison> comparisons = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (HintedProgram program : all(directory)) {
      try {
        comparisons.add(compare(program, directory));
      } catch (ChildFailedException e) {
        failures.add(String.valueOf(e.getMessage()));
        spec.commandLine().getErr().println("spillway: " + e.getMessage());
      }
    }
    print(comparisons, failures);
    return failures.isEmpty() && comparisons.stream().allMatch(HintComparison::ok) ? 0 : 1;
  }

  private List<HintedProgram> all(Path directory) throws IOException {
    ChildJvm jvm = ChildJvm.likeThis(directory);
    List<HintedProgram> all = new ArrayList<>();
    if (!simulate) {
      ProgramFiles files = ProgramFiles.beside();
      for (SampleProgram program :
          SampleProgram.all(Optional.ofNullable(footprint), OptionalInt.empty())) {
        all.add(new AgentProgram(jvm, files, agentOptions, program));
      }
    }
    long layer = footprint == null ? USUAL_LAYER_BYTES : footprint.bytes() / LAYERS;
    String size = Long.toString(layer / Blocks.BYTES * Blocks.BYTES);
    all.add(
        new LayeredDemo(
            jvm,
            words(
                "--layers %d --passes 3 --layer-size %s %s"
                    .formatted(LAYERS, size, simulate ? "--simulate" : "--device 0"))));
    return all;
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split(" +", -1));
  }

  private HintComparison compare(HintedProgram program, Path directory)
      throws IOException, InterruptedException {
    String file = program.name().toLowerCase(Locale.ROOT).replace(' ', '-');
    Path recording = directory.resolve(file + ".jfr");
    Path again = directory.resolve(file + "-hinted.jfr");
    Path hints = directory.resolve(file + ".json");
    say(program, "without Spillway");
    HintedProgram.Run plain = program.plain();
    say(program, "recorded");
    HintedProgram.Run recorded = program.budgeted(Optional.empty(), Optional.of(recording));
    Profile profile = ProfileReader.read(recording);
    Recommendation advice = new Advisor(Rules.standard(), LapReplay::of).advise(profile);
    HintsFile.of(advice).write(hints);
    boolean equal = same(plain, recorded);
    boolean hinted = !advice.hints().isEmpty();
    List<Double> before = new ArrayList<>();
    List<Double> after = new ArrayList<>();
    for (int i = 1; i <= repetitions; i++) { // by turns, so that both meet the same weather
      say(program, "without hints, %d of %d".formatted(i, repetitions));
      HintedProgram.Run without = program.budgeted(Optional.empty(), Optional.empty());
      equal &= same(plain, without);
      before.add(without.seconds());
      if (hinted) {
        say(program, "with hints, %d of %d".formatted(i, repetitions));
        HintedProgram.Run with = program.budgeted(Optional.of(hints), Optional.empty());
        equal &= same(plain, with);
        after.add(with.seconds());
      }
    }
    Optional<HintComparison.Side> hintedSide = Optional.empty();
    if (hinted) {
      say(program, "with hints, recorded");
      HintedProgram.Run recordedAgain = program.budgeted(Optional.of(hints), Optional.of(again));
      equal &= same(plain, recordedAgain);
      hintedSide =
          Optional.of(
              new HintComparison.Side(
                  median(after), recordedAgain.seconds(), counted(ProfileReader.read(again))));
    }
    return new HintComparison(
        program.name(),
        plain.seconds(),
        new HintComparison.Side(median(before), recorded.seconds(), counted(profile)),
        hintedSide,
        advice.hints().size(),
        equal);
  }

  private static boolean same(HintedProgram.Run plain, HintedProgram.Run other) {
    return plain.ok() && other.ok() && plain.checksum().equals(other.checksum());
  }

  private static double median(List<Double> seconds) {
    List<Double> sorted = seconds.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static HintComparison.Recorded counted(Profile profile) {
    ProfileTotals totals = profile.totals();
    long toHost = totals.bytes(Direction.TO_HOST);
    return new HintComparison.Recorded(
        totals.gpuFaults(),
        totals.bytes(Direction.TO_DEVICE),
        toHost,
        toHost - totals.bytesToHost().getOrDefault(TransferCause.COPY, 0L),
        profile.recording().droppedTotal(),
        String.join("; ", profile.recording().missing()));
  }

  private void say(HintedProgram program, String what) {
    if (!json) {
      spec.commandLine().getErr().println(program.name() + ": " + what);
    }
  }

  private void print(List<HintComparison> comparisons, List<String> failures) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(
                  Map.of(
                      "simulated",
                      simulate,
                      "budget",
                      "a third of the footprint",
                      "repetitions",
                      repetitions,
                      "programs",
                      comparisons.stream().map(HintComparison::json).toList(),
                      "failures",
                      failures)));
    } else {
      if (simulate) {
        out.println("SIMULATED: times are a model's, not a GPU's");
      }
      out.print(table(comparisons));
    }
    out.flush();
  }

  private static Table table(List<HintComparison> comparisons) {
    Table table =
        new Table(
            "program",
            "faster",
            "s before",
            "s after",
            "faults",
            "with hints",
            "in",
            "with hints",
            "out",
            "with hints",
            "evicted",
            "with hints",
            "recording",
            "hints",
            "result");
    table.alignLeft(0, 14);
    for (HintComparison each : comparisons) {
      HintComparison.Recorded before = each.before().recorded();
      Optional<HintComparison.Recorded> after = each.after().map(HintComparison.Side::recorded);
      table.row(
          each.program(),
          "%.2fx".formatted(each.speedup()),
          "%.3f".formatted(each.before().seconds()),
          cell(each.after(), with -> "%.3f".formatted(with.seconds())),
          "%,d".formatted(before.gpuFaults()),
          cell(after, with -> "%,d".formatted(with.gpuFaults())),
          ByteSize.format(before.bytesToDevice()),
          cell(after, with -> ByteSize.format(with.bytesToDevice())),
          ByteSize.format(before.bytesToHost()),
          cell(after, with -> ByteSize.format(with.bytesToHost())),
          ByteSize.format(before.evictedBytes()),
          cell(after, with -> ByteSize.format(with.evictedBytes())),
          "%+.0f%%".formatted(each.before().overhead() * 100),
          String.valueOf(each.hints()),
          each.verdict());
    }
    return table;
  }

  private static <T> String cell(Optional<T> value, Function<T, String> text) {
    return value.map(text).orElse("-");
  }
}
