package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdleGapsTest {

  /** However the window slides and grows, it holds what a list of the latest gaps would. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 300})
  void theyAreAListOfTheLatest(int most) {
    Random random = new Random(most);
    IdleGaps gaps = new IdleGaps(most);
    List<long[]> expected = new ArrayList<>();
    long end = 0;
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(5) < 3) {
        long start = end + random.nextInt(10);
        end = start + 1 + random.nextInt(100);
        gaps.append(start, end);
        expected.add(new long[] {start, end});
      } else {
        long earliest = Math.max(0, end - random.nextInt(random.nextBoolean() ? 100 : 20_000));
        long nanos = 1 + random.nextInt(60);
        int gap = gaps.fitting(earliest, nanos);
        int fitting = fitting(expected, earliest, nanos);
        assertThat(gap >= 0).as("gap for work %d", i).isEqualTo(fitting >= 0);
        if (gap >= 0) {
          assertThat(gaps.start(gap)).isEqualTo(expected.get(fitting)[0]);
          long start = Math.max(gaps.start(gap), earliest);
          gaps.take(gap, start, start + nanos);
          take(expected, fitting, start, start + nanos);
        }
      }
      if (expected.size() > most) {
        expected.removeFirst();
      }
    }
  }

  private static int fitting(List<long[]> gaps, long earliest, long nanos) {
    for (int i = 0; i < gaps.size(); i++) {
      if (gaps.get(i)[1] - Math.max(gaps.get(i)[0], earliest) >= nanos) {
        return i;
      }
    }
    return -1;
  }

  private static void take(List<long[]> gaps, int index, long from, long to) {
    long[] gap = gaps.remove(index);
    if (to < gap[1]) {
      gaps.add(index, new long[] {to, gap[1]});
    }
    if (gap[0] < from) {
      gaps.add(index, new long[] {gap[0], from});
    }
  }
}
