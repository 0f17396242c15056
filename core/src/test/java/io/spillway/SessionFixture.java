package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/**
 * A session over the simulated driver, whose contents are real here; after each test, nothing is
 * left.
 */
abstract class SessionFixture {

  final SimulatedDriver simulation =
      SimulatedDriver.builder(GpuModel.h200()).deviceBytes(256 * ByteSize.MIB).backed(true).open();
  final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);

  /** Writes down what a plugin is told. */
  static final class Witness implements SessionPlugin, SessionListener {
    final List<String> told = new ArrayList<>();

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

  final Witness witness = new Witness();

  Spillway open(UnifiedMemoryDriver over) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(over)
            .deviceBudget("64 MiB")
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
            .plugins(List.of(witness))
            .background(simulation.hostThread("background"))
            .build());
  }

  Spillway open() {
    return open(driver);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(driver.leaks()).isEmpty();
    assertThat(driver.closings()).as("a driver that was handed in is not closed").isZero();
    simulation.close();
  }
}
