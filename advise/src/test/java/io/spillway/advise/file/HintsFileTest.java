package io.spillway.advise.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hints file looks like, and what is said of one that is wrong. */
class HintsFileTest {

  private static final String HINT =
      """
      {
        "spillwayHints": 1,
        "hints": [
          {
            "label": "weights",
            "allocationBytes": 8388608,
            "offset": 2097152,
            "bytes": 4194304,
            "hint": "read-mostly",
            "basis": "proven"
          }
        ]
      }
      """;

  private static HintsFile parse(String text) throws HintsFileException {
    return HintsFile.parse(text.getBytes(StandardCharsets.UTF_8), "hints.json");
  }

  @Test
  void theLeastThatCanBeWrittenIsRead() throws IOException {
    assertThat(parse(HINT).hints())
        .containsExactly(
            new SiteHint(
                "",
                Treatment.READ_MOSTLY,
                "",
                "weights",
                false,
                8 << 20,
                2 << 20,
                4 << 20,
                List.of(),
                Basis.PROVEN,
                "",
                Saving.NONE));
  }

  @Test
  void whatIsWrittenIsReadBack(@TempDir Path directory) throws IOException {
    SiteHint hint =
        new SiteHint(
            "zero-copy",
            Treatment.ZERO_COPY,
            "com.acme.Step.run:42#3, 8 MiB",
            "",
            true,
            (8 << 20) - 5,
            0,
            8 << 20,
            List.of("scan@com.acme.Step.run:50"),
            Basis.OBSERVED,
            "because \"so\"\n",
            new Saving(1.25, -7, 1L << 40));
    HintsFile file =
        new HintsFile(
            new HintsFile.Recorded("NVIDIA H200", true, 1L << 32, List.of("cupti 13.0")),
            List.of(hint),
            List.of(
                new SiteHint(
                    "scratch",
                    Treatment.DISCARD_AFTER_READ,
                    "label",
                    "label",
                    false,
                    2 << 20,
                    0,
                    2 << 20,
                    List.of(),
                    Basis.DECLARED,
                    "",
                    Saving.NONE)));
    Path path = directory.resolve("hints.json");
    file.write(path);
    assertThat(HintsFile.read(path)).isEqualTo(file);
    assertThat(Files.readString(path)).isEqualTo(file.text()).contains("\n      \"hint\": ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"spillwayHints\": 1 | \"spillwayHints\": 2 | 2 | 20 | version 2: this Spillway reads 1;"
            + " make the file anew",
        "\"spillwayHints\": 1, | '' | 1 | 1 | no \"spillwayHints\"",
        "\"hints\" | \"hint\" | 3 | 3 | unknown name \"hint\": known here are spillwayHints,"
            + " recorded",
        "\"read-mostly\" | \"read-only\" | 9 | 15 | \"read-only\" is not a hint: known are"
            + " read-mostly, zero-copy",
        "\"read-mostly\" | \"discard-after-read\" | 4 | 5 | it belongs under \"proposals\"",
        "\"proven\" | true | 10 | 16 | a text in double quotes belongs here",
        "2097152 | 2097153 | 7 | 17 | 2097153 is no multiple of 2097152, which is 2 MiB",
        "2097152 | -2097152 | 7 | 17 | -2097152 bytes: must be at least 0",
        "2097152 | 1e7 | 7 | 17 | a number of bytes belongs here",
        "2097152 | 99999999999999999999 | 7 | 17 | this number is out of range",
        "4194304 | 8388608 | 4 | 5 | bytes 8388608 from 2097152 on are not inside an allocation of"
            + " 8388608",
        "4194304 | 0 | 4 | 5 | bytes 0 from 2097152 on are not inside",
        "\"weights\" | \"\" | 4 | 5 | this hint is for no allocation",
        "\"offset\": 2097152, | '' | 4 | 5 | this hint has no offset",
        "\"basis\" | \"hint\" | 10 | 13 | Duplicate field 'hint'",
        "] | , | 13 | 1 | not JSON",
      })
  void whatIsWrongIsToldWithItsPlace(
      String right, String wrong, int line, int column, String problem) {
    assertThatThrownBy(() -> parse(HINT.replace(right, wrong)))
        .isInstanceOfSatisfying(
            HintsFileException.class,
            failure -> {
              assertThat(failure.line()).as(failure.getMessage()).isEqualTo(line);
              assertThat(failure.column()).as(failure.getMessage()).isEqualTo(column);
            })
        .hasMessageStartingWith("hints.json, line %d, column %d: ".formatted(line, column))
        .hasMessageContaining(problem);
  }

  @Test
  void twoHintsForTheSameBytesAreRefusedUnlessLaunchesTellThemApart() throws IOException {
    String body = HINT.substring(HINT.indexOf("    {"), HINT.indexOf("  ]")).strip();
    String twice = HINT.replace("  ]", "  , " + body + "]");
    assertThatThrownBy(() -> parse(twice)).hasMessageContaining("a second hint for bytes 2097152");
    String apart =
        HINT.replace("\"basis\"", "\"while\": [\"a\"], \"basis\"")
            .replace(
                "  ]\n}",
                "  , " + body.replace("\"basis\"", "\"while\": [\"b\"], \"basis\"") + "]}");
    assertThat(parse(apart).hints()).hasSize(2);
  }

  @Test
  void otherEncodingsAreToldWithTheirPlace() {
    byte[] bytes = HINT.replace("weights", "w\u00e9").getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> HintsFile.parse(bytes, "hints.json"))
        .hasMessage("hints.json, line 5, column 18: not UTF-8: save the file in that encoding");
  }

  @Test
  void whatFollowsTheEndIsRefused() {
    assertThatThrownBy(() -> parse(HINT + "{}")).hasMessageContaining("something follows");
    assertThatThrownBy(() -> parse("")).hasMessageContaining("a hints file is an object");
    assertThatThrownBy(() -> parse("[".repeat(100_000))).isInstanceOf(HintsFileException.class);
  }

  @Test
  void aByteOrderMarkIsPutUpWith() throws IOException {
    assertThat(parse("\ufeff" + HINT).hints()).hasSize(1);
  }

  @Test
  void whatIsTooLargeIsNotRead(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("hints.json");
    Files.write(path, new byte[(int) HintsFile.MOST_BYTES + 1]);
    assertThatThrownBy(() -> HintsFile.read(path)).hasMessageContaining("16777217 bytes are more");
  }
}
