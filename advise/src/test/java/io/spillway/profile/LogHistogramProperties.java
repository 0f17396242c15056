package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;

/** Percentiles are at most an eighth above those of the sorted values, and never below. */
class LogHistogramProperties {

  @Property
  void percentilesAreCloseFromAbove(
      @ForAll @NotEmpty List<@LongRange(min = 0, max = 1L << 50) Long> values) {
    LogHistogram histogram = new LogHistogram();
    values.forEach(histogram::add);
    DurationSummary summary = histogram.summary();
    List<Long> sorted = values.stream().sorted().toList();
    assertThat(summary.count()).isEqualTo(values.size());
    assertThat(summary.totalNanos()).isEqualTo(values.stream().mapToLong(v -> v).sum());
    assertThat(summary.leastNanos()).isEqualTo(sorted.getFirst());
    assertThat(summary.mostNanos()).isEqualTo(sorted.getLast());
    assertClose(summary.medianNanos(), sorted, 50);
    assertClose(summary.ninetiethNanos(), sorted, 90);
    assertClose(summary.ninetyNinthNanos(), sorted, 99);
  }

  private static void assertClose(long actual, List<Long> sorted, int percent) {
    long exact = sorted.get(Math.ceilDiv(sorted.size() * percent, 100) - 1);
    assertThat(actual).isBetween(exact, exact + exact / 8);
  }

  @Example
  void nothingMeasuredIsNone() {
    assertThat(new LogHistogram().summary()).isEqualTo(DurationSummary.NONE);
    assertThat(DurationSummary.NONE.meanNanos()).isZero();
  }

  @Example
  void theLargestLongHasAClass() {
    LogHistogram histogram = new LogHistogram();
    histogram.add(Long.MAX_VALUE);
    histogram.add(-1);
    assertThat(histogram.summary().mostNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(histogram.summary().leastNanos()).isZero();
  }
}
