package io.spillway.allocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Budgets of several sessions on one device. */
final class DeviceSharesTest {

  private static final long DEVICE = 256 * ByteSize.MIB;

  private static SimulatedDriver device() {
    return SimulatedDriver.builder(GpuModel.h200()).deviceBytes(DEVICE).open();
  }

  private static Spillway open(
      UnifiedMemoryDriver driver, DeviceShares shares, Optional<String> most) {
    SpillwayConfig.Builder config =
        SpillwayConfig.builder()
            .driver(driver)
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
            .deviceShares(shares)
            .plugins(List.of());
    most.ifPresent(config::deviceBudget);
    return Spillway.open(config.build());
  }

  @Test
  void whoAsksForNoBudgetTakesWhatIsLeft() {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofPercent(100));
    try (SimulatedDriver driver = device();
        Spillway first = open(driver, shares, Optional.empty());
        Spillway second = open(driver, shares, Optional.empty())) {
      assertThat(first.budgetBytes()).isEqualTo(192 * ByteSize.MIB);
      assertThat(second.budgetBytes()).isEqualTo(64 * ByteSize.MIB);
      assertThatThrownBy(() -> open(driver, shares, Optional.empty()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "device budget of 75% (192 MiB): sessions on device 0 share 256 MiB, of which others"
                  + " have 256 MiB; make theirs smaller first, with Spillway.resizeBudget");
    }
    assertThat(shares.takenBytes(0)).isZero();
  }

  @Test
  void whoAsksForMoreThanIsLeftIsToldHowMuchThatIs() {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(200 * ByteSize.MIB));
    try (SimulatedDriver driver = device();
        Spillway first = open(driver, shares, Optional.of("120 MiB"))) {
      assertThatThrownBy(() -> open(driver, shares, Optional.of("50%")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "device budget of 50% (128 MiB): sessions on device 0 share 200 MiB, of which others"
                  + " have 120 MiB; set a budget of at most 80 MiB, or make theirs smaller first,"
                  + " with Spillway.resizeBudget");
      first.resizeBudget(DeviceBudget.ofBytes(72 * ByteSize.MIB));
      try (Spillway second = open(driver, shares, Optional.of("50%"))) {
        assertThat(second.budgetBytes()).isEqualTo(128 * ByteSize.MIB);
        assertThatThrownBy(() -> first.resizeBudget(DeviceBudget.ofBytes(74 * ByteSize.MIB)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("set a budget of at most 72 MiB");
        assertThat(first.budgetBytes()).as("it stays").isEqualTo(72 * ByteSize.MIB);
      }
      first.resizeBudget(DeviceBudget.ofBytes(74 * ByteSize.MIB));
      assertThat(shares.takenBytes(0)).isEqualTo(74 * ByteSize.MIB);
    }
  }

  @Test
  void aShareIsGivenBackWhenNothingOfItIsOnTheDeviceAnyMore() {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofPercent(100));
    List<Long> whenFreed = new ArrayList<>();
    try (SimulatedDriver driver = device()) {
      ForwardingDriver watched =
          new ForwardingDriver(driver) {
            @Override
            public void free(AddressRange range) {
              whenFreed.add(shares.takenBytes(0));
              super.free(range);
            }
          };
      Spillway session = open(watched, shares, Optional.of("64 MiB"));
      Allocation left = session.allocate(2 * ByteSize.MIB, Placement.MANAGED, "left");
      assertThat(left.range().bytes()).isPositive();

      session.close();

      assertThat(whenFreed).containsExactly(64 * ByteSize.MIB);
      assertThat(shares.takenBytes(0)).isZero();
    }
  }

  @Test
  void simulatedDevicesAreNobodyElses() {
    try (SimulatedDriver one = device();
        SimulatedDriver other = device();
        Spillway first =
            Spillway.open(SpillwayConfig.builder().driver(one).plugins(List.of()).build());
        Spillway second =
            Spillway.open(SpillwayConfig.builder().driver(other).plugins(List.of()).build())) {
      assertThat(first.budgetBytes()).isEqualTo(second.budgetBytes());
      assertThat(DeviceShares.ofThisProcess().takenBytes(0)).isZero();
    }
  }

  /** By the binding of a real driver, whose devices are all there are. */
  @Test
  @Tag("stub")
  void allSessionsOfAProcessShareADevice() {
    StubCuda.assumeFresh();
    SpillwayConfig half = SpillwayConfig.builder().deviceBudget("60%").plugins(List.of()).build();
    long before = DeviceShares.ofThisProcess().takenBytes(0);
    try (Spillway first = Spillway.open(half)) {
      assertThat(DeviceShares.ofThisProcess().takenBytes(0))
          .isEqualTo(before + first.budgetBytes());
      assertThatThrownBy(() -> Spillway.open(half))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sessions on device 0 share 8 GiB");
    }
    assertThat(DeviceShares.ofThisProcess().takenBytes(0)).isEqualTo(before);
  }

  /** Sessions that come, go and change their minds, by several threads at a time. */
  @Property(tries = 20)
  void whateverSessionsDoTheirBudgetsAddUpToTheTotalAtMost(@ForAll long seed) {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(DEVICE / 2));
    AtomicBoolean beyond = new AtomicBoolean();
    try (SimulatedDriver driver = device()) {
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        for (int thread = 0; thread < 3; thread++) {
          Random random = new Random(seed + thread);
          threads.execute(
              () -> {
                for (int i = 0; i < 20; i++) {
                  try (Spillway session = open(driver, shares, percent(random))) {
                    session.resizeBudget(DeviceBudget.parse(percent(random).orElseThrow()));
                  } catch (IllegalArgumentException e) {
                    // There was less.
                  } finally {
                    if (shares.takenBytes(0) > DEVICE / 2) {
                      beyond.set(true);
                    }
                  }
                }
              });
        }
      }
    }
    assertThat(beyond).isFalse();
    assertThat(shares.takenBytes(0)).isZero();
  }

  private static Optional<String> percent(Random random) {
    return Optional.of(1 + random.nextInt(50) + "%");
  }
}
