package io.spillway.samples.programs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/**
 * One run of a program.
 *
 * @param seconds from its first allocation to its last result
 * @param launchSeconds of these in launches and waiting for them
 * @param firstPassSeconds of these in the first pass over its data, if it tells
 * @param laterPassSeconds of these in a later one, in the middle, if there is one
 * @param checksum equal for equal results
 * @param ok whether it found its result right
 */
record ProgramRun(
    double seconds,
    double launchSeconds,
    OptionalDouble firstPassSeconds,
    OptionalDouble laterPassSeconds,
    String checksum,
    boolean ok) {

  static ProgramRun of(JsonNode json) {
    return new ProgramRun(
        json.path("seconds").asDouble(),
        json.path("launch_seconds").asDouble(),
        number(json.path("first_pass_seconds")),
        number(json.path("later_pass_seconds")),
        json.path("checksum").asText(),
        json.path("result_ok").asBoolean());
  }

  private static OptionalDouble number(JsonNode node) {
    return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
  }

  boolean same(ProgramRun other) {
    return ok && other.ok && checksum.equals(other.checksum);
  }
}
