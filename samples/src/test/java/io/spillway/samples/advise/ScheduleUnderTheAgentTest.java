package io.spillway.samples.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.samples.SpillwayCommand;
import io.spillway.samples.UnderTheAgent;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that a user types, to record and to go by it: an unmodified program on the stub driver. */
@Tag("stub")
class ScheduleUnderTheAgentTest {

  private static final String BUDGET = "budget=20m,redirect=all,summary=true,";
  private static final Pattern HITS = Pattern.compile("fetched ahead and used (\\d+)");

  @TempDir Path directory;

  private String run(String arguments, int passes) {
    return UnderTheAgent.vectorAdd(directory, arguments, passes);
  }

  private static int hits(String output) {
    Matcher matcher = HITS.matcher(output);
    assertThat(matcher.find()).as(output).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void theFirstLapOfTheNextRunIsFetchedAhead() {
    Path recording = directory.resolve("out.jfr");
    Path schedule = directory.resolve("schedule.json");
    String recorded = run(BUDGET + "prefetch=on-demand,profile=" + recording, 4);
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out, true);
    String[] advise = {"advise", recording.toString(), "--schedule", schedule.toString()};
    assertThat(SpillwayCommand.run(printer, printer, advise)).as(recorded + out).isZero();

    String first = run(BUDGET + "prefetch=profile,schedule=" + schedule, 1);

    assertThat(first)
        .contains("prefetch profile with the schedule " + schedule)
        .contains("earlier run: followed");
    assertThat(hits(first)).as(first).isPositive(); // 11 to 18: the program and the mover race
    String without = run(BUDGET + "prefetch=auto", 1);
    assertThat(hits(without)).as(without).isZero();
  }

  @Test
  void aFileOfSomethingElseIsSaidAndTheProgramRuns() throws IOException {
    Path file = Files.writeString(directory.resolve("notes.txt"), "not a schedule");
    assertThat(run(BUDGET + "prefetch=profile,schedule=" + file, 1))
        .contains("no earlier run is followed")
        .contains("; no earlier run: " + file + ", line 1, column ")
        .contains("\"program\": \"vector-add\"");
  }

  @Test
  void withoutAScheduleItSaysWhatItNeeds() {
    assertThat(run("prefetch=profile", 1))
        .contains(
            "it takes schedule=FILE as well, which spillway advise --schedule makes of a"
                + " recording");
  }
}
