package io.spillway.profile.cupti;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CuptiVersionTest {

  @ParameterizedTest
  @CsvSource({
    "13,64,11.0",
    "24,64,12.6",
    "26,104,12.8",
    "28,104,12.9 Update 1",
    "130001,104,13.0 Update 1"
  })
  void knownVersionsSayHowLongACounterIs(int api, int bytes, String toolkit) {
    CuptiVersion version = CuptiVersion.of(api).orElseThrow();
    assertThat(version.memoryCounterBytes()).isEqualTo(bytes);
    assertThat(version).hasToString("cupti " + toolkit);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 12, 25, 29, 120800, 130002, 130100, 130200, 140000})
  void othersAreUnknown(int api) {
    assertThat(CuptiVersion.of(api)).isEmpty();
  }

  @Test
  void theRealLibraryTellsItsVersion() {
    assertThat(ActivityRecording.version(new Cupti(RealCupti.assumePresent())).toString())
        .startsWith("cupti 1");
  }
}
