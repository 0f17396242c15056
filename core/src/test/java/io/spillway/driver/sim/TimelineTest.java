package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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
}
