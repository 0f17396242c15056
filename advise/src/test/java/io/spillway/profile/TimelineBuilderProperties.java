package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A timeline loses nothing, stays small, and puts what is told where it was. */
class TimelineBuilderProperties {

  record Amount(long from, long length, long bytes, long block) {
    long gone() {
      return from + length;
    }
  }

  @Provide
  Arbitrary<List<Amount>> amounts() {
    Arbitrary<Long> times =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 10_000), Arbitraries.longs().between(0, 1L << 45));
    Arbitrary<Long> lengths =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 3_000), Arbitraries.longs().between(0, 1L << 40));
    return Combinators.combine(
            times,
            lengths,
            Arbitraries.longs().between(1, 1L << 40),
            Arbitraries.longs().between(0, 1L << 22))
        .as(Amount::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(50);
  }

  @Property
  void amountsAreKeptInTheirBins(@ForAll("amounts") List<Amount> amounts) {
    TimelineBuilder builder = new TimelineBuilder();
    for (Amount each : amounts) {
      builder.put(TimeMeasure.LAUNCHES, each.from(), 1);
      builder.spread(
          TimeMeasure.TO_DEVICE_USER, each.from(), each.from() + each.length(), each.bytes());
      builder.put(TimeMeasure.RESIDENT_BYTES, each.from(), each.bytes());
      builder.heat(HeatMeasure.RESIDENT_BYTES, each.block(), each.from(), each.bytes());
      builder.heat(HeatMeasure.RESIDENT_BYTES, each.block(), each.gone(), -each.bytes());
      builder.heat(HeatMeasure.TO_DEVICE_BYTES, each.block(), each.from(), each.bytes());
    }
    Timeline timeline = builder.build(true);
    Columns<TimeMeasure> bins = timeline.bins();
    HeatMap heat = timeline.heat();
    assertThat(bins.rows()).isLessThanOrEqualTo(TimelineBuilder.MOST_BINS);
    assertThat(bins.total(TimeMeasure.TO_DEVICE_USER)).isEqualTo(bytes(amounts));
    assertThat(bins.total(TimeMeasure.LAUNCHES)).isEqualTo(amounts.size());
    assertThat(bins.total(TimeMeasure.RESIDENT_BYTES))
        .isEqualTo(amounts.stream().mapToLong(Amount::bytes).max().orElseThrow());
    assertThat(heat.cells().total(HeatMeasure.TO_DEVICE_BYTES)).isEqualTo(bytes(amounts));
    for (int bin = 0; bin < bins.rows(); bin++) {
      long from = timeline.startNanos() + bin * timeline.binNanos();
      assertThat(bins.get(TimeMeasure.LAUNCHES, bin))
          .isEqualTo(countFrom(amounts, from, timeline.binNanos()));
    }
    for (int row = 0; row < heat.rows(); row++) {
      for (int bin = 0; bin < heat.bins(); bin++) {
        long from = timeline.startNanos() + bin * heat.binNanos();
        assertThat(heat.get(HeatMeasure.TO_DEVICE_BYTES, row, bin))
            .isEqualTo(bytesOf(amounts, from, heat.binNanos(), row, heat.blocksPerRow()));
        assertThat(heat.get(HeatMeasure.RESIDENT_BYTES, row, bin))
            .isEqualTo(residentAt(amounts, from + heat.binNanos(), row, heat.blocksPerRow()));
      }
    }
  }

  private static long bytes(List<Amount> amounts) {
    return amounts.stream().mapToLong(Amount::bytes).sum();
  }

  private static long countFrom(List<Amount> amounts, long from, long length) {
    return amounts.stream()
        .filter(each -> each.from() >= from && each.from() < from + length)
        .count();
  }

  /** What came before and is not gone yet. */
  private static long residentAt(List<Amount> amounts, long end, long row, long blocksPerRow) {
    return amounts.stream()
        .filter(each -> each.block() / blocksPerRow == row)
        .filter(each -> each.from() < end && each.gone() >= end)
        .mapToLong(Amount::bytes)
        .sum();
  }

  private static long bytesOf(
      List<Amount> amounts, long from, long length, int row, long blocksPerRow) {
    return amounts.stream()
        .filter(each -> each.from() >= from && each.from() < from + length)
        .filter(each -> each.block() / blocksPerRow == row)
        .mapToLong(Amount::bytes)
        .sum();
  }
}
