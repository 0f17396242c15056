package io.spillway.samples.advise;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A program that can be run without Spillway, under it, recorded, and with hints. */
interface HintedProgram {

  /**
   * One run.
   *
   * @param seconds how long its own clock says it took
   * @param checksum equal for equal results
   * @param ok whether it found its result right
   */
  record Run(double seconds, String checksum, boolean ok) {

    static Run of(JsonNode json, String seconds, String checksum) {
      return new Run(
          json.path(seconds).asDouble(),
          json.path(checksum).asText(),
          json.path("result_ok").asBoolean(true));
    }
  }

  /** What it is called. */
  String name();

  /** A run without a budget, whose result all others must have. */
  Run plain() throws IOException, InterruptedException;

  /**
   * A run under the budget.
   *
   * @param hints the hints it is given
   * @param profile the recording it makes
   */
  Run budgeted(Optional<Path> hints, Optional<Path> profile)
      throws IOException, InterruptedException;
}
