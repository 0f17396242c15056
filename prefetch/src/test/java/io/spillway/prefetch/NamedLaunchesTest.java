package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.UpcomingLaunch;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A program says which experts it launches next. */
final class NamedLaunchesTest {

  private static final long EXPERT = 32 * ByteSize.MIB;
  private static final int EXPERTS = 32;
  private static final int ROOM = 8;
  private static final int LAUNCHES = 1500;

  /** Which experts are chosen: the k-th most popular a k-th as often as the first. */
  private static int[] chosen() {
    double[] upTo = new double[EXPERTS];
    double sum = 0;
    for (int i = 0; i < EXPERTS; i++) {
      sum += 1.0 / (i + 1);
      upTo[i] = sum;
    }
    double all = sum;
    Random random = new Random(1);
    return IntStream.generate(
            () -> {
              double drawn = random.nextDouble() * all;
              int expert = 0;
              while (upTo[expert] < drawn) {
                expert++;
              }
              return expert;
            })
        .limit(LAUNCHES)
        .toArray();
  }

  /**
   * How long it takes, in virtual nanoseconds.
   *
   * @param named how many launches are named before each, with that one; 0 if none is
   * @param writes whether experts are updated, or only read
   */
  private static long nanos(int named, boolean writes) {
    SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
    long nanos;
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(simulation)
                    .deviceBudget(Long.toString(ROOM * EXPERT))
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                    .plugins(List.of(new Auto()))
                    .background(simulation.hostThread("mover"))
                    .build());
        Allocation experts = spillway.allocate(EXPERTS * EXPERT, Placement.MANAGED, "experts")) {
      simulation.hostTouch(experts.range(), TouchKind.WRITE);
      if (!writes) {
        experts.readMostly();
      }
      int[] chosen = chosen();
      long start = simulation.clock().nanoTime();
      for (int i = 0; i < LAUNCHES; i++) {
        if (named > 0) {
          spillway.upcoming(
              Arrays.stream(chosen, i, Math.min(LAUNCHES, i + named))
                  .mapToObj(expert -> upcoming(experts, expert, writes))
                  .toList());
        }
        AddressRange range = experts.range().slice(chosen[i] * EXPERT, EXPERT);
        try (var scope = spillway.launch("expert", 0)) {
          if (writes) {
            scope.updates(experts, chosen[i] * EXPERT, EXPERT);
          } else {
            scope.reads(experts, chosen[i] * EXPERT, EXPERT);
          }
          Access access = writes ? Access.readWrite(range) : Access.read(range);
          simulation.launch(SimulatedKernel.of("expert", access), StreamHandle.DEFAULT);
        }
        simulation.synchronize(StreamHandle.DEFAULT);
      }
      nanos = simulation.clock().nanoTime() - start;
    }
    simulation.close();
    return nanos;
  }

  private static UpcomingLaunch upcoming(Allocation experts, int expert, boolean writes) {
    UpcomingLaunch launch = UpcomingLaunch.of("expert");
    return writes
        ? launch.updates(experts, expert * EXPERT, EXPERT)
        : launch.reads(experts, expert * EXPERT, EXPERT);
  }

  @Test
  void whatIsNamedAndSeldomUsedTakesNoRoomOfWhatIsUsedOften() {
    assertThat((double) nanos(2, false) / nanos(0, false)).isLessThan(1.05);
  }

  @Test
  void whatIsNamedIsNotWrittenBackForWhatIsSeldomUsed() {
    assertThat((double) nanos(8, true) / nanos(0, true)).isLessThan(1.05);
  }
}
