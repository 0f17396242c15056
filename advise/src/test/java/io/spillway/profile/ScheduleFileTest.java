package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.access.AccessKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a schedule file looks like, and what is said of one that is wrong. */
class ScheduleFileTest {

  private static final String SCHEDULE =
      """
      {
        "spillwaySchedule": 1,
        "allocations": [
          { "label": "weights", "bytes": 8388608 }
        ],
        "launches": [
          {
            "site": "layer",
            "nanos": 25,
            "accesses": [
              { "allocation": 0, "offset": 2097152, "bytes": 4194304, "kind": "read" }
            ]
          }
        ],
        "before": [],
        "lap": [ 0, 0 ]
      }
      """;

  private static RunSchedule parse(String text) throws ScheduleFileException {
    return ScheduleFile.parse(text.getBytes(StandardCharsets.UTF_8), "schedule.json");
  }

  @Test
  void aScheduleIsRead() throws IOException {
    assertThat(parse(SCHEDULE))
        .isEqualTo(
            new RunSchedule(
                List.of(new RunSchedule.NamedAllocation("weights", "", 8 << 20)),
                List.of(
                    new RunSchedule.NamedLaunch(
                        "layer",
                        List.of(new ScheduledAccess(0, 2 << 20, 4 << 20, AccessKind.READ)),
                        25)),
                new int[0],
                new int[] {0, 0}));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"spillwaySchedule\": 1 | \"spillwaySchedule\": 7 | 2 | version 7: this Spillway reads 1;"
            + " make the file anew",
        "\"spillwaySchedule\": 1, | | 1 | \"spillwaySchedule\", its version, comes first; make it"
            + " with spillway advise",
        "\"nanos\": 25 | \"nanos\": -1 | 9 | -1: must be at least 0",
        "\"nanos\" | \"seconds\" | 9 | unknown name \"seconds\": known here are site, nanos,"
            + " accesses",
        "\"allocation\": 0 | \"allocation\": 1 | 11 | 1: of allocations listed before there are 1,"
            + " counted from 0",
        "\"allocation\": 0, | | 11 | this access has no \"allocation\"",
        "\"kind\": \"read\" | \"kind\": \"peek\" | 11 | \"peek\" is not a kind of access: known are"
            + " read, write, read-write, unknown",
        "\"bytes\": 4194304 | \"bytes\": 0 | 11 | 0 bytes from 2097152 on are no range",
        "\"offset\": 2097152 | \"offset\": 9223372036854775807 | 11 | are no range",
        "\"offset\": 2097152 | \"offset\": 99999999999999999999 | 11 | this number is out of range",
        "[ 0, 0 ] | [ 0, 1 ] | 16 | 1: of launches listed before there are 1",
        "[ 0, 0 ] | 0 | 16 | a list of numbers of launches",
        "\"label\": \"weights\", | | 4 | give its \"label\" or its \"site\"",
      })
  void whatIsWrongIsToldWithItsLine(String text, String instead, int line, String problem) {
    String wrong = SCHEDULE.replace(text, instead == null ? "" : instead);

    assertThatThrownBy(() -> parse(wrong))
        .isInstanceOf(ScheduleFileException.class)
        .hasMessageStartingWith("schedule.json, line " + line + ", column ")
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | a schedule is an object",
        "`{ \"spillwayHints\": 1, \"hints\": [] }` | unknown name \"spillwayHints\": known here are"
            + " spillwaySchedule",
        "`[]` | a schedule is an object",
        "`#!/bin/sh` | not JSON",
      })
  void aFileOfAnotherKindIsRefused(String text, String problem) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ScheduleFileException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void moreLaunchesThanAScheduleMayHaveAreRefused() {
    String tooMany = "0, ".repeat(RunSchedule.MOST_LAUNCHES) + "0";

    assertThatThrownBy(() -> parse(SCHEDULE.replace("0, 0", tooMany)))
        .isInstanceOf(ScheduleFileException.class)
        .hasMessageContaining("more than 65536 launches in order, which is the most");
  }

  @Test
  void aFileThatIsTooLargeIsNotRead(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("schedule.json");
    try (var channel =
        Files.newByteChannel(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.position(ScheduleFile.MOST_BYTES).write(ByteBuffer.wrap(new byte[1]));
    }
    assertThatThrownBy(() -> ScheduleFile.read(file))
        .isInstanceOf(ScheduleFileException.class)
        .hasMessageContaining("268435457 bytes are more than the 268435456 a schedule may have");
  }
}
