package io.spillway.samples.report;

import io.spillway.advise.Advisor;
import io.spillway.advise.ProposedHint;
import io.spillway.advise.Recommendation;
import io.spillway.advise.Rules;
import io.spillway.advise.Saving;
import io.spillway.advise.replay.LapReplay;
import io.spillway.advise.report.HintRow;
import io.spillway.advise.report.HtmlReport;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway report}. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Draws a recording: what faulted and moved, where and when, and which hints follow.",
      "The page is one file and needs no network."
    })
public final class ReportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PROFILE", description = "A recording, as made with profile=FILE.")
  private Path recording = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "report.html",
      description = "The page to write; ${DEFAULT-VALUE} if not given.")
  private Path output = Path.of("report.html");

  /** For picocli. */
  public ReportCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    Profile profile = ProfileReader.read(recording);
    Recommendation advice = new Advisor(Rules.standard(), LapReplay::of).advise(profile);
    new HtmlReport(String.valueOf(recording.getFileName()), profile, rows(advice)).write(output);
    spec.commandLine().getOut().printf("The report is in %s.%n", output);
    spec.commandLine().getOut().flush();
    return 0;
  }

  /** The hints that pay, then what only the program's author can do. */
  private static List<HintRow> rows(Recommendation advice) {
    return Stream.concat(
            advice.hints().stream().map(kept -> row(advice.profile(), kept.hint(), "")),
            advice.proposals().stream()
                .map(hint -> row(advice.profile(), hint, " (for the author to do)")))
        .toList();
  }

  private static HintRow row(Profile profile, ProposedHint hint, String remark) {
    AllocationProfile allocation = profile.allocations().get(hint.allocation());
    Saving saving = hint.saving();
    return new HintRow(
        allocation.label().isEmpty() ? allocation.site() : allocation.label(),
        hint.span().blocks() == allocation.blocks().rows()
            ? "all of " + ByteSize.format(allocation.requestedBytes())
            : "%s from %s on"
                .formatted(
                    ByteSize.format(hint.span().bytes()), ByteSize.format(hint.span().offset())),
        hint.treatment().key() + remark,
        hint.reason(),
        saving.bytesToDevice() + saving.bytesToHost(),
        saving.seconds());
  }
}
