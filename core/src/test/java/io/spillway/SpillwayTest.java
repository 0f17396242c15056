package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.HostReserve;
import io.spillway.allocate.Placement;
import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.TouchKind;
import io.spillway.hint.Hint;
import io.spillway.hint.HintKind;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The face over the simulated driver, whose contents are real here. */
final class SpillwayTest {

  private final SimulatedDriver simulation =
      SimulatedDriver.builder(GpuModel.h200()).deviceBytes(256 * ByteSize.MIB).backed(true).open();
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);

  /** Writes down what a plugin is told. */
  private static final class Witness implements SessionPlugin, SessionListener {
    private final List<String> told = new ArrayList<>();

    @Override
    public String name() {
      return "witness";
    }

    @Override
    public SessionListener attach(SessionContext context) {
      told.add("attach " + ByteSize.format(context.residentLimitBytes().getAsLong()));
      return this;
    }

    @Override
    public void declared(Launch launch, RangeAccess access) {
      told.add(
          "%s %d %s %s"
              .formatted(
                  launch.label(),
                  launch.ordinal(),
                  access.kind(),
                  ByteSize.format(access.range().bytes())));
    }

    @Override
    public void issued(Launch launch) {
      told.add("issued " + launch.sequence());
    }

    @Override
    public void budgetResized() {
      told.add("budget resized");
    }

    @Override
    public void freeing(AddressRange range) {
      told.add("freeing " + ByteSize.format(range.bytes()));
    }

    @Override
    public void close() {
      told.add("close");
    }
  }

  private final Witness witness = new Witness();

  private Spillway open(UnifiedMemoryDriver over) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(over)
            .deviceBudget("64 MiB")
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
            .plugins(List.of(witness))
            .background(simulation.hostThread("background"))
            .build());
  }

  private Spillway open() {
    return open(driver);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(driver.leaks()).isEmpty();
    assertThat(driver.closings()).as("a driver that was handed in is not closed").isZero();
    simulation.close();
  }

  @Test
  void whatFitsIsPlainAndWhatDoesNotIsManaged() {
    try (Spillway spillway = open();
        Allocation small = spillway.allocate(16 * ByteSize.MIB, "small");
        Allocation large = spillway.allocate(80 * ByteSize.MIB, "large")) {
      assertThat(small.managed()).isFalse();
      assertThat(large.managed()).isTrue();
      assertThat(spillway.statistics().allocations().redirects()).isEqualTo(1);
      assertThat(spillway.statistics().allocations().redirectedBytes())
          .isEqualTo(80 * ByteSize.MIB);
      assertThat(spillway.active()).isTrue();
    }
  }

  @Test
  void theBudgetCanBeChangedWhileTheSessionIsOpen() {
    try (Spillway spillway = open()) {
      spillway.resizeBudget(DeviceBudget.ofPercent(50));
      assertThat(spillway.budgetBytes()).isEqualTo(128 * ByteSize.MIB);
      assertThat(witness.told).contains("budget resized");
      try (Allocation fits = spillway.allocate(80 * ByteSize.MIB, "fits")) {
        assertThat(fits.managed()).isFalse();
      }
      assertThatThrownBy(() -> spillway.resizeBudget(DeviceBudget.ofBytes(ByteSize.GIB)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the device has 256 MiB");
      assertThat(spillway.budgetBytes()).isEqualTo(128 * ByteSize.MIB);
    }
  }

  /** Takes the context. */
  private static final class Limit implements SessionPlugin, SessionListener {
    private LongSupplier bytes = () -> -1;

    @Override
    public String name() {
      return "limit";
    }

    @Override
    public SessionListener attach(SessionContext context) {
      bytes = context.residentLimitBytes();
      return this;
    }

    @Override
    public boolean listening() {
      return false;
    }
  }

  @Test
  void withoutABudgetManagedMemoryHasWhatPlainMemoryLeavesAndThreeQuartersAtMost() {
    Limit limit = new Limit();
    try (Spillway spillway =
        Spillway.open(
            SpillwayConfig.builder()
                .driver(driver)
                .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
                .plugins(List.of(limit))
                .build())) {
      assertThat(spillway.interception().listening()).as("nobody wants to").isFalse();
      assertThat(limit.bytes.getAsLong()).isEqualTo(192 * ByteSize.MIB);
      try (Allocation plain =
          spillway.allocate(200 * ByteSize.MIB, Placement.DEVICE, "cannot leave")) {
        assertThat(plain.managed()).isFalse();
        // A sixteenth of the device is headroom: 16 MiB.
        assertThat(limit.bytes.getAsLong()).isEqualTo((256 - 200 - 16) * ByteSize.MIB);
      }
      assertThat(limit.bytes.getAsLong()).isEqualTo(192 * ByteSize.MIB);
    }
  }

  @Test
  void theHostSeesManagedMemoryAndNotPlainMemory() {
    try (Spillway spillway = open();
        Allocation managed = spillway.allocate(3 * ByteSize.MIB + 5, Placement.MANAGED, "m");
        Allocation plain = spillway.allocate(ByteSize.MIB, Placement.DEVICE, "p")) {
      assertThat(managed.segment().byteSize()).isEqualTo(3 * ByteSize.MIB + 5);
      managed.segment().set(ValueLayout.JAVA_LONG, 8, 42);
      assertThat(managed.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
      assertThatThrownBy(plain::segment)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'p'")
          .hasMessageEndingWith(
              "has no host view: use copyFrom and copyTo, or ask for Placement.MANAGED when"
                  + " allocating");
    }
  }

  @Test
  void copiesReachBothKindsOfMemory() {
    long bytes = 33 * ByteSize.MIB + 17;
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(bytes);
      for (long i = 0; i < bytes; i++) {
        source.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + (i >> 12)));
      }
      for (Placement placement : List.of(Placement.DEVICE, Placement.MANAGED)) {
        try (Allocation allocation = spillway.allocate(bytes + 64, placement, "copied")) {
          MemorySegment target = arena.allocate(bytes);
          allocation.copyFrom(source, 64);
          allocation.copyTo(target, 64);
          assertThat(source.mismatch(target)).as(placement.name()).isEqualTo(-1);
          assertThatThrownBy(() -> allocation.copyFrom(source, 65))
              .isInstanceOf(IndexOutOfBoundsException.class)
              .hasMessageContaining("offset 65, length " + bytes);
        }
      }
    }
  }

  @Test
  void whatWasCopiedInIsPromisedNoLonger() {
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined();
        Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights")) {
      MemorySegment source = arena.allocate(5 * ByteSize.MIB);
      assertThat(promised(spillway)).isEqualTo(8 * ByteSize.MIB);
      weights.copyFrom(source, ByteSize.MIB);
      assertThat(promised(spillway)).as("two whole blocks").isEqualTo(4 * ByteSize.MIB);
      weights.copyFrom(source, 2 * ByteSize.MIB);
      assertThat(promised(spillway)).as("the same two again").isEqualTo(4 * ByteSize.MIB);
      weights.close();
      assertThat(promised(spillway)).isZero();
    }
  }

  private static long promised(Spillway spillway) {
    return spillway.statistics().allocations().promisedHostBytes();
  }

  @Test
  void aCopyIntoManagedMemoryWaitsForWorkUnderWay() {
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined();
        Allocation input = spillway.allocate(4 * ByteSize.MIB, Placement.MANAGED, "input")) {
      long before = driver.calls("synchronize");
      input.copyFrom(arena.allocate(ByteSize.MIB), 0);
      assertThat(driver.calls("synchronize")).isEqualTo(before + 1);
    }
  }

  @Test
  void aClosedAllocationRefusesEverything() {
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined()) {
      Allocation gone = spillway.allocate(4 * ByteSize.MIB, Placement.MANAGED, "gone");
      gone.close();
      MemorySegment some = arena.allocate(64);
      List<ThrowingCallable> uses =
          List.of(
              gone::segment,
              () -> gone.copyFrom(some, 0),
              () -> gone.copyTo(some, 0),
              gone::readMostly,
              gone::notReadMostly,
              gone::zeroCopy,
              gone::fetch,
              gone::drop,
              gone::discard,
              () -> spillway.launch("late", 0).reads(gone),
              () -> spillway.launch("late", 0).writes(gone, 0, 1));
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(use)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("'gone'")
            .hasMessageEndingWith("is closed: allocate it anew");
      }
    }
  }

  @Test
  void hintMethodsTellTheDriver() {
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data")) {
      data.zeroCopy();
      assertThat(simulation.attributes(data.range()).preferredLocation()).contains(Location.HOST);
      assertThat(simulation.attributes(data.range()).accessedBy())
          .containsExactly(Location.device(0));
      data.readMostly();
      assertThat(simulation.attributes(data.range()).readMostly()).isTrue();
      data.notReadMostly();
      assertThat(simulation.attributes(data.range()).readMostly()).isFalse();
      assertThat(simulation.attributes(data.range()).preferredLocation()).isEmpty();
      data.fetch();
      assertThat(simulation.residentBytes(data.range())).isEqualTo(8 * ByteSize.MIB);
      data.discard();
      spillway.apply(Plan.of(new Hint.WriteBack(data.range())));
      assertThat(simulation.counters().bytesOut()).isZero();
      assertThat(spillway.statistics().hints().refused()).isZero();
    }
  }

  @Test
  void hintMethodsOfAPartLeaveTheRestAlone() {
    long block = Blocks.BYTES;
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(5 * block - 1, Placement.MANAGED, "data")) {
      AddressRange all = data.range();
      simulation.hostTouch(all, TouchKind.WRITE);
      data.zeroCopy(block, block);
      assertThat(simulation.attributes(all.slice(block, block)).accessedBy())
          .containsExactly(Location.device(0));
      assertThat(simulation.attributes(all.slice(2 * block, block)).accessedBy()).isEmpty();

      data.readMostly(2 * block, 3 * block - 1); // to the end, which is in a block of its own
      assertThat(simulation.attributes(all.slice(2 * block, 3 * block - 1)).readMostly()).isTrue();
      assertThat(simulation.attributes(all.slice(0, 2 * block)).readMostly()).isFalse();
      data.notReadMostly(2 * block, 1);
      assertThat(simulation.attributes(all.slice(2 * block, block)).readMostly()).isFalse();
      assertThat(simulation.attributes(all.slice(3 * block, block)).readMostly()).isTrue();

      data.fetch(2 * block, 2 * block);
      assertThat(simulation.residentBytes(all)).isEqualTo(2 * block);
      data.drop(3 * block, block);
      assertThat(simulation.residentBytes(all)).isEqualTo(block);
      data.discard(2 * block, block);
      spillway.apply(Plan.of(new Hint.WriteBack(all)));
      assertThat(simulation.counters().bytesOut()).isZero();
      assertThat(spillway.statistics().hints().refused()).isZero();
    }
  }

  @Test
  void aPartHasToBeInside() {
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(Blocks.BYTES, Placement.MANAGED, "data")) {
      List<ThrowingCallable> outside =
          List.of(
              () -> data.readMostly(0, Blocks.BYTES + 1),
              () -> data.notReadMostly(Blocks.BYTES, 1),
              () -> data.zeroCopy(-1, 1),
              () -> data.fetch(1, Blocks.BYTES),
              () -> data.drop(0, 0),
              () -> data.discard(0, -1));
      for (ThrowingCallable call : outside) {
        assertThatThrownBy(call)
            .isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessageContaining("not inside the 2097152 bytes");
      }
      assertThat(spillway.statistics().hints().byKind().values())
          .allMatch(count -> count.applied() + count.clippedAway() == 0);
    }
  }

  @Test
  void fetchingHappensInTheBackground() {
    List<Runnable> later = new ArrayList<>();
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
                    .plugins(List.of())
                    .background(later::add)
                    .build());
        Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data")) {
      data.fetch();
      assertThat(driver.calls("prefetch")).isZero();
      later.forEach(Runnable::run);
      assertThat(driver.calls("prefetch")).isEqualTo(1);
    }
  }

  @Test
  void hintsThatCannotBePutInOrderAreRefusedNotThrown() {
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data")) {
      driver.fail("record", 1, CudaStatus.INVALID_HANDLE);
      data.readMostly();
      assertThat(spillway.statistics().hints().refused()).isEqualTo(2);
      assertThat(simulation.attributes(data.range()).readMostly()).isFalse();
    }
  }

  @Test
  void aPluginThatCannotJoinLeavesNothingBehind() {
    SessionPlugin broken =
        new SessionPlugin() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public SessionListener attach(SessionContext context) {
            throw new IllegalStateException("no thanks");
          }
        };
    assertThatThrownBy(
            () ->
                Spillway.open(
                    SpillwayConfig.builder()
                        .driver(driver)
                        .plugins(List.of(witness, broken))
                        .build()))
        .hasMessage("no thanks");
    assertThat(witness.told).hasSize(2).endsWith("close");
  }

  @Test
  void closingAnAllocationAfterItsSessionDoesNothing() {
    Spillway spillway = open();
    Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data");
    LaunchScope scope = spillway.launch("layer", 0).reads(data);
    spillway.close();
    data.close();
    scope.close();
    assertThat(data.managed()).isTrue();
  }

  @Test
  void pluginsHearOfLaunchesFreesAndTheEnd() {
    Spillway spillway = open();
    Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights");
    Allocation state = spillway.allocate(2 * ByteSize.MIB, Placement.MANAGED, "state");
    try (var scope =
        spillway.launch("layer", 3).reads(weights, 0, 4 * ByteSize.MIB).updates(state)) {
      assertThat(scope).isNotNull();
    }
    state.close();
    state.close();
    spillway.close();
    spillway.close();
    assertThat(witness.told)
        .containsExactly(
            "attach 64 MiB",
            "layer 3 READ 4 MiB",
            "layer 3 READ_WRITE 2 MiB",
            "issued 0",
            "freeing 2 MiB",
            "close");
    assertThat(weights.bytes()).isEqualTo(8 * ByteSize.MIB);
  }

  @Test
  void aDeclaredWriteTakesReadMostlyBack() {
    try (Spillway spillway = open();
        Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights")) {
      weights.readMostly();
      assertThat(simulation.attributes(weights.range()).readMostly()).isTrue();
      spillway.launch("layer", 0).writes(weights, 0, Blocks.BYTES).close();
      assertThat(simulation.attributes(weights.range().slice(0, Blocks.BYTES)).readMostly())
          .isFalse();
      assertThat(
              simulation.attributes(weights.range().slice(Blocks.BYTES, Blocks.BYTES)).readMostly())
          .isTrue();
    }
  }

  @Test
  void withoutConcurrentAccessItIsInactiveAndSaysWhy() {
    UnifiedMemoryDriver limited =
        new ForwardingDriver(driver) {
          @Override
          public Capabilities capabilities() {
            return new Capabilities(
                Map.of(Capability.CONCURRENT_MANAGED_ACCESS, "the device says 0"));
          }
        };
    try (Spillway spillway = open(limited);
        Allocation allocation = spillway.allocate(80 * ByteSize.MIB, "large")) {
      assertThat(spillway.active()).isFalse();
      assertThat(spillway.statistics().inactiveReason()).hasValue("the device says 0");
      assertThat(spillway.statistics().toString()).startsWith("inactive: the device says 0; ");
      assertThat(allocation.managed()).isFalse();
      assertThat(allocation.readMostly().fetch().drop()).isSameAs(allocation);
      assertThat(witness.told).isEmpty();
    }
  }

  @Test
  void scopesRefuseWhatComesTooLateOrLiesOutside() {
    try (Spillway spillway = open();
        Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights")) {
      LaunchScope scope = spillway.launch("layer", 7).reads(weights);
      assertThatThrownBy(() -> scope.on(StreamHandle.DEFAULT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("launch 'layer' 7: name the stream before the first range");
      assertThatThrownBy(() -> scope.reads(weights, 8 * ByteSize.MIB, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      scope.close();
      scope.close();
      assertThatThrownBy(() -> scope.reads(weights))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("launch 'layer' 7: its scope is closed");
    }
  }

  @Test
  void aClosedSessionRefusesWork() {
    Spillway spillway = open();
    spillway.close();
    assertThatThrownBy(() -> spillway.allocate(1, "late"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this Spillway session is closed: open another");
    assertThatThrownBy(() -> spillway.launch("late", 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aBudgetBeyondTheDeviceIsRefusedWithBothFigures() {
    assertThatThrownBy(
            () ->
                Spillway.open(
                    SpillwayConfig.builder().driver(driver).deviceBudget("257 MiB").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device budget of 257 MiB: the device has 256 MiB; set a budget of at least 2 MiB (one"
                + " block) and at most that");
  }

  @Test
  void aHostShortOfMemoryIsReportedWhileTheSessionIsOpen() throws Exception {
    UnifiedMemoryDriver hardware =
        new ForwardingDriver(driver) {
          @Override
          public DeviceInfo device() {
            DeviceInfo info = super.device();
            return new DeviceInfo(
                info.driverName(),
                false,
                info.ordinal(),
                info.deviceName(),
                info.computeMajor(),
                info.computeMinor(),
                info.totalBytes(),
                info.cudaVersion());
          }
        };
    CompletableFuture<String> said = new CompletableFuture<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.complete(new SimpleFormatter().formatMessage(record));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Spillway.class.getName());
    logger.addHandler(handler);
    try (Spillway spillway =
        Spillway.open(
            SpillwayConfig.builder()
                .driver(hardware)
                .plugins(List.of())
                .hostMemoryGuard(new HostMemoryGuard(HostReserve.ofBytes(ByteSize.TIB << 10)))
                .build())) {
      assertThat(spillway.active()).isTrue();
      assertThat(said.get(1, TimeUnit.MINUTES)).startsWith("host memory: ");
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void whatHappensIsInTheFlightRecording(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("spillway.jfr");
    try (Recording recording = new Recording()) {
      for (String event : List.of("Redirect", "Hint", "Move", "Drop", "Access")) {
        recording.enable("io.spillway." + event);
      }
      recording.start();
      try (Spillway spillway = open();
          Allocation weights = spillway.allocate(80 * ByteSize.MIB, "weights")) {
        weights.readMostly().fetch().drop();
        spillway.launch("layer", 2).reads(weights, 0, 4096).close();
      }
      recording.stop();
      recording.dump(file);
    }
    assertThat(Files.size(file)).isPositive();
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(events.stream().map(event -> event.getEventType().getName()))
        .containsOnly(
            "io.spillway.Session",
            "io.spillway.Allocation",
            "io.spillway.Free",
            "io.spillway.Redirect",
            "io.spillway.Hint",
            "io.spillway.Move",
            "io.spillway.Drop",
            "io.spillway.Access");
    RecordedEvent access = only(events, "io.spillway.Access");
    assertThat(access.getString("launch")).isEqualTo("layer");
    assertThat(access.getInt("ordinal")).isEqualTo(2);
    assertThat(access.getLong("bytes")).isEqualTo(4096);
    assertThat(access.getString("kind")).isEqualTo("READ");
    RecordedEvent drop = only(events, "io.spillway.Drop");
    assertThat(drop.getString("kind")).isEqualTo(HintKind.DROP.name());
    assertThat(drop.getLong("bytes")).isEqualTo(80 * ByteSize.MIB);
    RecordedEvent redirect = only(events, "io.spillway.Redirect");
    assertThat(redirect.getString("label")).isEqualTo("weights");
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found =
        events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}
