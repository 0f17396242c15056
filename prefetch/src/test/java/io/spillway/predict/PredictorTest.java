package io.spillway.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is expected, and how far ahead, for programs of several kinds. */
final class PredictorTest {

  private static final long BASE = 1L << 40;
  private static final long LAYER = 256L << 20;
  private static final Predictor.Bounds NONE = (origin, address, bytes) -> false;

  private final Predictor predictor = new Predictor();

  private static Touches layer(int i) {
    return new Touches().begin("layer").add(BASE + i * LAYER, LAYER, AccessKind.READ);
  }

  private static Predictor.Bounds upTo(int layers) {
    return (origin, address, bytes) -> address >= BASE && address + bytes <= BASE + layers * LAYER;
  }

  private List<Long> expectedAddresses() {
    List<Long> addresses = new ArrayList<>();
    for (int step = 1; step <= predictor.depth(); step++) {
      addresses.add((predictor.launches().address(predictor.launch(step), 0) - BASE) / LAYER);
    }
    return addresses;
  }

  @Test
  void aWalkThroughOneAllocationIsExpectedToGoOnInsideItInItsFirstLap() {
    predictor.observe(layer(0), upTo(6));
    predictor.observe(layer(1), upTo(6));
    assertThat(expectedAddresses()).isEmpty();
    predictor.observe(layer(2), upTo(6));
    predictor.observe(layer(3), upTo(6));
    assertThat(expectedAddresses()).containsExactly(4L, 5L);
    predictor.observe(layer(4), upTo(6));
    assertThat(expectedAddresses()).containsExactly(5L);
  }

  @Test
  void trustDoublesUntilTheWholeLapIsExpected() {
    for (int i = 0; i < 16; i++) {
      predictor.observe(layer(i), NONE);
    }
    predictor.observe(layer(0), NONE);
    assertThat(expectedAddresses()).as("what followed once").containsExactly(1L);
    predictor.observe(layer(1), NONE);
    assertThat(expectedAddresses()).containsExactly(2L, 3L);
    predictor.observe(layer(2), NONE);
    assertThat(expectedAddresses()).containsExactly(3L, 4L, 5L, 6L);
    for (int i = 3; i < 16; i++) {
      predictor.observe(layer(i), NONE);
    }
    assertThat(predictor.inLap()).isTrue();
    assertThat(predictor.lapLength()).isEqualTo(16);
    assertThat(predictor.depth()).isEqualTo(16);
    assertThat(expectedAddresses().subList(0, 3)).containsExactly(0L, 1L, 2L);
    assertThat(predictor.confidence(1)).isBetween(0.5, 1.0);
  }

  private void observe(int first, int count) {
    for (int i = first; i < first + count; i++) {
      predictor.observe(layer(i), NONE);
    }
  }

  @Test
  void aLongLapIsBelievedAfterAsManyLaunchesAsMakeUpASituation() {
    observe(0, 200);
    observe(0, 15);
    assertThat(predictor.inLap()).isFalse();

    observe(15, 2);

    assertThat(predictor.lapConfirmed()).isTrue();
    assertThat(predictor.inLap()).isTrue();
    assertThat(predictor.lapLength()).isEqualTo(200);
    assertThat(predictor.goneRound().since()).as("before the present round").isBetween(199L, 200L);
  }

  private static final int LONG_LAP = 5000;

  @Test
  void eachTimeThatALapProvesWrongItTakesFourTimesAsManyUntilOneIsGoneRound() {
    observe(0, LONG_LAP);
    List<Integer> needed = new ArrayList<>();
    for (int wrong = 0; wrong < 2; wrong++) {
      needed.add(launchesUntilConfirmed());
      observe(10_000 + 100 * wrong, 50);
    }
    assertThat(needed.get(0)).isBetween(16, 18);
    assertThat(needed.get(1)).isBetween(64, 64 + 18);
    int launches = launchesUntilConfirmed();
    assertThat(launches).isBetween(256, 256 + 64 + 18);

    observe(launches, LONG_LAP - launches);
    observe(0, LONG_LAP);
    observe(0, LONG_LAP);
    observe(11_000, 50);

    assertThat(launchesUntilConfirmed()).as("wrong once").isBetween(64, 64 + 18);
  }

  /** Goes on from the first layer until a whole lap is believed; returns after how many. */
  private int launchesUntilConfirmed() {
    for (int i = 0; i < LONG_LAP; i++) {
      predictor.observe(layer(i), NONE);
      if (predictor.lapConfirmed()) {
        return i + 1;
      }
    }
    return LONG_LAP;
  }

