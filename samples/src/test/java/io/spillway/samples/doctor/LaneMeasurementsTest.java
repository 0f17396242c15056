package io.spillway.samples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.Placement;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.Machine;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Figures are simulated: what is tested is that they are taken, and leave nothing behind. */
final class LaneMeasurementsTest {

  private static final GpuModel MODEL = GpuModel.h200();

  private final Machine machine = Devices.simulate(MODEL, false);
  private final AtomicInteger open = new AtomicInteger();

  @AfterEach
  void close() {
    assertThat(open).as("siblings").hasValue(0);
    machine.close();
  }

  /** The machine, whose driver's siblings have contexts of their own. */
  private Machine withContexts() {
    return withSiblings(
        upstream -> {
          open.incrementAndGet();
          return SiblingDriver.owning(
              new ForwardingDriver(upstream.openSibling()) {
                @Override
                public void close() {
                  super.close();
                  open.decrementAndGet();
                }
              });
        });
  }

  private Machine withSiblings(UnaryOperator<UnifiedMemoryDriver> opened) {
    UnifiedMemoryDriver driver =
        new ForwardingDriver(machine.driver()) {
          @Override
          public UnifiedMemoryDriver openSibling() {
            return opened.apply(upstream());
          }
        };
    return (Machine)
        Proxy.newProxyInstance(
            Machine.class.getClassLoader(),
            new Class<?>[] {Machine.class},
            (_, method, arguments) ->
                method.getName().equals("driver") ? driver : method.invoke(machine, arguments));
  }

  /** Joins a session for what it knows. */
  private static final class Joining implements SessionPlugin {
    private @Nullable SessionContext context;

    @Override
    public String name() {
      return "joining";
    }

    @Override
    public SessionListener attach(SessionContext joined) {
      context = joined;
      return new SessionListener() {};
    }
  }

  private List<Measurement> take(Machine of, long bytes) {
    Joining joining = new Joining();
    SpillwayConfig config =
        SpillwayConfig.builder()
            .driver(machine.driver())
            .hostMemoryGuard(machine.hostMemory())
            .plugins(List.of(joining))
            .build();
    try (Spillway session = Spillway.open(config);
        Allocation allocation = session.allocate(bytes, Placement.MANAGED, "measured")) {
      machine.hostWrites(allocation.range());
      allocation.readMostly();
      return new LaneMeasurements(of, allocation.range(), joining.context.applier()).take();
    }
  }

  @Test
  void oneContextAndTwoAreMeasuredAloneAndBesideKernels() {
    List<Measurement> found = take(withContexts(), ByteSize.GIB);

    assertThat(found)
        .extracting(Measurement::id)
        .containsExactly(
            "fetch.drop.1", "fetch.drop.2", "fetch.drop.1.beside", "fetch.drop.2.beside");
    assertThat(found)
        .allSatisfy(
            each -> assertThat(each.gbps()).isBetween(1.0, MODEL.prefetchLinkGBps() * 1.01));
  }

  @ParameterizedTest
  @ValueSource(longs = {384 * ByteSize.MIB, 2 * ByteSize.MIB})
  void tooLittleToCycleThroughIsNotMeasured(long bytes) {
    assertThat(take(withContexts(), bytes)).isEmpty();
  }

  @Test
  void whereMovingHasNoContextOfItsOwnThereIsNothingToMeasure() {
    assertThat(take(withSiblings(SiblingDriver::of), ByteSize.GIB)).isEmpty();
  }
}
