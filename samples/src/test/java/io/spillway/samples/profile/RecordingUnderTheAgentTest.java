package io.spillway.samples.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.samples.UnderTheAgent;
import io.spillway.samples.jcuda.VectorAdd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that a user types: an unmodified program, and a file to record into. On stub libraries. */
@Tag("stub")
class RecordingUnderTheAgentTest {

  private static final Path CUPTI =
      Path.of("..", "advise", "target", "stub-cupti", "libcupti.so.13").toAbsolutePath();

  @TempDir Path directory;

  private String run(String arguments) {
    return UnderTheAgent.run(
        directory, arguments, VectorAdd.class, "--bytes", "24MiB", "--parts", "2", "--passes", "3");
  }

  private Stream<RecordedEvent> events(String name) throws IOException {
    return RecordingFile.readAllEvents(directory.resolve("out.jfr")).stream()
        .filter(event -> event.getEventType().getName().equals("io.spillway." + name));
  }

  private static void assumeCupti() {
    if (!Files.exists(CUPTI)) {
      String reason = "needs the stub libcupti: is there a C compiler?";
      if (System.getenv("SPILLWAY_STUB_REQUIRED") == null) {
        Assumptions.abort(reason);
      }
      Assertions.fail(reason);
    }
  }

  @Test
  void launchesAndWhatTheyTouchAreInTheFile() throws IOException {
    assumeCupti();
    String output = run("profile=" + directory.resolve("out.jfr") + ",cupti=" + CUPTI);
    assertThat(output)
        .contains(
            "spillway: profile: recording " + directory.resolve("out.jfr") + " with cupti 13.0")
        .contains("0 records dropped");
    assertThat(events("Launch")).as(output).hasSize(6);
    assertThat(events("Launch").map(event -> event.getInt("allocations"))).containsOnly(3);
    assertThat(events("Recording")).hasSize(1);
    assertThat(events("RecordingEnd").map(event -> event.getString("source")))
        .containsExactly("cupti", "launches");
    // The sum's operands are read and it is written, as the kernel's text says; and copies.
    assertThat(
            events("Access")
                .filter(event -> event.getString("launch").startsWith("vector_add"))
                .map(event -> event.getString("kind"))
                .limit(3))
        .containsExactly("READ", "READ", "WRITE");
    assertThat(events("Access").map(event -> event.getString("kind")))
        .containsOnly("READ", "WRITE");
  }

  @Test
  void withoutTheOptionThereIsNoRecording() {
    assertThat(run("summary=true")).doesNotContain("profile:").contains("spillway: device 0:");
    assertThat(directory.resolve("out.jfr")).doesNotExist();
  }
}
