package io.spillway.samples.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @ParameterizedTest
  @CsvSource({"0,0", "4096,4096", "12B,12", "3KiB,3072", "256M,268435456", "6GiB,6442450944"})
  void sizes(String text, long bytes) {
    assertThat(Options.parse(new String[] {"--bytes", text}, "bytes").bytes("bytes", 1))
        .isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5GiB", "GiB", "6GB", "999999999999999T"})
  void sizesThatAreNone(String text) {
    Options options = Options.parse(new String[] {"--bytes", text}, "bytes");

    assertThatThrownBy(() -> options.bytes("bytes", 1))
        .isInstanceOf(Options.UsageException.class)
        .hasMessageContaining("--bytes");
  }

  @Test
  void numbersHaveBounds() {
    Options options = Options.parse(new String[] {"--parts", "0"}, "parts", "passes");

    assertThat(options.integer("passes", 7, 1, 9)).isEqualTo(7);
    assertThatThrownBy(() -> options.integer("parts", 7, 1, 9))
        .hasMessage("--parts takes a number from 1 to 9, not 0");
  }

  @Test
  void unknownKeysAndMissingValuesAreRefused() {
    assertThatThrownBy(() -> Options.parse(new String[] {"--byte", "1"}, "bytes", "parts"))
        .hasMessage("unknown option --byte; known are --bytes, --parts");
    assertThatThrownBy(() -> Options.parse(new String[] {"--bytes"}, "bytes"))
        .hasMessage("--bytes needs a value");
  }

  @Test
  void usageErrorsHaveAnExitCodeOfTheirOwn() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      int code = Program.execute(VectorAdd::run, new String[] {"--parts", "none"}, out, out);

      assertThat(code).isEqualTo(2);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith("--parts takes a number");
  }

  @Test
  void anOutcomeIsALineOfJson() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      PassTimes passes = new PassTimes(0.125, List.of(0.5, 0.0625, 0.03125, 0.015625));
      List<PassBytes> over = List.of(new PassBytes(1, 20, 0), new PassBytes(4, 30, 7));
      Outcome right =
          new Outcome("add", 12, 0.5, 0.25, passes, over, 255, true, Map.of("parts", 4L));

      assertThat(right.print(out)).isZero();
    }
    assertThat(printed.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo(
            "{\"program\": \"add\", \"footprint_bytes\": 12, \"seconds\": 0.500,"
                + " \"launch_seconds\": 0.2500, \"first_pass_seconds\": 0.125000,"
                + " \"later_pass_seconds\": 0.046875, \"pass_bytes\": [{\"count\": 1, \"read\": 20,"
                + " \"written\": 0}, {\"count\": 4, \"read\": 30, \"written\": 7}], \"result_ok\":"
                + " true, \"checksum\": \"00000000000000ff\", \"parts\": 4}");
  }

  @Test
  void oneInTheMiddleStandsForAllLaterPasses() {
    assertThat(PassTimes.ofNanos(9, new long[0]).laterMedian()).isEmpty();
    assertThat(PassTimes.of(List.of(9.0, 1.0)).laterMedian()).hasValue(1);
    assertThat(PassTimes.of(List.of(9.0, 5.0, 2.0, 3.0)).laterMedian()).hasValue(3);
  }
}
