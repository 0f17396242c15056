package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.HostReserve;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.Placement;
import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.HintKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session decides, refuses and says of itself. */
final class SpillwayTest extends SessionFixture {

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

  private Spillway open(SessionListener listener) {
    SessionPlugin plugin =
        new SessionPlugin() {
          @Override
          public String name() {
            return "test";
          }

          @Override
          public SessionListener attach(SessionContext context) {
            return listener;
          }
        };
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(driver)
            .deviceBudget("64 MiB")
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
            .plugins(List.of(plugin))
            .build());
  }

  @Test
  void whatAPluginThrowsOfAllocationsDoesNotReachTheProgram() {
    SessionListener fails =
        new SessionListener() {
          @Override
          public void allocated(LiveAllocation allocation) {
            throw new IllegalStateException("allocated");
          }

          @Override
          public void freeing(AddressRange range) {
            throw new IllegalStateException("freeing");
          }
        };
    try (Spillway session = open(fails)) {
      try (Allocation data = session.allocate(80 * ByteSize.MIB, "data")) {
        assertThat(data.managed()).isTrue();
      }
      assertThat(session.statistics().allocations().frees()).isEqualTo(1);
    }
  }

  @Test
  void pluginsAreToldOfWhatCouldNotBeFreed() {
    List<String> told = new ArrayList<>();
    SessionListener listens =
        new SessionListener() {
          @Override
          public void allocated(LiveAllocation allocation) {
            told.add("allocated");
          }

          @Override
          public void freeing(AddressRange range) {
            told.add("freeing");
          }
        };
    try (Spillway session = open(listens);
        Allocation data = session.allocate(80 * ByteSize.MIB, "data")) {
      driver.fail("free", 1, CudaStatus.INVALID_VALUE);

      assertThatThrownBy(data::close).isInstanceOf(DriverException.class);

      assertThat(told).containsExactly("allocated", "freeing", "allocated");
    }
    assertThat(told).last().isEqualTo("freeing");
  }

  /** The session is closed in between, as another thread may do. */
  @Test
  void anAllocationThatTheSessionsEndFreesMeanwhileIsClosed() {
    Spillway[] session = new Spillway[1];
    SessionListener ends =
        new SessionListener() {
          @Override
          public void freeing(AddressRange range) {
            session[0].close();
          }
        };
    session[0] = open(ends);
    Allocation data = session[0].allocate(80 * ByteSize.MIB, "data");

    data.close();

    assertThat(session[0].statistics().allocations().frees()).isEqualTo(1);
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
