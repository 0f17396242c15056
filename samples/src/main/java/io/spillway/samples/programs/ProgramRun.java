package io.spillway.samples.programs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of a program.
 *
 * @param seconds from its first allocation to its last result
 * @param launchSeconds of these in launches and waiting for them
 * @param firstPassSeconds of these in the first pass over its data, if it tells
 * @param laterPassSeconds of these in a later one, in the middle, if there is one
 * @param mostOfBudget the most managed memory it had on the device at once, as a part of the
 *     budget, if somebody kept account
 * @param checksum equal for equal results
 * @param ok whether it found its result right
 */
record ProgramRun(
    double seconds,
    double launchSeconds,
    OptionalDouble firstPassSeconds,
    OptionalDouble laterPassSeconds,
    OptionalDouble mostOfBudget,
    String checksum,
    boolean ok) {

  /** In the agent's summary, as {@code SpillwayStatistics} writes it. */
  private static final Pattern MOST_OF_BUDGET =
      Pattern.compile("on the device at most [^,;]+ at once, ([0-9.]+) of the budget");

  static ProgramRun of(ChildJvm.Result result) {
    JsonNode json = result.json();
    return new ProgramRun(
        json.path("seconds").asDouble(),
        json.path("launch_seconds").asDouble(),
        number(json.path("first_pass_seconds")),
        number(json.path("later_pass_seconds")),
        mostOfBudget(result.log()),
        json.path("checksum").asText(),
        json.path("result_ok").asBoolean());
  }

  private static OptionalDouble mostOfBudget(String log) {
    Matcher told = MOST_OF_BUDGET.matcher(log);
    return told.find()
        ? OptionalDouble.of(Double.parseDouble(told.group(1)))
        : OptionalDouble.empty();
  }

  private static OptionalDouble number(JsonNode node) {
    return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
  }

  boolean same(ProgramRun other) {
    return ok && other.ok && checksum.equals(other.checksum);
  }
}