  @Test
  void aLoopInsideALapIsALapUntilTheWholeOneIsConfirmed() {
    observe(0, 6);
    observe(100, 60);
    observe(100, 20);
    observe(30, 20); // so that a lap takes more to be believed than its first rounds
    for (int lap = 0; lap < 3; lap++) {
      for (int i = 20; i < 26; i++) {
        predictor.observe(layer(i), NONE);
      }
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 6; i++) {
          predictor.observe(layer(i), NONE);
        }
        if (lap == 1 && round >= 2 && round < 8) {
          assertThat(predictor.lapConfirmed()).isTrue();
          assertThat(predictor.inLap()).isTrue();
          assertThat(predictor.lapLength()).isEqualTo(6);
        }
      }
      if (lap == 1) {
        assertThat(predictor.lapLength()).as("what comes next is no further round").isEqualTo(66);
      }
    }
    assertThat(predictor.lapConfirmed()).isTrue();
    assertThat(predictor.lapLength()).isEqualTo(66);
  }

  @Test
  void aLapIsTheSameWhereverItBegins() {
    List<Long> laps = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      predictor.observe(layer(i % 8), NONE);
      if (predictor.lapConfirmed()) {
        laps.add(predictor.lapLaunches());
      }
    }
    assertThat(laps).hasSizeGreaterThan(8);
    assertThat(laps.stream().distinct()).hasSize(1);
    for (int i = 0; i < 40; i++) {
      predictor.observe(layer(i % 7), NONE);
    }
    assertThat(predictor.lapLaunches()).isNotEqualTo(laps.getFirst());
  }

  @Test
  void afterAGapNothingIsExpectedUntilTheSituationIsSeenAgain() {
    for (int i = 0; i < 40; i++) {
      predictor.observe(layer(i % 16), NONE);
    }
    assertThat(predictor.inLap()).isTrue();
    long epoch = predictor.epoch();

    predictor.lose();

    assertThat(predictor.depth()).isZero();
    assertThat(predictor.inLap()).isFalse();
    assertThat(predictor.epoch()).isNotEqualTo(epoch);
    predictor.observe(layer(3), NONE);
    assertThat(expectedAddresses()).startsWith(4L);
    for (int i = 4; i < 36; i++) {
      predictor.observe(layer(i % 16), NONE);
    }
    assertThat(predictor.inLap()).isTrue();
  }

  @Test
  void aLaunchThatGrowsStaysTheSameLaunch() {
    int number = predictor.observe(layer(0), NONE);
    int version = predictor.launches().version(number);
    Touches grown = new Touches().begin("layer").add(BASE, 2 * LAYER, AccessKind.READ_WRITE);

    assertThat(predictor.observe(grown, NONE)).isEqualTo(number);
    assertThat(predictor.launches().version(number)).isGreaterThan(version);
    assertThat(predictor.launches().bytes(number, 0)).isEqualTo(2 * LAYER);
    assertThat(predictor.launches().kind(number, 0)).isEqualTo(AccessKind.READ_WRITE);
  }

  @Test
  void whatUsuallyFollowsIsExpectedWhereNothingRepeatsForLong() {
    Random random = new Random(7);
    int right = 0;
    int asked = 0;
    for (int i = 0; i < 600; i++) {
      int first = random.nextInt(20);
      predictor.observe(layer(first), NONE);
      if (i > 300) {
        asked++;
        right += predictor.depth() > 0 && expectedAddresses().getFirst() == 100 + first ? 1 : 0;
      }
      predictor.observe(layer(100 + first), NONE);
    }
    assertThat((double) right / asked).isGreaterThan(0.9);
  }

  @Test
  void declaredLaunchesComeFirstAndLeaveAsTheyCome() {
    for (int i = 0; i < 24; i++) {
      predictor.observe(layer(i % 8), NONE);
    }
    predictor.upcoming(List.of(layer(50), layer(51), layer(52)));
    assertThat(expectedAddresses().subList(0, 5)).containsExactly(50L, 51L, 52L, 0L, 1L);
    assertThat(predictor.confidence(3)).isEqualTo(1);

    predictor.observe(layer(51), NONE);

    assertThat(expectedAddresses().getFirst()).isEqualTo(52L);
  }

  @Test
  void aDeclarationThatDoesNotComeTrueIsForgotten() {
    predictor.upcoming(List.of(layer(50), layer(51)));
    for (int i = 0; i < 3; i++) {
      predictor.observe(layer(i), NONE);
    }
    assertThat(expectedAddresses()).doesNotContain(50L, 51L);
  }

  @Test
  void measuredDurationsAreSmoothed() {
    int number = predictor.observe(layer(0), NONE);
    predictor.launches().took(number, 800);
    predictor.launches().took(number, 1600);
    assertThat(predictor.launches().nanos(number)).isEqualTo(900f);
  }
}
