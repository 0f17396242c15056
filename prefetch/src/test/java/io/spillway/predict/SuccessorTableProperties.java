package io.spillway.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Compares with counting everything. */
final class SuccessorTableProperties {

  @Property(tries = 200)
  void agreesWithCountingWhileThereAreFewSuccessors(
      @ForAll @IntRange(min = 1, max = 4) int kinds,
      @ForAll @IntRange(min = 1, max = 60) int launches,
      @ForAll long seed) {
    SuccessorTable table = new SuccessorTable();
    Map<Integer, Integer> naive = new HashMap<>();
    Random random = new Random(seed);
    for (int i = 0; i < launches; i++) {
      int next = random.nextInt(kinds);
      table.followed(9, next);
      naive.merge(next, 1, Integer::sum);
    }
    int most = naive.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    assertThat(naive.get(table.likeliest(9))).isEqualTo(most);
    assertThat(table.confidence(9)).isEqualTo((double) most / (launches + 1));
  }

  @Property(tries = 50)
  void aFrequentSuccessorIsFoundAmongManyRareOnes(@ForAll long seed) {
    SuccessorTable table = new SuccessorTable();
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      table.followed(0, random.nextInt(10) < 6 ? 5 : 100 + random.nextInt(1000));
    }
    assertThat(table.likeliest(0)).isEqualTo(5);
    assertThat(table.confidence(0)).isGreaterThan(0.5);
  }

  @Property(tries = 20)
  void whatWasNeverSeenHasNoSuccessor(@ForAll @IntRange(min = 0, max = 1000) int launch) {
    SuccessorTable table = new SuccessorTable();
    table.followed(launch + 1, 3);
    assertThat(table.likeliest(launch)).isEqualTo(SuccessorTable.NONE);
    assertThat(table.confidence(launch)).isZero();
    assertThat(table.likeliest(SuccessorTable.NONE)).isEqualTo(SuccessorTable.NONE);
  }
}
