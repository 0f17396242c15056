package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimelineTest {

  @Test
  void aGapIsFilled() {
    Timeline timeline = new Timeline();
    assertThat(timeline.reserve(100, 50)).isEqualTo(100);
    assertThat(timeline.reserve(0, 60)).isZero();
    assertThat(timeline.reserve(0, 60)).as("40 are left before 100").isEqualTo(150);
    assertThat(timeline.reserve(0, 40)).isEqualTo(60);
    assertThat(timeline.busyNanos()).isEqualTo(210);
  }

  @Test
  void nothingIsReservedTwice() {
    Random random = new Random(3);
    Timeline timeline = new Timeline();
    List<long[]> reserved = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      long earliest = Math.max(0, timeline.tail() - 500 + random.nextInt(700));
      long nanos = random.nextInt(40);
      long foreseen = timeline.earliestStart(earliest, nanos);
      long start = timeline.reserve(earliest, nanos);
      assertThat(start).isEqualTo(foreseen).isGreaterThanOrEqualTo(earliest);
      for (long[] other : reserved) {
        assertThat(start + nanos <= other[0] || start >= other[1] || nanos == 0).isTrue();
      }
      if (nanos > 0) {
        reserved.add(new long[] {start, start + nanos});
      }
    }
  }

  @Test
  void whoIsFarBehindFindsEveryGap() {
    Timeline timeline = new Timeline();
    for (int move = 0; move < 1000; move++) {
      timeline.reserve(100L * move, 90); // ten idle before the next
    }
    for (int move = 0; move < 1000; move++) {
      assertThat(timeline.reserve(0, 10)).isEqualTo(100L * move + 90);
    }
  }

  @Test
  void itIsThatOfAnArrayOfMoments() {
    Random random = new Random(11);
    Timeline timeline = new Timeline();
    boolean[] busy = new boolean[20_000];
    for (int i = 0; i < 1500; i++) {
      int earliest = random.nextInt(random.nextBoolean() ? 8000 : 100);
      int nanos = 1 + random.nextInt(8);
      int start = earliest;
      while (!isFree(busy, start, nanos)) {
        start++;
      }
      assertThat(timeline.reserve(earliest, nanos)).as("work %d", i).isEqualTo(start);
      Arrays.fill(busy, start, start + nanos, true);
    }
  }

  private static boolean isFree(boolean[] busy, int start, int nanos) {
    for (int at = start; at < start + nanos; at++) {
      if (busy[at]) {
        return false;
      }
    }
    return true;
  }
}
