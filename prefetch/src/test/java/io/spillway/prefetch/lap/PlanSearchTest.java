package io.spillway.prefetch.lap;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.LapPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which plan is taken, and how often all are looked at. */
class PlanSearchTest {

  private static final int MANY_USES = 10_000;

  private final PlanSearch search = new PlanSearch();
  private final Map<String, Double> nanos = new HashMap<>();
  private final List<String> made = new ArrayList<>();

  private String plan() {
    return search.plan(
        false,
        (way, shares) -> {
          Map<Integer, String> plans = new LinkedHashMap<>();
          for (int share : shares) {
            plans.put(share, way + " " + share);
            made.add(way + " " + share);
          }
          return plans;
        },
        plan -> nanos.getOrDefault(plan, 1000.0));
  }

  @Test
  void theFirstIsTakenUnlessAnotherIsMuchFaster() {
    nanos.put("BESIDE 3", 960.0);
    search.begin(1);
    assertThat(plan()).isEqualTo("IN_TURN " + LapPlan.SHARES);

    nanos.put("STRIPED " + LapPlan.SHARES, 940.0);
    search.begin(1);
    assertThat(plan()).isEqualTo("STRIPED " + LapPlan.SHARES);
  }

  @Test
  void whatWasBestStaysUnlessAnotherIsMuchFaster() {
    nanos.put("BESIDE 3", 900.0);
    search.begin(1);
    assertThat(plan()).isEqualTo("BESIDE 3");

    nanos.put("IN_TURN 8", 870.0);
    search.begin(1);
    assertThat(plan()).isEqualTo("BESIDE 3");

    nanos.put("IN_TURN 8", 850.0);
    search.begin(1);
    assertThat(plan()).isEqualTo("IN_TURN 8");

    nanos.put("BESIDE 3", 800.0);
    search.begin(1);
    assertThat(plan()).isEqualTo("BESIDE 3");

    nanos.clear();
    nanos.put("BESIDE 3", 960.0);
    search.forget();
    search.begin(1);
    assertThat(plan()).as("of another lap").isEqualTo("IN_TURN 8");
  }

  @Test
  void ofALongLapAllAreLookedAtMoreAndMoreSeldom() {
    nanos.put("BESIDE 3", 900.0);
    List<Integer> searches = new ArrayList<>();
    for (int decision = 1; decision <= 40; decision++) {
      search.begin(MANY_USES);
      made.clear();
      assertThat(plan()).isEqualTo("BESIDE 3");
      if (made.size() > 1) {
        searches.add(decision);
      }
    }
    assertThat(searches).containsExactly(1, 2, 3, 4, 8, 16, 32);
  }

  @Test
  void ofAShortLapAllAreLookedAtEachTimeButOnceADecision() {
    for (int decision = 1; decision <= 40; decision++) {
      search.begin(1);
      made.clear();
      plan();
      assertThat(made).hasSizeGreaterThan(1);
      made.clear();
      plan();
      assertThat(made).hasSize(1);
    }
  }
}
