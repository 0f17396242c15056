package io.spillway.samples.programs;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One run of a program.
 *
 * @param seconds from its first allocation to its last result
 * @param launchSeconds of these in launches and waiting for them
 * @param checksum equal for equal results
 * @param ok whether it found its result right
 */
record ProgramRun(double seconds, double launchSeconds, String checksum, boolean ok) {

  static ProgramRun of(JsonNode json) {
    return new ProgramRun(
        json.path("seconds").asDouble(),
        json.path("launch_seconds").asDouble(),
        json.path("checksum").asText(),
        json.path("result_ok").asBoolean());
  }

  boolean same(ProgramRun other) {
    return ok && other.ok && checksum.equals(other.checksum);
  }
}
