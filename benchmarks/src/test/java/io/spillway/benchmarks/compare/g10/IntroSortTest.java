package io.spillway.benchmarks.compare.g10;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Introsort sorts, and leaves equals where GNU's {@code std::sort} leaves them. */
class IntroSortTest {

  private static List<Integer> sortedBy(int modulus) {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, 24).boxed().toList());
    IntroSort.sort(numbers, (a, b) -> a % modulus < b % modulus);
    return numbers;
  }

  @Property
  void sorts(@ForAll @Size(max = 200) List<@IntRange(min = 0, max = 40) Integer> numbers) {
    List<Integer> sorted = new ArrayList<>(numbers);
    IntroSort.sort(sorted, (a, b) -> a < b);
    assertThat(sorted).isEqualTo(numbers.stream().sorted().toList());
  }

  @Test
  void sortsWhatDefeatsThePivot() {
    // Organ pipes leave the median of three near the ends, until the depth is used up.
    List<Integer> pipes =
        new ArrayList<>(
            IntStream.range(0, 100_000).map(i -> Math.min(i, 99_999 - i)).boxed().toList());
    List<Integer> expected = pipes.stream().sorted(Comparator.naturalOrder()).toList();
    IntroSort.sort(pipes, (a, b) -> a < b);
    assertThat(pipes).isEqualTo(expected);
  }

  @Test
  void leavesEqualsWhereTheLibraryLeavesThem() {
    // What std::sort of libstdc++ 12 gave for 24 numbers, all equal and equal by thirds.
    assertThat(sortedBy(1))
        .containsExactly(
            12, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 0, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    assertThat(sortedBy(3))
        .containsExactly(
            0, 3, 21, 6, 18, 9, 15, 12, 1, 22, 19, 16, 13, 10, 7, 4, 11, 14, 8, 17, 5, 20, 2, 23);
  }
}
