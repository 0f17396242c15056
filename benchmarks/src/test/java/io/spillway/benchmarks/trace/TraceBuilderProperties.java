package io.spillway.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is put in comes out, in order. */
final class TraceBuilderProperties {

  private static final long REGION_BYTES = 1000;

  @Provide
  Arbitrary<List<TraceLaunch>> launches() {
    Arbitrary<Touch> touch =
        Combinators.combine(
                Arbitraries.integers().between(0, 2),
                Arbitraries.longs().between(0, REGION_BYTES - 1),
                Arbitraries.longs().between(1, REGION_BYTES),
                Arbitraries.of(Effect.class),
                Arbitraries.of(1.0, 0.5, 0.25))
            .as(
                (region, offset, bytes, effect, density) ->
                    new Touch(
                        region, offset, Math.min(bytes, REGION_BYTES - offset), effect, density));
    Arbitrary<TraceLaunch> launch =
        Combinators.combine(
                Arbitraries.of("a", "b", "c"),
                Arbitraries.integers(),
                Arbitraries.longs().between(0, Long.MAX_VALUE),
                touch.list().ofMinSize(1).ofMaxSize(6))
            .as(
                (label, ordinal, nanos, touches) ->
                    new TraceLaunch(
                        0,
                        label,
                        ordinal,
                        nanos,
                        touches,
                        touches.stream()
                            .map(t -> new Span(t.region(), t.offset(), t.bytes()))
                            .limit(2)
                            .toList()));
    return launch.list().ofMinSize(1).ofMaxSize(40);
  }

  @Property(tries = 200)
  void launchesComeOutAsTheyWentIn(@ForAll("launches") List<TraceLaunch> launches) {
    TraceBuilder builder = new TraceBuilder("t").tells(Characteristic.LIFETIMES);
    for (int region = 0; region < 3; region++) {
      builder.filledRegion("r" + region, REGION_BYTES);
    }
    List<TraceLaunch> expected = new ArrayList<>();
    for (TraceLaunch launch : launches) {
      builder.launch(launch.label(), launch.ordinal(), launch.computeNanos());
      for (Touch t : launch.touches()) {
        builder.touch(t.region(), t.offset(), t.bytes(), t.effect(), t.density());
      }
      launch.dead().forEach(span -> builder.dies(span.region(), span.offset(), span.bytes()));
      expected.add(
          new TraceLaunch(
              expected.size(),
              launch.label(),
              launch.ordinal(),
              launch.computeNanos(),
              launch.touches(),
              launch.dead()));
    }
    Trace trace = builder.build();
    assertThat(trace.launches()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(trace.launch(i)).isEqualTo(expected.get(i));
    }
    assertThat(trace.footprintBytes()).isEqualTo(3 * REGION_BYTES);
    assertThat(trace.has(Characteristic.LIFETIMES)).isTrue();
    assertThat(trace.has(Characteristic.CYCLIC)).isFalse();
  }

  @Example
  void aTouchMustBeInsideItsRegion() {
    TraceBuilder builder = new TraceBuilder("t");
    int region = builder.filledRegion("weights", 100);
    builder.launch("layer", 0, 0);
    assertThatThrownBy(() -> builder.reads(region, 90, 11))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'weights'");
    assertThatThrownBy(() -> builder.reads(region, -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    builder.reads(region, 90, 10);
    assertThat(builder.build().touches()).isOne();
  }

  @Example
  void whatIsOnlyReadIsNotWritten() {
    TraceBuilder builder = new TraceBuilder("t");
    int region = builder.readOnlyRegion("weights", 100);
    builder.launch("layer", 0, 0);
    assertThatThrownBy(() -> builder.updates(region, 0, 1)).hasMessageContaining("only read");
  }

  @Example
  void aTraceTouchesSomething() {
    TraceBuilder builder = new TraceBuilder("nothing");
    builder.filledRegion("r", 1);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.reads(0, 0, 1)).isInstanceOf(IllegalStateException.class);
  }
}
