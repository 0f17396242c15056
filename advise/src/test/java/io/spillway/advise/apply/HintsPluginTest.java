package io.spillway.advise.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import io.spillway.advise.file.HintsFile;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Location;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.hint.HintKind;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hints given to real sessions on the simulator. */
class HintsPluginTest {

  private static final long B = Blocks.BYTES;

  private final SimulatedDriver driver =
      SimulatedDriver.builder(GpuModel.h200()).deviceBytes(64 * ByteSize.MIB).backed(true).open();
  private Spillway session;

  @AfterEach
  void close() {
    if (session != null) {
      session.close();
    }
    driver.close();
  }

  private SpillwayConfig.Builder config() {
    return SpillwayConfig.builder()
        .driver(driver)
        .deviceBudget("100%")
        .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
        .background(Runnable::run);
  }

  private void open(SiteHint... hints) {
    session = Spillway.open(config().plugins(List.of(new HintsPlugin(List.of(hints)))).build());
  }

  private static SiteHint hint(
      Treatment treatment, Basis basis, long bytes, long offset, long length, String... labels) {
    return new SiteHint(
        "test",
        treatment,
        "data",
        "data",
        false,
        bytes,
        offset,
        length,
        List.of(labels),
        basis,
        "",
        Saving.NONE);
  }

  private Allocation managed(long bytes) {
    return session.allocate(bytes, Placement.MANAGED, "data");
  }

  private RangeAttributes attributes(Allocation allocation, long offset, long bytes) {
    return driver.attributes(allocation.range().slice(offset, bytes));
  }

  private void launch(String label, AccessKind kind, AddressRange range) {
    Launch launch = session.interception().launch(label, 0, StreamHandle.DEFAULT);
    session.interception().declare(launch, List.of(new RangeAccess(range, kind)), true);
    Access access = kind.mayWrite() ? Access.readWrite(range) : Access.read(range);
    driver.launch(SimulatedKernel.of(label, access), StreamHandle.DEFAULT);
    session.interception().issued(launch);
  }

  private String state() {
    return session.statistics().plugins().get("hints");
  }

  @Test
  void placementIsSaidAtAllocation() {
    open(
        hint(Treatment.ZERO_COPY, Basis.PROVEN, 4 * B, 0, B),
        hint(Treatment.PREFER_DEVICE, Basis.PROVEN, 4 * B, B, B));
    Allocation data = managed(4 * B);
    assertThat(attributes(data, 0, B).preferredLocation()).contains(Location.HOST);
    assertThat(attributes(data, 0, B).accessedBy()).contains(driver.device().location());
    assertThat(attributes(data, B, B).preferredLocation()).contains(driver.device().location());
    assertThat(attributes(data, 2 * B, 2 * B).preferredLocation()).isEmpty();
    assertThat(state()).startsWith("on: 2 of 2 hints met their allocation, 0 unknown; 0 clipped");
  }

  @Test
  void readMostlyWaitsForTheFirstKernelAndIsForWhatThatTouches() {
    open(hint(Treatment.READ_MOSTLY, Basis.PROVEN, 4 * B, 0, 4 * B));
    Allocation data = managed(4 * B);
    assertThat(attributes(data, 0, 4 * B).preferredLocation()).contains(Location.HOST);
    assertThat(attributes(data, 0, 4 * B).readMostly()).isFalse();
    launch("cuMemcpyHtoD@a.B.c:1", AccessKind.WRITE, data.range());
    launch("cuMemcpyDtoH@a.B.c:2", AccessKind.READ, data.range());
    assertThat(attributes(data, 0, B).readMostly()).isFalse();
    launch("scan", AccessKind.READ, data.range().slice(0, 2 * B));
    assertThat(attributes(data, 0, 2 * B).readMostly()).isTrue();
    assertThat(attributes(data, 2 * B, B).readMostly()).isFalse();
    launch("scan", AccessKind.UNKNOWN, data.range());
    assertThat(attributes(data, 0, 4 * B).readMostly()).isTrue();
  }

  @Test
  void aKnownWriteTakesItBackAndReadsGiveItAgainLaterAndLater() {
    open(hint(Treatment.READ_MOSTLY, Basis.PROVEN, 2 * B, 0, 2 * B));
    Allocation data = managed(2 * B);
    launch("scan", AccessKind.READ, data.range());
    for (int wait : new int[] {2, 4, 8}) {
      launch("fill", AccessKind.WRITE, data.range().slice(0, B));
      assertThat(attributes(data, 0, B).readMostly()).isFalse();
      assertThat(attributes(data, B, B).readMostly()).isTrue();
      for (int i = 1; i < wait; i++) {
        launch("scan", AccessKind.READ, data.range());
        assertThat(attributes(data, 0, B).readMostly()).as("%d of %d", i, wait).isFalse();
      }
      launch("scan", AccessKind.READ, data.range());
      assertThat(attributes(data, 0, 2 * B).readMostly()).as("%d of %d", wait, wait).isTrue();
    }
    assertThat(state()).contains("taken back 3 times");
  }

