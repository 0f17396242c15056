package io.spillway.samples.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Percentiles by nearest rank. */
final class PercentilesTest {

  @Test
  void theyAreTheTimesThatSoManyDidNotExceed() {
    long[] downwards = LongStream.rangeClosed(1, 2000).map(i -> 2001 - i).toArray();
    assertThat(Percentiles.of(downwards)).isEqualTo(new Percentiles(1000, 1980, 1998));
    assertThat(downwards).as("left as they were").startsWith(2000, 1999);
    assertThat(Percentiles.of(new long[] {7})).isEqualTo(new Percentiles(7, 7, 7));
    assertThat(Percentiles.of(new long[] {3, 1, 2})).isEqualTo(new Percentiles(2, 3, 3));
  }

  @Test
  void ofNothingThereAreNone() {
    assertThatThrownBy(() -> Percentiles.of(new long[0]))
        .hasMessage("percentiles of no times: measure at least one");
  }
}
