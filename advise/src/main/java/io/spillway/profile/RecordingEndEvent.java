package io.spillway.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What was lost and what recording cost, as a JFR event that each source writes when it ends. */
@Name(RecordingEndEvent.NAME)
@Label("Recording End")
@Category("Spillway")
@Description("What was lost and what recording cost")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class RecordingEndEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.RecordingEnd";

  @Label("Source")
  private String source = "";

  @Label("Dropped")
  @Description("Records of the source that are not in the recording")
  private long dropped;

  @Label("Recording Seconds")
  @Description("Time spent recording, on whatever threads")
  private double recordingSeconds;

  private RecordingEndEvent() {}

  /**
   * Writes one event if someone records.
   *
   * @param source which source of events ends, such as {@code cupti}
   * @param dropped how many of its records are not in the recording
   * @param recordingSeconds time spent recording, on whatever threads
   */
  public static void emit(String source, long dropped, double recordingSeconds) {
    RecordingEndEvent event = new RecordingEndEvent();
    if (event.isEnabled()) {
      event.source = source;
      event.dropped = dropped;
      event.recordingSeconds = recordingSeconds;
      event.commit();
    }
  }
}
