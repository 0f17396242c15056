package io.spillway.samples.advise;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What hints did for one program.
 *
 * @param program its name
 * @param plainSeconds without Spillway and without a budget
 * @param before under the budget without hints
 * @param after under the budget with them; empty if there are none to be given
 * @param hints how many there are
 * @param equal whether every run had the plain run's result
 */
record HintComparison(
    String program,
    double plainSeconds,
    Side before,
    Optional<Side> after,
    int hints,
    boolean equal) {

  /** A program may take this much longer with hints than without: three percent. */
  static final double MOST_SLOWDOWN = 1.03;

  /**
   * A program with hints, or without.
   *
   * @param seconds the median of the runs that were not recorded
   * @param recordedSeconds of the run that was recorded
   * @param recorded what that recording counted
   */
  record Side(double seconds, double recordedSeconds, Recorded recorded) {

    /** What recording adds to the time. */
    double overhead() {
      return recordedSeconds / seconds - 1;
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("seconds", seconds);
      json.put("recorded_seconds", recordedSeconds);
      json.put("recording_overhead", overhead());
      json.put("gpu_faults", recorded.gpuFaults());
      json.put("bytes_to_device", recorded.bytesToDevice());
      json.put("bytes_to_host", recorded.bytesToHost());
      json.put("evicted_bytes_to_host", recorded.evictedBytes());
      json.put("dropped_records", recorded.droppedRecords());
      json.put("missing", recorded.missing());
      return json;
    }
  }

  /**
   * What a recording counted.
   *
   * @param gpuFaults device faults, in pages
   * @param bytesToDevice over the link
   * @param bytesToHost over the link
   * @param evictedBytes of these all but the program's own copies
   * @param droppedRecords lost
   * @param missing what was not recorded, empty if nothing
   */
  record Recorded(
      long gpuFaults,
      long bytesToDevice,
      long bytesToHost,
      long evictedBytes,
      long droppedRecords,
      String missing) {}

  /** How many times as fast it is with hints: 1 if there are none. */
  double speedup() {
    return after.map(with -> before.seconds() / with.seconds()).orElse(1.0);
  }

  /** Whether results are equal and hints cost no more than they may. */
  boolean ok() {
    return equal && after.map(Side::seconds).orElse(0.0) <= before.seconds() * MOST_SLOWDOWN;
  }

  /** In a word. */
  String verdict() {
    if (!equal) {
      return "DIFFERS";
    }
    return ok() ? "equal" : "SLOWER";
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("program", program);
    json.put("speedup", speedup());
    json.put("hints", hints);
    json.put("result", verdict());
    json.put("plain_seconds", plainSeconds);
    json.put("before", before.json());
    after.ifPresent(with -> json.put("after", with.json()));
    return json;
  }
}
