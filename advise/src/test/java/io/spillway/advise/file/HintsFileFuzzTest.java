package io.spillway.advise.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The long fuzz, off unless asked for: {@code -Dspillway.fuzz.seconds=300}. Prints how many files
 * it tried.
 */
class HintsFileFuzzTest {

  private static final long FIRST_SEED = 1;
  private static final int MOST_RANDOM_BYTES = 512;

  @Test
  @EnabledIfSystemProperty(
      named = "spillway.fuzz.seconds",
      matches = "[1-9][0-9]*",
      disabledReason = "the long fuzz runs with -Dspillway.fuzz.seconds=300")
  void everyFileIsReadOrRefusedInOneWay() {
    long nanos = Long.getLong("spillway.fuzz.seconds") * 1_000_000_000L;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(FIRST_SEED);
    long start = System.nanoTime();
    long files = 0;
    long read = 0;
    while (System.nanoTime() - start < nanos) {
      byte[] bytes = files % 8 == 0 ? noise(random) : HintsFuzz.damaged(FIRST_SEED + files);
      assertThat(HintsFuzz.readOrRefused(bytes)).as(Arrays.toString(bytes)).isTrue();
      files++;
      read += accepted(bytes) ? 1 : 0;
    }
    System.out.printf(
        "%d hints files tried in %d s, %d of them still good, every other refused with a"
            + " HintsFileException%n",
        files, nanos / 1_000_000_000L, read);
  }

  private static boolean accepted(byte[] bytes) {
    try {
      HintsFile.parse(bytes, "fuzz");
      return true;
    } catch (HintsFileException e) {
      return false;
    }
  }

  private static byte[] noise(RandomGenerator random) {
    byte[] bytes = new byte[random.nextInt(MOST_RANDOM_BYTES)];
    random.nextBytes(bytes);
    return bytes;
  }
}
