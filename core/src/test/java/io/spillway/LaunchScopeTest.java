package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What plugins are told of launches, and when they are not. */
final class LaunchScopeTest {

  /** Notes what it is told. */
  private static final class Ear implements SessionPlugin, SessionListener {
    private final List<String> told = new ArrayList<>();

    @Override
    public String name() {
      return "ear";
    }

    @Override
    public SessionListener attach(SessionContext context) {
      return this;
    }

    @Override
    public void declared(Launch launch, RangeAccess access) {
      told.add("declared " + launch.label());
    }

    @Override
    public void issued(Launch launch) {
      told.add("issued " + launch.label());
    }

    @Override
    public void upcoming(List<UpcomingLaunch> launches) {
      launches.forEach(launch -> told.add("upcoming " + launch.label()));
    }

    @Override
    public void freeing(AddressRange range) {}

    @Override
    public void close() {}
  }

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final StreamHandle captured = simulation.createStream();
  private final Ear ear = new Ear();
  private final Spillway spillway =
      Spillway.open(
          SpillwayConfig.builder()
              .driver(
                  new ForwardingDriver(simulation) {
                    @Override
                    public boolean capturing(StreamHandle stream) {
                      return stream.equals(captured);
                    }
                  })
              .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
              .plugins(List.of(ear))
              .background(simulation.hostThread("background"))
              .build());
  private final Allocation data = spillway.allocate(4 * Blocks.BYTES, Placement.MANAGED, "data");

  @AfterEach
  void close() {
    data.close();
    spillway.close();
    simulation.close();
  }

  @Test
  void nobodyIsToldOfALaunchThatIsOnlyRecordedIntoAGraph() {
    spillway.launch("recorded", 0).on(captured).reads(data).close();
    spillway.launch("recorded", 1).on(captured).close();
    spillway.launch("made", 0).reads(data).writes(data).close();
    spillway.launch("made", 1).close();

    assertThat(ear.told)
        .containsExactly("declared made", "declared made", "issued made", "issued made");
  }

  @Test
  void upcomingLaunchesAreDescribedAsTheirScopesWillBe() {
    UpcomingLaunch expert =
        UpcomingLaunch.of("expert")
            .reads(data, 0, Blocks.BYTES)
            .updates(data, Blocks.BYTES, 5)
            .writes(data, 2 * Blocks.BYTES, 7);

    spillway.upcoming(List.of(expert, UpcomingLaunch.of("norm")));

    assertThat(expert.accesses())
        .containsExactly(
            new RangeAccess(data.range().slice(0, Blocks.BYTES), AccessKind.READ),
            new RangeAccess(data.range().slice(Blocks.BYTES, 5), AccessKind.READ_WRITE),
            new RangeAccess(data.range().slice(2 * Blocks.BYTES, 7), AccessKind.WRITE));
    assertThat(ear.told).containsExactly("upcoming expert", "upcoming norm");
    assertThatThrownBy(() -> expert.reads(data, 4 * Blocks.BYTES, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