  @Test
  void whatIsGivenAgainCanBeDroppedAgain() {
    open(hint(Treatment.READ_MOSTLY, Basis.PROVEN, 2 * B, 0, 2 * B));
    Allocation data = managed(2 * B);
    launch("scan", AccessKind.READ, data.range());
    launch("fill", AccessKind.WRITE, data.range());
    launch("scan", AccessKind.READ, data.range());
    launch("scan", AccessKind.READ, data.range());
    assertThat(driver.residentBytes(data.range())).isEqualTo(2 * B);
    data.drop();
    assertThat(driver.residentBytes(data.range())).isZero();
  }

  @Test
  void aLaunchThatReadsAndWritesIsNotGivenTheHintInBetween() {
    open(hint(Treatment.READ_MOSTLY, Basis.PROVEN, 2 * B, 0, 2 * B));
    Allocation data = managed(2 * B);
    Launch launch = session.interception().launch("both", 0, StreamHandle.DEFAULT);
    session
        .interception()
        .declare(
            launch, List.of(new RangeAccess(data.range().slice(0, B), AccessKind.WRITE)), true);
    session
        .interception()
        .declare(launch, List.of(new RangeAccess(data.range(), AccessKind.READ)), true);
    assertThat(attributes(data, 0, 2 * B).readMostly()).isFalse();
  }

  @Test
  void inPhasesAHintIsGivenByItsLaunchesAndTakenBackByOthers() {
    open(hint(Treatment.ZERO_COPY, Basis.PROVEN, 2 * B, 0, 2 * B, "query"));
    Allocation data = managed(2 * B);
    assertThat(attributes(data, 0, B).preferredLocation()).isEmpty();
    launch("build", AccessKind.WRITE, data.range());
    launch("query", AccessKind.READ, data.range());
    assertThat(attributes(data, 0, B).preferredLocation()).contains(Location.HOST);
    launch("cuMemcpyDtoH@a.B.c:2", AccessKind.READ, data.range());
    assertThat(attributes(data, 0, B).preferredLocation()).contains(Location.HOST);
    launch("build", AccessKind.WRITE, data.range());
    assertThat(attributes(data, 0, B).preferredLocation()).isEmpty();
    assertThat(attributes(data, 0, B).accessedBy()).isEmpty();
    launch("query", AccessKind.READ, data.range());
    assertThat(attributes(data, 0, B).preferredLocation()).as("once bitten").isEmpty();
    launch("query", AccessKind.READ, data.range());
    assertThat(attributes(data, 0, B).preferredLocation()).contains(Location.HOST);
  }

  @Test
  void anObservedHintIsTriedOnAFewBlocksFirst() {
    open(hint(Treatment.READ_MOSTLY, Basis.OBSERVED, 16 * B, 0, 16 * B));
    Allocation data = managed(16 * B);
    for (int i = 0; i < 4; i++) {
      launch("scan", AccessKind.UNKNOWN, data.range());
      assertThat(attributes(data, 0, B).readMostly()).isTrue();
      assertThat(attributes(data, B, B).readMostly()).isFalse();
    }
    launch("scan", AccessKind.UNKNOWN, data.range());
    assertThat(attributes(data, 0, 16 * B).readMostly()).isTrue();
  }

  @Test
  void anObservedHintThatTheTrialRefutesIsTakenBackForGood() {
    open(hint(Treatment.READ_MOSTLY, Basis.OBSERVED, 16 * B, 0, 16 * B));
    Allocation data = managed(16 * B);
    for (int i = 0; i < 8; i++) {
      launch("update", AccessKind.UNKNOWN, data.range());
      // The last of the blocks that are tried: one of four quarters begins at the twelfth.
      data.segment().set(ValueLayout.JAVA_BYTE, 12 * B + 7, (byte) (i + 1));
    }
    assertThat(attributes(data, 0, 16 * B).readMostly()).isFalse();
    assertThat(attributes(data, 0, B).preferredLocation()).isEmpty();
    assertThat(state()).contains("1 refuted");
  }

  @Test
  void anotherSizeClipsAHintForAllAndSkipsOneForAPart() {
    open(hint(Treatment.ZERO_COPY, Basis.PROVEN, 8 * B, 0, 8 * B));
    Allocation smaller = managed(3 * B);
    assertThat(attributes(smaller, 0, 3 * B).preferredLocation()).contains(Location.HOST);
    Allocation larger = managed(10 * B);
    assertThat(attributes(larger, 0, 8 * B).preferredLocation()).contains(Location.HOST);
    assertThat(attributes(larger, 8 * B, 2 * B).preferredLocation()).isEmpty();
    assertThat(state()).contains("2 clipped and 0 skipped");
    session.close();
    open(hint(Treatment.ZERO_COPY, Basis.PROVEN, 8 * B, 2 * B, B));
    Allocation other = managed(7 * B);
    assertThat(attributes(other, 0, 7 * B).preferredLocation()).isEmpty();
    assertThat(state()).contains("0 clipped and 1 skipped");
  }

