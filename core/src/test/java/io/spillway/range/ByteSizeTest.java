package io.spillway.range;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "1b, 1",
    "512m, 536870912",
    "512M, 536870912",
    "4 GiB, 4294967296",
    "4gib, 4294967296",
    "4GB, 4294967296",
    "1.5g, 1610612736",
    "' 2 KiB ', 2048",
    "3t, 3298534883328",
    "9223372036854775807, 9223372036854775807",
  })
  void readsWhatPeopleWrite(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text).bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GiB", "-1", "1,5g", "1.g", "4 PiB", "0x10", "75%", "4 G i B"})
  void refusesWhatIsNoSize(String text) {
    assertEquals(
        "size '%s': write a number with an optional unit, such as 4096, 512m or 4 GiB"
            .formatted(text),
        assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775808", "8388608 TiB", "9999999.9 TiB"})
  void refusesWhatOverflows(String text) {
    assertEquals(
        "size '%s': more than 2^63-1 bytes".formatted(text),
        assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text)).getMessage());
  }

  @Test
  void refusesNegativeSizes() {
    assertEquals(
        "size of -1 bytes: must not be negative",
        assertThrows(IllegalArgumentException.class, () -> new ByteSize(-1)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1 KiB",
    "2097152, 2 MiB",
    "1610612736, 1.5 GiB",
    "-4294967296, -4 GiB",
    "3298534883328, 3 TiB",
  })
  void writesTheLargestUnitThatKeepsAWhole(long bytes, String text) {
    assertEquals(text, ByteSize.format(bytes));
  }
}
