package io.spillway.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.benchmarks.trace.Characteristic;
import io.spillway.benchmarks.trace.Effect;
import io.spillway.benchmarks.trace.Span;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceBuilder;
import io.spillway.benchmarks.trace.TraceLaunch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is changed is, and nothing else. */
class TraceVariantTest {

  private static Trace trace() {
    TraceBuilder trace =
        new TraceBuilder("two")
            .tells(Characteristic.CYCLIC)
            .tells(Characteristic.LIFETIMES)
            .timedOn("l4");
    int weights = trace.readOnlyRegion("weights", 101);
    int scratch = trace.emptyRegion("scratch", 10);
    for (int lap = 0; lap < 2; lap++) {
      trace.lap().launch("a", 3, 1001).reads(weights, 0, 101).writes(scratch, 4, 1);
      trace.touch(scratch, 0, 10, Effect.UPDATE, 0.5).dies(scratch, 0, 10);
    }
    return trace.build();
  }

  @Test
  void timesAreScaledAndRounded() {
    Trace scaled = TraceVariant.timesScaled(trace(), 2.5);
    assertThat(scaled.launches()).isEqualTo(2);
    assertThat(scaled.laps()).isEqualTo(2);
    assertThat(scaled.lastLapStart()).isEqualTo(1);
    assertThat(scaled.timedOn()).contains("l4");
    assertThat(scaled.regions()).isEqualTo(trace().regions());
    assertThat(scaled.characteristics()).isEqualTo(trace().characteristics());
    TraceLaunch launch = scaled.launch(1);
    assertThat(launch.computeNanos()).isEqualTo(2503);
    assertThat(launch.touches()).isEqualTo(trace().launch(1).touches());
    assertThat(launch.dead()).isEqualTo(trace().launch(1).dead());
    assertThat(launch.ordinal()).isEqualTo(3);
  }

  @Test
  void aLaunchBecomesTwoThatTouchTheSameBytes() {
    Trace split = TraceVariant.launchesSplit(trace());
    assertThat(split.launches()).isEqualTo(4);
    assertThat(split.laps()).isEqualTo(2);
    assertThat(split.lastLapStart()).isEqualTo(2);
    assertThat(split.launch(2))
        .isEqualTo(
            new TraceLaunch(
                2,
                "a",
                6,
                500,
                List.of(
                    new Touch(0, 0, 51, Effect.READ, 1),
                    new Touch(1, 4, 1, Effect.WRITE, 1),
                    new Touch(1, 0, 5, Effect.UPDATE, 0.5)),
                List.of()));
    assertThat(split.launch(3))
        .isEqualTo(
            new TraceLaunch(
                3,
                "a",
                7,
                501,
                List.of(
                    new Touch(0, 51, 50, Effect.READ, 1), new Touch(1, 5, 5, Effect.UPDATE, 0.5)),
                List.of(new Span(1, 0, 10))));
  }
}
