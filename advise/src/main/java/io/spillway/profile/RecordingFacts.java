package io.spillway.profile;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a recording was made with and on.
 *
 * @param tools where events come from, as the sources named themselves; empty if only core's own
 *     events are there
 * @param missing what is not recorded and why, a line each; empty if nothing
 * @param machine where it was made; {@link MachineFigures#UNKNOWN} if not told
 * @param dropped records lost, by source; sources that ended without a loss have 0, those that
 *     never ended are absent
 * @param recordingSeconds time spent recording, on whatever threads
 */
public record RecordingFacts(
    List<String> tools,
    List<String> missing,
    MachineFigures machine,
    SortedMap<String, Long> dropped,
    double recordingSeconds) {

  /** Copies lists and map. */
  public RecordingFacts {
    tools = List.copyOf(tools);
    missing = List.copyOf(missing);
    dropped = Collections.unmodifiableSortedMap(new TreeMap<>(dropped));
  }

  /** All records lost. */
  public long droppedTotal() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }
}