  @Test
  void hintsForOtherProgramsAreCountedAndDoNothing() {
    open(hint(Treatment.ZERO_COPY, Basis.PROVEN, 8 * B, 0, 8 * B));
    Allocation data = session.allocate(8 * B, Placement.MANAGED, "else");
    assertThat(attributes(data, 0, 8 * B).preferredLocation()).isEmpty();
    assertThat(state()).startsWith("on: 0 of 1 hints met their allocation, 1 unknown");
    assertThat(session.statistics().hints().of(HintKind.PREFER).applied()).isZero();
  }

  @Test
  void plainMemoryTakesNoHints() {
    open(hint(Treatment.ZERO_COPY, Basis.PROVEN, 8 * B, 0, 8 * B));
    session.allocate(8 * B, Placement.DEVICE, "data");
    assertThat(state()).startsWith("on: 0 of 1 hints met their allocation, 1 unknown");
  }

  @Test
  void theConfigurationNamesTheFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("hints.json");
    new HintsFile(
            new HintsFile.Recorded("", false, 0, List.of()),
            List.of(hint(Treatment.ZERO_COPY, Basis.PROVEN, 2 * B, 0, 2 * B)),
            List.of())
        .write(file);
    session = Spillway.open(config().plugins(List.of()).hints(file).build());
    Allocation data = managed(2 * B);
    assertThat(attributes(data, 0, 2 * B).preferredLocation()).contains(Location.HOST);
  }

  @Test
  void allocationsWithoutALabelAreFoundByTheirLine(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("hints.json");
    session = Spillway.open(config().build());
    String[] sites = new String[2];
    for (int i = 0; i < 2; i++) {
      if (i == 1) {
        session.close();
        session = Spillway.open(config().plugins(List.of()).hints(file).build());
      }
      // Plain memory of the same line counts too while hints are applied, as while recording.
      for (int number = 0; number < 2; number++) {
        session.allocate(4 * B, number == 0 ? Placement.DEVICE : Placement.MANAGED, "");
      }
      sites[i] = session.interception().allocations().getLast().site();
      String site = i == 0 ? sites[0].replace("#0", "#1") : sites[1];
      if (i == 0) {
        new HintsFile(
                new HintsFile.Recorded("", false, 0, List.of()),
                List.of(
                    new SiteHint(
                        "test",
                        Treatment.ZERO_COPY,
                        site,
                        "",
                        false,
                        4 * B,
                        0,
                        4 * B,
                        List.of(),
                        Basis.PROVEN,
                        "",
                        Saving.NONE)),
                List.of())
            .write(file);
      } else {
        assertThat(site).contains("HintsPluginTest").contains("#1, 8 MiB");
      }
    }
    assertThat(state()).startsWith("on: 1 of 1 hints met their allocation");
  }

  @Test
  void aFileThatCannotBeUsedIsSaidAndTheProgramRuns(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("hints.json");
    session = Spillway.open(config().hints(file).build());
    assertThat(state()).startsWith("off: " + file + " cannot be read (java.nio.file.NoSuchFile");
    session.close();
    Files.writeString(file, "{\n \"spillwayHints\": 3}");
    session = Spillway.open(config().hints(file).build());
    assertThat(state()).startsWith("off: " + file + ", line 2, column 19: version 3");
    assertThat(managed(B).managed()).isTrue();
  }

  @Test
  void withoutAFileThePluginStaysAway() {
    session = Spillway.open(config().build());
    assertThat(session.statistics().plugins()).doesNotContainKey("hints");
    assertThat(session.interception().listening()).isFalse();
  }

  @Test
  void everyInstanceOfALoopGetsTheHint(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("hints.json");
    List<Allocation> made = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      session =
          Spillway.open(
              run == 0 ? config().build() : config().plugins(List.of()).hints(file).build());
      for (int i = 0; i < 3; i++) {
        made.add(session.allocate(2 * B, Placement.MANAGED, ""));
      }
      if (run == 0) {
        SiteHint hint =
            new SiteHint(
                "test",
                Treatment.ZERO_COPY,
                session.interception().allocations().getFirst().site(),
                "",
                true,
                2 * B,
                0,
                2 * B,
                List.of(),
                Basis.PROVEN,
                "",
                Saving.NONE);
        new HintsFile(new HintsFile.Recorded("", false, 0, List.of()), List.of(hint), List.of())
            .write(file);
        session.close();
        made.clear();
      }
    }
    assertThat(made)
        .hasSize(3)
        .allSatisfy(
            allocation ->
                assertThat(attributes(allocation, 0, 2 * B).preferredLocation())
                    .contains(Location.HOST));
  }
}
