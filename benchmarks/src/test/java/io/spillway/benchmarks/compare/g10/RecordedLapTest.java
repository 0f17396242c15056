package io.spillway.benchmarks.compare.g10;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kernel;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Spillway's schedule under the artifact's rule: near the bound, and no slower than its policies.
 *
 * <p>The given traces are tested where they are named, as for {@link ReferenceRowsTest}.
 */
class RecordedLapTest {

  /** How far above the bound a steady iteration may be. */
  private static final double MARGIN = 1.03;

  private static final long MIB = 1L << 20;

  /** Cycles in which the link carries a MiB. */
  private static final long MIB_CYCLES = 80_000;

  private static final int LAYERS = 24;
  private static final long ACTIVATION = 16 * MIB;

  /**
   * Layers there and back, each with a weight of 2 MiB and an activation of 16; the peak is 432
   * MiB.
   *
   * @param cycles of each kernel
   */
  private static TrainingIteration layers(long cycles) {
    List<Tensor> tensors = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      int back = 2 * LAYERS - 1 - layer;
      tensors.add(new Tensor(layer, 2 * MIB, Kind.WEIGHT, 0, Integer.MAX_VALUE));
      tensors.add(new Tensor(LAYERS + layer, ACTIVATION, Kind.ACTIVATION, layer, back + 1));
    }
    tensors.sort((a, b) -> Integer.compare(a.id(), b.id()));
    List<Kernel> kernels = new ArrayList<>();
    for (int k = 0; k < 2 * LAYERS; k++) {
      int layer = Math.min(k, 2 * LAYERS - 1 - k);
      List<Integer> weight = List.of(layer);
      List<Integer> activation = List.of(LAYERS + layer);
      kernels.add(
          k < LAYERS
              ? new Kernel("There", cycles, 0, 0, 0, weight, activation, false)
              : new Kernel("Back", cycles, 0, 0, 0, activation, weight, false));
    }
    return new TrainingIteration("Layers", tensors, kernels);
  }

  private static G10Iteration steady(TrainingIteration iteration, long gpuBytes) {
    G10Machine machine = G10Machine.hostOnly().withGpuBytes(gpuBytes);
    return new G10Replay(iteration, G10Policy.SPILLWAY, machine).run(2).getLast();
  }

  @Test
  void nothingWaitsForALinkThatKeepsPace() {
    TrainingIteration iteration = layers(20 * MIB_CYCLES);
    long gpu = 216 * MIB;
    G10Iteration steady = steady(iteration, gpu);
    assertThat(steady.seconds()).isLessThan(G10Bound.of(iteration, gpu).seconds() * 1.001);
    assertThat(steady.bytesIn()).isGreaterThan(0).isEqualTo(steady.bytesOut());
    // Whole activations, and one more than the bound's for room.
    assertThat(steady.bytesIn())
        .isLessThanOrEqualTo(G10Bound.of(iteration, gpu).leastBytes() + 2 * ACTIVATION);
    assertThat(steady.firstTouchPages() + steady.faultedHostPages()).isZero();
  }

  @Test
  void aLinkThatCannotKeepPaceIsBusy() {
    TrainingIteration iteration = layers(4 * MIB_CYCLES);
    long gpu = 216 * MIB;
    double bound = StretchBound.seconds(iteration, gpu);
    G10Iteration steady = steady(iteration, gpu);
    assertThat(bound).isGreaterThan(1.5 * G10Bound.of(iteration, gpu).computeSeconds());
    // Two activations of 13 that move are not overlapped: at the start, and about the peak.
    assertThat(steady.seconds()).isBetween(bound, bound * 1.15);
  }

  @Test
  void noPolicyIsBelowTheStretchBound() {
    for (long cycles : new long[] {0, 4 * MIB_CYCLES, 20 * MIB_CYCLES}) {
      TrainingIteration iteration = layers(cycles);
      for (long gpu : new long[] {64 * MIB, 216 * MIB, 400 * MIB}) {
        double bound = StretchBound.seconds(iteration, gpu);
        G10Machine machine = G10Machine.hostOnly().withGpuBytes(gpu);
        for (G10Policy policy : G10Policy.values()) {
          G10Iteration steady = new G10Replay(iteration, policy, machine).run(2).getLast();
          assertThat(steady.seconds())
              .as("%s, %d cycles, %d bytes", policy.label(), cycles, gpu)
              .isGreaterThanOrEqualTo(bound);
        }
      }
    }
  }

  @Test
  void theStretchBoundCountsWhatLeavesBeforeThePeakAndComesAfterIt() {
    // No computing: 432 MiB at the peak, of which 216 stay; all weights are used on the way there.
    double seconds = StretchBound.seconds(layers(0), 216 * MIB);
    double moving = 216 * MIB / G10Machine.LINK_BYTES_PER_SECOND;
    // What leaves and comes at the peak's two kernels is not told apart: an activation is missing.
    double activation = ACTIVATION / G10Machine.LINK_BYTES_PER_SECOND;
    assertThat(seconds).isBetween(2 * moving - 2 * activation, 2 * moving);
  }

  /** Published and own runs of the artifact's policies that share this rule. */
  private static Map<String, Double> fastest(JsonNode reference) {
    Map<String, Double> fastest = new TreeMap<>();
    for (JsonNode row : reference.path("rows")) {
      String policy = row.path("policy").asText();
      if (ReferenceRowsTest.REPRODUCED.contains(policy)) {
        String name = row.path("model").asText() + "-" + row.path("batch").asInt();
        OptionalDouble seconds =
            Stream.of(
                    row.path("published").path("time_s"),
                    row.path("own_run").path(1).path("time_s"))
                .filter(JsonNode::isNumber)
                .mapToDouble(JsonNode::asDouble)
                .min();
        seconds.ifPresent(value -> fastest.merge(name, value, Math::min));
      }
    }
    return fastest;
  }

  @TestFactory
  Stream<DynamicTest> givenTraces() throws IOException {
    JsonNode reference = ReferenceRowsTest.reference();
    Map<String, Double> fastest = fastest(reference);
    return StreamSupport.stream(reference.path("lower_bounds").spliterator(), false)
        .map(bound -> bound.path("model").asText() + "-" + bound.path("batch").asInt())
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name, () -> check(ReferenceRowsTest.read(name), fastest.get(name))));
  }

  private static void check(TrainingIteration iteration, Double fastest) {
    G10Machine machine = G10Machine.hostOnly();
    G10Bound bound = G10Bound.of(iteration, machine.gpuBytes());
    double stretches = StretchBound.seconds(iteration, machine.gpuBytes());
    assertThat(stretches).isGreaterThan(bound.seconds() * 0.9999);
    G10Iteration steady = steady(iteration, machine.gpuBytes());
    assertThat(steady.seconds()).isBetween(stretches, stretches * MARGIN);
    if (fastest != null) {
      assertThat(steady.seconds()).isLessThanOrEqualTo(fastest);
    }
    if (stretches < bound.seconds() * MARGIN) {
      assertThat(steady.seconds()).isLessThanOrEqualTo(bound.seconds() * MARGIN);
    } else {
      // Out of reach for any schedule.
      assertThat(iteration.name()).isEqualTo("BERT-512");
    }
  }
}
