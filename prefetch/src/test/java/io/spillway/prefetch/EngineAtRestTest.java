package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.access.AccessKind;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.DeviceBudget;
import io.spillway.driver.StreamHandle;
import io.spillway.prefetch.govern.Rest;
import io.spillway.range.AddressRange;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An engine that has nothing to do, which launches need not tell, and what ends that. */
final class EngineAtRestTest extends EngineFixture {

  /** Fits, is there, and has been for longer than the engine looks at it. */
  private void rests(Spillway spillway, Allocation weights, int layers) {
    for (int lap = 0; lap < 2 + 2 * Rest.QUIET_LAUNCHES / layers; lap++) {
      pass(spillway, weights, layers);
      simulation.synchronize(StreamHandle.DEFAULT); // what comes has come
    }
    assertThat(state(spillway)).endsWith("; at rest, since all is there and fits");
  }

  @Test
  void whereAllIsThereAndFitsNobodyIsToldOfLaunches() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      pass(spillway, weights, 8);
      assertThat(state(spillway)).doesNotContain("at rest");
      rests(spillway, weights, 8);
      long calls = driver.calls("record") + driver.calls("streamWait") + driver.calls("prefetch");
      pass(spillway, weights, 8);
      assertThat(driver.calls("record") + driver.calls("streamWait") + driver.calls("prefetch"))
          .isEqualTo(calls);
    }
  }

  @Test
  void whatIsAllocatedWhileItRestsIsFetchedAndPredictedAgain() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 6).readMostly()) {
      rests(spillway, weights, 6);
      try (Allocation more = weights(spillway, 6).readMostly()) {
        for (int lap = 0; lap < 6; lap++) {
          pass(spillway, weights, 6);
          pass(spillway, more, 6);
        }
        assertThat(state(spillway)).doesNotContain("at rest");
        assertThat(simulation.counters().faults()).isZero();
        assertThat(mostResidentBytes).isLessThanOrEqualTo(8 * LAYER);
        assertThat(spillway.statistics().fetchedBytes()).isGreaterThan(12 * LAYER);
      }
      rests(spillway, weights, 6);
    }
  }

  /** What such a launch uses that was there does not make room for what is new. */
  @Test
  void aLaunchThatEndsTheRestKeepsAllThatItUses() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      rests(spillway, weights, 8);
      try (Allocation more = weights(spillway, 3).readMostly();
          var scope =
              spillway.launch("both", 0).reads(weights, 0, LAYER).reads(more, 0, 3 * LAYER)) {
        assertThat(scope).isNotNull();
        assertThat(simulation.residentBytes(weights.range().slice(0, LAYER))).isEqualTo(LAYER);
        assertThat(simulation.residentBytes(more.range())).isEqualTo(3 * LAYER);
        assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(5 * LAYER);
      }
    }
  }

  @Test
  void launchesWaitForWhatTheProgramFetchesWhileItRests() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 6).readMostly();
        Allocation more = weights(spillway, 1)) {
      rests(spillway, weights, 6);
      more.fetch();
      long before = driver.calls("streamWait");
      launch(spillway, "layer", 1, Touch.read(more, 0));
      assertThat(driver.calls("streamWait")).isGreaterThan(before);
    }
  }

  @Test
  void aBudgetThatShrinksWhileItRestsIsKept() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      rests(spillway, weights, 8);
      spillway.resizeBudget(DeviceBudget.ofBytes(4 * LAYER));
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(4 * LAYER);
      pass(spillway, weights, 8);
      assertThat(state(spillway)).doesNotContain("at rest");
    }
  }

  @Test
  void aWriteWhileItRestsTakesReadMostlyBackFirst() {
    try (Spillway spillway = open(LAYERS * LAYER / 3);
        Allocation weights = weights(spillway, LAYERS)) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, LAYERS);
      }
      AddressRange found = foundToBeOnlyRead(weights);
      spillway.resizeBudget(DeviceBudget.ofBytes(LAYERS * LAYER));
      rests(spillway, weights, LAYERS);

      var session = spillway.interception();
      var launch = session.launch("unknown", 0, StreamHandle.DEFAULT);
      session.declare(launch, List.of(new RangeAccess(found, AccessKind.UNKNOWN)), true);

      assertThat(simulation.attributes(found).readMostly()).isFalse();
      session.issued(launch);
      assertThat(state(spillway)).doesNotContain("at rest");
    }
  }
}
