package io.spillway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.panama.Jvm;
import io.spillway.driver.stub.StubCuda;
import io.spillway.programs.Programs.Fits;
import io.spillway.programs.Programs.Hello;
import io.spillway.programs.Programs.InOwnLoader;
import io.spillway.programs.Programs.Launching;
import io.spillway.programs.Programs.Linking;
import io.spillway.programs.Programs.Loading;
import io.spillway.programs.Programs.Oversubscribe;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unmodified programs under the agent, on the stub driver of 8 GiB. */
@Tag("stub")
class AgentTest {

  private static final List<String> SERVED =
      List.of(
          "alloc 0",
          "alloc 0",
          "alloc 0",
          "alloc 0",
          "read 123",
          "thrown CUDA_ERROR_OUT_OF_MEMORY",
          "free 0",
          "free 0",
          "free 0",
          "free 0");

  private static final List<String> REFUSED = List.of("alloc 0", "alloc 0", "alloc 2", "alloc 2");

  private static final String ACTIVE =
      "spillway: active on device 0 (Stub GPU 0, 8 GiB): budget 6 GiB, requests from 2 MiB on that"
          + " do not fit become managed memory, prefetch off";

  @TempDir static Path directory;
  private static Path jar;

  @BeforeAll
  static void pack() {
    jar = AgentJvm.jar(directory);
  }

  @BeforeEach
  void needsTheStub() {
    StubCuda.assumeAvailable();
  }

  private static List<String> run(String arguments, List<String> flags, Class<?> main) {
    return AgentJvm.run(jar, arguments, flags, AgentJvm.programClassPath(), main);
  }

  @Test
  void aProgramThatDoesNotFitRuns() {
    List<String> lines = run("", List.of(), Oversubscribe.class);
    assertThat(lines).containsAll(SERVED).contains(ACTIVE).hasSize(SERVED.size() + 1);
  }

  /** Classes loaded are a measure of starting up that other work on the machine does not sway. */
  @Test
  void aProgramThatFitsPaysForNoSession() throws IOException {
    Path log = directory.resolve("classes.log");
    assertThat(run("", List.of("-Xlog:class+load:file=" + log), Fits.class))
        .containsExactly(
            "alloc 0",
            "true",
            "free 0",
            "spillway: all fitted, nothing was redirected: 1 allocation, 64 MiB at most at a time");
    assertThat(Files.readString(log))
        .contains("io.spillway.agent.Hooks ")
        .doesNotContain(
            "io.spillway.driver.panama.",
            "io.spillway.Spillway ",
            "jdk.internal.foreign.abi.AbstractLinker ",
            "jdk.internal.foreign.layout.",
            "jdk.jfr.Event ",
            "jdk.jfr.internal.",
            "io.spillway.agent.JcudaTransformer$$Lambda",
            "java.util.Formatter ");
  }

  @Test
  void theSummaryCountsWhatWasRedirected() {
    assertThat(run("summary=true", List.of(), Oversubscribe.class).getLast())
        .startsWith("spillway: device 0: active")
        .contains("redirects=2", "redirectedBytes=6442450944", "liveManagedBytes=0");
  }

  @Test
  void nothingIsSaidWhenAskedNotTo() {
    assertThat(run("log=off", List.of(), Oversubscribe.class)).isEqualTo(SERVED);
  }

  /** That it goes on with memory it does not have does it no harm: the driver refuses. */
  @Test
  void aPropertyMakesItInert() {
    assertThat(run("", List.of("-Dspillway.agent=off"), Oversubscribe.class))
        .startsWith(REFUSED.toArray(String[]::new))
        .noneMatch(line -> line.startsWith("spillway"));
  }

  @Test
  void aProgramWithoutJcudaRunsUnchanged() {
    assertThat(AgentJvm.run(jar, "", List.of(), AgentJvm.classPathWithoutJcuda(), Hello.class))
        .containsExactly("hello", "spillway: idle: this program did not load JCuda");
  }

  @Test
  void anUnknownOptionStopsWithTheNearestName() {
    Jvm.End end = AgentJvm.end(jar, "bugdet=75%", Hello.class);
    assertThat(end.status()).as("of a wrong command line").isEqualTo(64);
    assertThat(end.output().lines())
        .singleElement()
        .asString()
        .startsWith("spillway: unknown option 'bugdet'")
        .contains("did you mean 'budget'?");
  }

  @Test
  void aBudgetThatDoesNotSuitTheDeviceIsSaidAndEverythingPassesThrough() {
    assertThat(run("budget=9 GiB", List.of(), Oversubscribe.class))
        .containsSubsequence(REFUSED)
        .anyMatch(
            line ->
                line.startsWith("spillway: not active on device 0: device budget of 9 GiB")
                    && line.contains("8 GiB"));
  }

  @Test
  void jcudaInAParentLoaderIsTransformedToo() {
    String parent = AgentJvm.jcudaClassPath();
    List<String> lines =
        AgentJvm.run(
            jar,
            "",
            List.of("-Xbootclasspath/a:" + parent),
            AgentJvm.classPathWithoutJcuda(),
            Oversubscribe.class);
    assertThat(lines).containsAll(SERVED).contains(ACTIVE);
  }

