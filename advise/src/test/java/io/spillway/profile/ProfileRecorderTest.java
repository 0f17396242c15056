package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.ProfileSettings;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.Placement;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.panama.Jvm;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.driver.stub.StubCuda;
import io.spillway.profile.cupti.StubCupti;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recorder on stubs of libcuda and libcupti: what CUPTI is made to tell is in the file. */
@Tag("stub")
class ProfileRecorderTest {

  private static final long BYTES = 8 * ByteSize.MIB;
  private static final int FAULTS = 25;
  private static final int KERNELS = 10;

  @TempDir Path directory;
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  private StubCupti cupti;
  private UnifiedMemoryDriver driver;
  private Path file;

  @BeforeEach
  void open() {
    StubCuda.assumeFresh();
    cupti = StubCupti.assumeFresh();
    driver = PanamaDriver.open(0);
    file = directory.resolve("out.jfr");
  }

  @AfterEach
  void closeDriver() {
    if (driver != null) {
      driver.close();
    }
  }

  private ProfileSettings settings() {
    return new ProfileSettings(file, false, Optional.of(StubCupti.library()), lines::add);
  }

  private Spillway session(ProfileSettings settings) {
    return Spillway.open(SpillwayConfig.builder().driver(driver).profile(settings).build());
  }

  private static List<RecordedEvent> events(Path file) {
    try {
      return RecordingFile.readAllEvents(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<RecordedEvent> events(String name) {
    return events(file).stream()
        .filter(event -> event.getEventType().getName().equals("io.spillway." + name))
        .toList();
  }

  private static List<Object> values(RecordedEvent event, String... fields) {
    List<Object> values = new ArrayList<>();
    for (String field : fields) {
      values.add(event.getValue(field));
    }
    return values;
  }

  private List<List<Object>> kernels() {
    return events("Kernel").stream()
        .map(
            each ->
                values(
                    each,
                    "sequence",
                    "correlation",
                    "function",
                    "startNanos",
                    "endNanos",
                    "stream"))
        .toList();
  }

  private List<List<Object>> faults() {
    return events("Fault").stream()
        .map(
            each ->
                values(
                    each,
                    "processor",
                    "access",
                    "address",
                    "pages",
                    "startNanos",
                    "endNanos",
                    "sequence"))
        .toList();
  }

  private List<List<Object>> transfers() {
    return events("Transfer").stream()
        .map(
            each ->
                values(
                    each,
                    "direction",
                    "cause",
                    "address",
                    "bytes",
                    "startNanos",
                    "endNanos",
                    "sequence"))
        .toList();
  }

  @Test
  void whatCuptiTellsIsInTheFile() {
    long address;
    try (Spillway session = session(settings())) {
      assertThat(session.statistics().plugins().get("profile"))
          .isEqualTo(
              "recording "
                  + file
                  + " with cupti 13.0 Update 1, without rates of faults, zero-copy and device"
                  + " memory: a kernel would have to measure");
      Allocation data = session.allocate(BYTES, Placement.MANAGED, "data");
      address = data.address();
      try (var scope = session.launch("step", 0).reads(data)) {
        cupti.launch(11);
      }
      try (var scope = session.launch("step", 1).writes(data)) {
        cupti.launch(12);
        cupti.launch(13); // two kernels in one scope
      }
      cupti.launch(14); // undeclared
      cupti.gpuFault(address, 3, 1_100, 1_150, 1);
      cupti.gpuFault(address + 4_096, 1, 1_200, 1_250, 2);
      cupti.memory(1, 65_536, address, 1_120, 1_140, -1, 0, 2);
      cupti.split();
      cupti.kernel(12, "write", 2_000, 2_900, 7);
      cupti.kernel(13, "write", 3_000, 3_900, 7);
      cupti.gpuFault(address + 8_192, 1, 2_500, 2_600, 3);
      cupti.gpuFault(address + 12_288, 1, 3_500, 3_600, 4);
      cupti.gpuFault(address + 16_384, 1, 3_950, 3_960, 0);
      cupti.memory(2, 2 << 20, address + (2 << 20), 3_550, 3_590, 0, -1, 4);
      cupti.memory(2, 4_096, address, 9_000, 9_100, 0, -1, 2);
      cupti.memory(3, 0xABC, address, 9_000, 0, 0, 0, 1);
      cupti.split();
      cupti.kernel(14, "other", 4_000, 4_100, 8);
      cupti.gpuFault(address, 1, 4_050, 4_060, 1);
      cupti.memory(5, 4_096, address, 4_070, 0, 1, 0, 0);
      cupti.memory(6, 99, address, 2_050, 2_060, -1, 0, 0);
      cupti.memory(7, 8_192, address, 3_050, 0, 0, -1, 2);
      cupti.memory(8, 8_192, address, 3_050, 3_060, 0, 1, 1);
      cupti.split();
      cupti.kernel(11, "read", 1_000, 1_900, 7);
      cupti.split();
      cupti.deliver();
    }
    assertThat(kernels())
        .containsExactlyInAnyOrder(
            List.of(0L, 11L, "read", 1_000L, 1_900L, 7L),
            List.of(1L, 12L, "write", 2_000L, 2_900L, 7L),
            List.of(1L, 13L, "write", 3_000L, 3_900L, 7L),
            List.of(-1L, 14L, "other", 4_000L, 4_100L, 8L));
    assertThat(faults())
        .containsExactlyInAnyOrder(
            List.of("GPU", "READ", address, 3L, 1_100L, 1_150L, 0L),
            List.of("GPU", "WRITE", address + 4_096, 1L, 1_200L, 1_250L, 0L),
            List.of("GPU", "ATOMIC", address + 8_192, 1L, 2_500L, 2_600L, 1L),
            List.of("GPU", "PREFETCH", address + 12_288, 1L, 3_500L, 3_600L, 1L),
            List.of("GPU", "UNKNOWN", address + 16_384, 1L, 3_950L, 3_960L, -1L),
            List.of("GPU", "READ", address, 1L, 4_050L, 4_060L, -1L),
            List.of("CPU", "READ", address, 1L, 9_000L, 9_000L, -1L));
    assertThat(transfers())
        .containsExactlyInAnyOrder(
            List.of("TO_DEVICE", "COHERENCE", address, 65_536L, 1_120L, 1_140L, 0L),
            List.of("TO_HOST", "EVICTION", address + (2 << 20), 2L << 20, 3_550L, 3_590L, 1L),
            List.of("TO_HOST", "COHERENCE", address, 4_096L, 9_000L, 9_100L, -1L));
    assertThat(events("Contention"))
        .extracting(
            each ->
                values(each, "kind", "processor", "bytes", "startNanos", "endNanos", "sequence"))
        .containsExactlyInAnyOrder(
            List.of("THRASHING", "GPU", 4_096L, 4_070L, 4_070L, -1L),
            List.of("THROTTLING", "CPU", 0L, 2_050L, 2_060L, 1L),
            List.of("REMOTE_MAP", "CPU", 8_192L, 3_050L, 3_050L, 1L));
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst())
        .isEqualTo("profile: recording " + file + " with cupti 13.0 Update 1");
    assertThat(lines.getLast())
        .matches(
            "profile: "
                + file
                + ": 2 launches, 4 kernel runs, 7 faults, 3 transfers, 3 contentions, 3 of them of"
                + " no known launch; 0 records dropped; recording took \\d+\\.\\d{3} s"
                + " \\(\\d+\\.\\d\\d%\\) on the program's threads and \\d+\\.\\d{3} s"
                + " \\(\\d+\\.\\d\\d%\\) beside them, CUPTI's own work not included; missing: rates"
                + " of faults, zero-copy and device memory: a kernel would have to measure");
  }

  @Test
  void theFileSaysWithWhatAndOnWhatItWasRecorded() {
    cupti.timestamp(777);
    try (Spillway session = session(settings())) {
      session.allocate(BYTES, Placement.MANAGED, "data");
    }
    assertThat(events("Recording")).hasSize(1);
    RecordedEvent recording = events("Recording").getFirst();
    assertThat(recording.getString("tool"))
        .isEqualTo("cupti 13.0 Update 1, rates of moves of 64 MiB");
    assertThat(recording.getString("missing"))
        .isEqualTo("rates of faults, zero-copy and device memory: a kernel would have to measure");
    assertThat(recording.getLong("clockNanos")).isEqualTo(777);
    assertThat(recording.getString("device")).isEqualTo("Stub GPU 0");
    assertThat(recording.getLong("deviceTotalBytes")).isEqualTo(driver.device().totalBytes());
    assertThat(recording.getLong("budgetBytes")).isPositive();
    for (String rate :
        List.of(
            "linkToDeviceBytesPerSecond",
            "linkToHostBytesPerSecond",
            "firstWriteBackBytesPerSecond",
            "dropBytesPerSecond",
            "readMostlySetBytesPerSecond")) {
      assertThat(recording.getDouble(rate)).as(rate).isPositive();
    }
    assertThat(recording.getDouble("faultBytesPerSecond")).isZero();
    assertThat(events("RecordingEnd"))
        .extracting(each -> values(each, "source", "dropped"))
        .containsExactly(List.of("cupti", 0L), List.of("launches", 0L));
    assertThat(events("Allocation"))
        .extracting(each -> each.getString("label"))
        .containsExactly("data"); // none of those that the link was measured with
    assertThat(
            events(file).stream()
                .map(event -> event.getEventType().getName())
                .filter(name -> !name.startsWith("io.spillway."))
                .collect(Collectors.toSet()))
        .isEmpty();
  }

  @Test
  void withoutCuptiThereAreLaunchesOnly() {
    Path nowhere = directory.resolve("libcupti.so");
    try (Spillway session =
        session(new ProfileSettings(file, false, Optional.of(nowhere), lines::add))) {
      Allocation data = session.allocate(BYTES, Placement.MANAGED, "data");
      try (var scope = session.launch("step", 0).reads(data)) {
        cupti.launch(11);
      }
    }
    String reason =
        "faults, transfers and kernel runs: the library '"
            + nowhere
            + "' that the option cupti names cannot be loaded: name a libcupti.so of CUDA 11.0 to"
            + " 13.0";
    assertThat(events("Recording").getFirst().getString("tool"))
        .isEqualTo("launches only, rates of moves of 64 MiB");
    assertThat(events("Recording").getFirst().getString("missing")).endsWith(reason);
    assertThat(events("Access")).hasSize(1);
    assertThat(events("Kernel")).isEmpty();
    assertThat(lines.getLast()).contains(": 1 launches; recording took 0.000 s").endsWith(reason);
  }

  @Test
  void unknownVersionsAreNamedInTheFile() {
    cupti.version(140000);
    session(settings()).close();
    assertThat(events("Recording").getFirst().getString("missing"))
        .contains("has API version 140000, whose records are not known here");
  }

  @Test
  void refusedKindsAreNamedAndTheOthersRecorded() {
    cupti.refuse("cuptiActivityEnable", KERNELS, StubCupti.INSUFFICIENT_PRIVILEGES);
    try (Spillway session = session(settings())) {
      Allocation data = session.allocate(BYTES, Placement.MANAGED, "data");
      try (var scope = session.launch("step", 0).reads(data)) {
        cupti.launch(11);
      }
      cupti.gpuFault(data.address(), 1, 1, 2, 1);
    }
    assertThat(events("Recording").getFirst().getString("missing"))
        .endsWith("kernel runs: CUPTI_ERROR_INSUFFICIENT_PRIVILEGES");
    assertThat(faults()).hasSize(1);
    assertThat(cupti.enabled(FAULTS)).isFalse(); // closed
  }

  @Test
  void droppedRecordsAreCounted() {
    try (Spillway session = session(settings())) {
      Allocation data = session.allocate(BYTES, Placement.MANAGED, "data");
      for (int i = 0; i < 3; i++) {
        cupti.gpuFault(data.address(), 1, 1, 2, 1);
        cupti.marker();
      }
    }
    assertThat(events("RecordingEnd").getFirst().getLong("dropped")).isEqualTo(3);
    assertThat(lines.getLast()).contains("; 3 records dropped;");
  }

  @Test
  void scopesMayOverlapOnAThread() {
    try (Spillway session = session(settings())) {
      Allocation data = session.allocate(BYTES, Placement.MANAGED, "data");
      var outer = session.launch("outer", 0).reads(data).writes(data);
      var inner = session.launch("inner", 0).reads(data);
      var last = session.launch("last", 0).reads(data);
      cupti.launch(1);
      inner.close();
      cupti.launch(2);
      outer.close();
      cupti.launch(3);
      last.close();
      assertThat(cupti.pushed()).isZero();
      for (int correlation = 1; correlation <= 3; correlation++) {
        cupti.kernel(correlation, "k", 10, 20, 0);
      }
    }
    assertThat(events("Kernel"))
        .extracting(each -> values(each, "correlation", "sequence"))
        .containsExactlyInAnyOrder(List.of(1L, 2L), List.of(2L, 2L), List.of(3L, 2L));
  }

  @Test
  void oneSessionIsRecordedAtATimeAndTheNextMayBe() {
    Path second = directory.resolve("second.jfr");
    try (Spillway session = session(settings());
        Spillway other =
            session(
                new ProfileSettings(second, false, Optional.of(StubCupti.library()), lines::add))) {
      assertThat(other.statistics().plugins().get("profile"))
          .isEqualTo("off: another session of this process is being recorded");
      assertThat(lines.getLast())
          .isEqualTo(
              "profile: nothing is recorded: another session of this process is being recorded");
      assertThat(session.active()).isTrue();
    }
    assertThat(second).doesNotExist();
    session(new ProfileSettings(second, false, Optional.of(StubCupti.library()), lines::add))
        .close();
    assertThat(second).exists();
  }

  @Test
  void aFileThatCannotBeWrittenLeavesTheSessionAlone() {
    Path nowhere = directory.resolve("no").resolve("folder.jfr");
    try (Spillway session =
        session(
            new ProfileSettings(nowhere, false, Optional.of(StubCupti.library()), lines::add))) {
      assertThat(session.allocate(BYTES, Placement.MANAGED, "data").managed()).isTrue();
    }
    assertThat(lines).singleElement().asString().contains("'" + nowhere + "' cannot be recorded");
    assertThat(cupti.enabled(FAULTS)).isFalse();
    session(settings()).close();
    assertThat(file).exists();
  }

  @Test
  void sessionsWithoutASettingAreNotRecorded() {
    try (Spillway session = Spillway.open(SpillwayConfig.builder().driver(driver).build())) {
      assertThat(session.statistics().plugins()).doesNotContainKey("profile");
    }
    assertThat(file).doesNotExist();
  }

  /** A program that ends without closing its session. */
  public static final class Careless {
    private Careless() {}

    /** Records {@code arguments[0]} kernels into {@code arguments[1]}. */
    public static void main(String[] arguments) {
      StubCupti cupti = StubCupti.assumeFresh(Path.of(arguments[2]));
      Spillway session =
          Spillway.open(
              SpillwayConfig.builder()
                  .driver(PanamaDriver.open(0))
                  .profile(
                      new ProfileSettings(
                          Path.of(arguments[1]),
                          false,
                          Optional.of(Path.of(arguments[2])),
                          System.err::println))
                  .build());
      Allocation data = session.allocate(BYTES, Placement.MANAGED, "data");
      int launches = Integer.parseInt(arguments[0]);
      for (int i = 0; i < launches; i++) {
        try (var scope = session.launch("step", i).reads(data)) {
          cupti.launch(i);
        }
        cupti.kernel(i, "k", 100L * i, 100L * i + 50, 0);
        cupti.gpuFault(data.address(), 1, 100L * i + 10, 100L * i + 20, 1);
      }
    }
  }

  @Test
  void aProgramThatJustEndsIsRecordedToItsEnd() throws IOException {
    for (int run = 0; run < 5; run++) {
      Files.deleteIfExists(file);
      String output =
          Jvm.run(
              List.of("--enable-native-access=ALL-UNNAMED"),
              Map.of("LD_LIBRARY_PATH", System.getenv("LD_LIBRARY_PATH")),
              System.getProperty("java.class.path"),
              Careless.class,
              "2000",
              file.toString(),
              StubCupti.library().toString());
      assertThat(output).contains("2,000 launches, 2,000 kernel runs, 2,000 faults");
      assertThat(kernels()).as(output).hasSize(2_000);
      assertThat(faults())
          .extracting(List::getLast)
          .containsExactlyInAnyOrderElementsOf(
              kernels().stream().map(each -> each.getFirst()).toList());
      assertThat(events("RecordingEnd")).hasSize(2);
      assertThat(events("Access")).hasSize(2_000);
    }
  }
}
