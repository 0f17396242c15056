package io.spillway.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random ranks, beside a map that is searched. */
final class RankedSegmentsProperties {

  private static final int SEGMENTS = 12;

  @Property(tries = 300)
  void theFirstIsTheLowestNumberOfTheHighestRank(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RankedSegments ranked = new RankedSegments(SEGMENTS);
    Map<Integer, Double> naive = new HashMap<>();
    for (int step = 0; step < 100; step++) {
      int segment = random.nextInt(SEGMENTS);
      if (random.nextInt(3) == 0) {
        ranked.remove(segment);
        naive.remove(segment);
      } else {
        double rank = random.nextInt(8);
        ranked.put(segment, rank);
        naive.put(segment, rank);
      }
      assertThat(ranked.isEmpty()).isEqualTo(naive.isEmpty());
      if (!naive.isEmpty()) {
        assertThat(ranked.first()).isEqualTo(first(naive));
      }
    }
    while (!ranked.isEmpty()) {
      assertThat(ranked.first()).isEqualTo(first(naive));
      naive.remove(ranked.first());
      ranked.remove(ranked.first());
    }
    assertThat(naive).isEmpty();
  }

  private static int first(Map<Integer, Double> naive) {
    double highest = Collections.max(naive.values());
    return naive.keySet().stream()
        .filter(segment -> naive.get(segment) == highest)
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  @Example
  void ofNoneThereIsNoFirst() {
    assertThatThrownBy(() -> new RankedSegments(3).first())
        .isInstanceOf(IllegalStateException.class);
  }
}