  @Test
  void jcudaInALoaderThatDoesNotSeeTheAgentIsTransformedToo() {
    String own = AgentJvm.programClassPath();
    List<String> lines =
        AgentJvm.run(
            jar,
            "",
            List.of("-Dprogram.path=" + own),
            own.substring(0, own.indexOf(File.pathSeparator)),
            InOwnLoader.class);
    assertThat(lines).containsAll(SERVED).contains(ACTIVE);
  }

  @Test
  void launchesAndCopiesAreRecorded() throws IOException {
    Path recording = directory.resolve("launches.jfr");
    run(
        "log=off",
        List.of("-XX:StartFlightRecording=filename=" + recording, "-Xlog:jfr*=off"),
        Oversubscribe.class);
    List<RecordedEvent> events = RecordingFile.readAllEvents(recording);

    List<RecordedEvent> launches =
        events.stream()
            .filter(e -> e.getEventType().getName().equals("io.spillway.Launch"))
            .toList();
    assertThat(launches).extracting(e -> e.getString("function")).containsExactly("scale", "scale");
    assertThat(launches).extracting(e -> e.getInt("ordinal")).containsExactly(0, 1);
    assertThat(launches).extracting(e -> e.getString("grid")).containsOnly("7x1x1");
    assertThat(launches)
        .extracting(e -> e.getString("launch"))
        .allMatch(label -> label.matches("scale@.*Oversubscribe\\.launch:[0-9]+"));
    assertThat(launches).extracting(e -> e.getInt("allocations")).containsOnly(2);

    List<RecordedEvent> accesses =
        events.stream()
            .filter(e -> e.getEventType().getName().equals("io.spillway.Access"))
            .toList();
    assertThat(accesses)
        .extracting(e -> e.getString("kind"))
        .containsExactly("WRITE", "READ", "UNKNOWN", "UNKNOWN", "UNKNOWN", "UNKNOWN");
    assertThat(accesses.getFirst().getLong("bytes")).isEqualTo(12);
    assertThat(accesses.getFirst().getLong("address"))
        .isEqualTo(accesses.getLast().getLong("address"));
  }

  @Test
  void aLaunchIsNamedByTheLineThatFirstMadeOneLikeIt() throws IOException {
    Path recording = directory.resolve("lines.jfr");
    run(
        "log=off",
        List.of("-XX:StartFlightRecording=filename=" + recording, "-Xlog:jfr*=off"),
        Launching.class);
    List<String> launches =
        RecordingFile.readAllEvents(recording).stream()
            .filter(e -> e.getEventType().getName().equals("io.spillway.Launch"))
            .sorted(Comparator.comparingLong(e -> e.getLong("sequence")))
            .map(e -> line(e.getString("launch")) + " " + e.getInt("ordinal"))
            .toList();
    assertThat(launches)
        .containsExactly(
            // From two lines by turns, but alike: one name, counted on.
            "scale@first 0",
            "scale@first 1",
            "scale@first 2",
            "scale@first 3",
            "scale@first 4",
            "scale@first 5",
            // Another allocation, another grid, another function: looked up anew.
            "scale@second 0",
            "scale@second 1",
            "shift@second 0",
            // Where the allocation that was freed lay, perhaps, but another one.
            "scale@second 2");
    assertThat(
            RecordingFile.readAllEvents(recording).stream()
                .filter(e -> e.getEventType().getName().equals("io.spillway.Access"))
                .filter(e -> e.getString("kind").equals("WRITE"))
                .map(e -> line(e.getString("launch")) + " " + e.getInt("ordinal")))
        .containsExactly("cuMemcpyHtoD@copy 0", "cuMemcpyHtoD@copy 1", "cuMemcpyHtoD@copy 2");
  }

  @Test
  void whatTextsSayOfKernelsIsRecorded() throws IOException {
    Path recording = directory.resolve("texts.jfr");
    assertThat(
            run(
                "log=off",
                List.of("-XX:StartFlightRecording=filename=" + recording, "-Xlog:jfr*=off"),
                Loading.class))
        .containsExactly("unload 0");
    assertThat(
            RecordingFile.readAllEvents(recording).stream()
                .filter(e -> e.getEventType().getName().equals("io.spillway.Access"))
                .map(e -> e.getString("kind")))
        .containsExactly(
            // Bytes, a string, a pointer, a file, JCuda's own options; machine code.
            "READ",
            "WRITE",
            "READ",
            "WRITE",
            "READ",
            "WRITE",
            "READ",
            "WRITE",
            "READ",
            "WRITE",
            "UNKNOWN",
            "UNKNOWN");
  }

  @Test
  void whatTextsSayIsKnownOfWhatTheyAreLinkedTo() throws IOException {
    Path recording = directory.resolve("linked.jfr");
    assertThat(
            run(
                "log=off",
                List.of("-XX:StartFlightRecording=filename=" + recording, "-Xlog:jfr*=off"),
                Linking.class))
        .isEmpty();
    assertThat(
            RecordingFile.readAllEvents(recording).stream()
                .filter(e -> e.getEventType().getName().equals("io.spillway.Access"))
                .map(e -> e.getString("kind")))
        .containsExactly("READ", "WRITE", "READ", "WRITE", "READ", "WRITE", "UNKNOWN", "UNKNOWN");
  }

  /** {@code function@method} of {@code function@class.method:line}. */
  private static String line(String label) {
    return label.replaceAll("@.*\\.([a-z]+):[0-9]+$", "@$1");
  }
}
