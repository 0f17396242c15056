package io.spillway.prefetch.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SamplingTest {

  private static final int LAP = 12;

  private final Sampling sampling = new Sampling();

  private void launches(int count) {
    for (int i = 0; i < count; i++) {
      sampling.issued(i % LAP, false);
    }
  }

  @Test
  void everyLaunchIsTimedUntilNothingWasNewForLong() {
    launches(LAP + Sampling.SETTLED - 1);
    assertThat(sampling.every()).isEqualTo(1);

    sampling.issued(0, false);

    assertThat(sampling.every()).isEqualTo(Sampling.SELDOM);
  }

  @Test
  void aTrialHasEveryLaunchTimedAgain() {
    launches(LAP + Sampling.SETTLED);

    sampling.issued(3, true);

    assertThat(sampling.every()).isEqualTo(1);
    launches(Sampling.SETTLED);
    assertThat(sampling.every()).isEqualTo(Sampling.SELDOM);
  }

  @Test
  void aLaunchThatWasNeverSeenDoesToo() {
    launches(LAP + Sampling.SETTLED);

    sampling.issued(LAP, false);

    assertThat(sampling.every()).isEqualTo(1);
  }
}
