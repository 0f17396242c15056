package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Interception;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.EventHandle;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often launches are timed, which two events do that take time. */
final class SeldomTimedTest {

  private static final long LAYER = 8 * ByteSize.MIB;
  private static final int LAYERS = 24;
  private static final long BUDGET = LAYERS * LAYER / 4 * 3;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private int launches;

  @AfterEach
  void close() {
    simulation.close();
  }

  /** Counts what is recorded to take time. */
  private static final class TimingRecords extends ForwardingDriver {
    private final Set<EventHandle> timing = ConcurrentHashMap.newKeySet();
    private int records;

    TimingRecords(SimulatedDriver upstream) {
      super(upstream);
    }

    @Override
    public EventHandle createTimingEvent() {
      EventHandle event = super.createTimingEvent();
      timing.add(event);
      return event;
    }

    @Override
    public void record(EventHandle event, StreamHandle stream) {
      records += timing.contains(event) ? 1 : 0;
      super.record(event, stream);
    }
  }

  private void laps(Interception session, List<Allocation> layers, int reads, int laps) {
    for (int i = 0; i < laps * LAYERS; i++) {
      var range = layers.get(i % LAYERS).range();
      Launch launch = session.launch("layer", launches++, StreamHandle.DEFAULT);
      session.declare(launch, List.of(new RangeAccess(range, AccessKind.READ)), true);
      simulation.launch(
          SimulatedKernel.of("layer", Access.read(range, reads)), StreamHandle.DEFAULT);
      session.issued(launch);
      simulation.synchronize(StreamHandle.DEFAULT);
    }
  }

  /** Timing events recorded for each launch, after many laps. */
  private double recordsALaunch(int reads) {
    TimingRecords driver = new TimingRecords(simulation);
    SpillwayConfig config =
        SpillwayConfig.builder()
            .driver(driver)
            .deviceBudget(Long.toString(BUDGET))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(new Auto()))
            .background(simulation.hostThread("mover"))
            .build();
    try (Spillway spillway = Spillway.open(config)) {
      List<Allocation> layers = new ArrayList<>();
      for (int i = 0; i < LAYERS; i++) {
        layers.add(spillway.allocate(LAYER, Placement.MANAGED, "layer " + i));
        simulation.hostTouch(layers.getLast().range(), TouchKind.WRITE);
      }
      laps(spillway.interception(), layers, reads, 60);
      int before = driver.records;
      laps(spillway.interception(), layers, reads, 40);
      layers.forEach(Allocation::close);
      return (driver.records - before) / (40.0 * LAYERS);
    }
  }

  @Test
  void launchesThatComputeForLongerThanTheirDataTakesAreTimedSeldom() {
    assertThat(recordsALaunch(300)).isLessThan(0.1);
  }

  /** Of 40 laps at least two are timed, with two events at each end, and more only at ends. */
  @Test
  void ofLapsThatWaitForTheLinkOneOfManyIsTimedAtItsEnds() {
    double timedEnds = 2 * 2 * 2 / (40.0 * LAYERS);
    assertThat(recordsALaunch(3)).isBetween(timedEnds, 6 * timedEnds);
  }
}
