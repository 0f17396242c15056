package io.spillway.samples.jcuda;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What came of a run.
 *
 * @param program its name
 * @param footprintBytes the most device memory it had at a time
 * @param seconds from the first allocation until the last kernel was done
 * @param launchSeconds of these in launches and waiting for them, with data on its way or there
 * @param passes how long each pass over the data took of these
 * @param passBytes what the passes go over, in their order
 * @param checksum of all it computed; equal for equal results
 * @param resultOk whether the host reference says the same
 * @param counts what else is worth knowing, by name
 */
record Outcome(
    String program,
    long footprintBytes,
    double seconds,
    double launchSeconds,
    PassTimes passes,
    List<PassBytes> passBytes,
    long checksum,
    boolean resultOk,
    Map<String, Long> counts) {

  /** Prints it as a line of JSON; returns the program's exit code. */
  int print(PrintStream out) {
    StringJoiner json = new StringJoiner(", ", "{", "}");
    json.add("\"program\": \"" + program + "\"");
    json.add("\"footprint_bytes\": " + footprintBytes);
    json.add("\"seconds\": " + String.format(Locale.ROOT, "%.3f", seconds));
    json.add("\"launch_seconds\": " + String.format(Locale.ROOT, "%.4f", launchSeconds));
    json.add("\"first_pass_seconds\": " + micros(passes.firstSeconds()));
    passes.laterMedian().ifPresent(later -> json.add("\"later_pass_seconds\": " + micros(later)));
    json.add(
        passBytes.stream()
            .map(PassBytes::json)
            .collect(Collectors.joining(", ", "\"pass_bytes\": [", "]")));
    json.add("\"result_ok\": " + resultOk);
    json.add("\"checksum\": \"%016x\"".formatted(checksum));
    new TreeMap<>(counts).forEach((name, count) -> json.add("\"" + name + "\": " + count));
    out.println(json);
    return resultOk ? 0 : 1;
  }

  private static String micros(double seconds) {
    return String.format(Locale.ROOT, "%.6f", seconds);
  }
}
