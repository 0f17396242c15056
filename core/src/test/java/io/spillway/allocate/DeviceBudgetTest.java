package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.spillway.range.ByteSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceBudgetTest {

  private static final long GIB = ByteSize.GIB;

  @ParameterizedTest
  @CsvSource({
    "75%, 12884901888",
    "100%, 17179869184",
    "' 12.5 % ', 2147483648",
    "4 GiB, 4294967296",
    "4g, 4294967296",
    "4294967296, 4294967296",
    // Whole blocks, rounded down.
    "5m, 4194304",
    "33.333%, 5725224960",
  })
  void readsPercentagesAndSizes(String text, long bytes) {
    assertEquals(bytes, DeviceBudget.parse(text).resolve(16 * GIB, 64 * GIB));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "all", "%", "75 percent", "1e3%", "--1", "4 PiB"})
  void refusesWhatIsNeither(String text) {
    assertEquals(
        "device budget '%s': write a percentage of the device or a size, such as 75%%, 4 GiB or 4294967296"
            .formatted(text),
        assertThrows(IllegalArgumentException.class, () -> DeviceBudget.parse(text)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "-4 GiB, -4 GiB",
    "0%, 0%",
    "-5%, -5%",
    "2097151, 2.0 MiB",
    "17 GiB, 17 GiB",
    "9223372036854775807, 8388608.0 TiB",
    "100.5%, 100.5%",
    "120%, 120%",
    "0.0001%, 1.0E-4%",
  })
  void refusesWhatTheDeviceCannotHaveWithBothFigures(String text, String shown) {
    DeviceBudget budget = DeviceBudget.parse(text);
    assertEquals(
        "device budget of %s: the device has 16 GiB; set a budget of at least 2 MiB (one block) and at most that"
            .formatted(shown),
        assertThrows(IllegalArgumentException.class, () -> budget.resolve(16 * GIB, 64 * GIB))
            .getMessage());
  }

  @Test
  void aSizeBeyondTheHostIsRefusedWithBothFigures() {
    assertEquals(
        "device budget of 12 GiB: the host, which must hold what leaves the device, has 8 GiB; set"
            + " a budget of at most that",
        assertThrows(
                IllegalArgumentException.class,
                () -> DeviceBudget.parse("12 GiB").resolve(16 * GIB, 8 * GIB))
            .getMessage());
  }

  @Test
  void aPercentageIsLoweredToTheHost() {
    assertEquals(8 * GIB, DeviceBudget.parse("75%").resolve(16 * GIB, 8 * GIB + 1));
  }

  @Test
  void anUnknownHostLimitsNothing() {
    assertEquals(16 * GIB, DeviceBudget.ofBytes(16 * GIB).resolve(16 * GIB, Long.MAX_VALUE));
  }

  @Test
  void theStandardIsThreeQuarters() {
    assertEquals(12 * GIB, DeviceBudget.STANDARD.resolve(16 * GIB, Long.MAX_VALUE));
  }
}
