package io.spillway.profile;

import io.spillway.access.AccessEvent;
import io.spillway.access.LaunchEvent;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/**
 * The JFR recording that a profile is: Spillway's events and no others.
 *
 * <p>When the JVM exits, JFR writes all recordings in a shutdown hook of its own, and then deletes
 * what it has not written, while other hooks still run. So it alone ends the recording then; the
 * end of the last chunk is watched, and what is still to be recorded is recorded there.
 */
final class FlightRecording {

  /** The most on disk, 8 GiB: 150 million events. What is more, the oldest chunks make room for. */
  private static final long MOST_BYTES = 8 * ByteSize.GIB;

  /** What JFR itself could not keep. */
  private static final String DATA_LOSS = "jdk.DataLoss";

  private static final String PREFIX = "io.spillway.";

  /** Spillway's events by name: their classes need not be loaded yet. */
  private static final List<String> EVENTS =
      List.of(
          LaunchEvent.NAME,
          AccessEvent.NAME,
          PREFIX + "Session",
          PREFIX + "Allocation",
          PREFIX + "Free",
          PREFIX + "Redirect",
          PREFIX + "Hint",
          PREFIX + "Move",
          PREFIX + "Drop",
          KernelEvent.NAME,
          FaultEvent.NAME,
          TransferEvent.NAME,
          ContentionEvent.NAME,
          RecordingEvent.NAME,
          RecordingEndEvent.NAME,
          DATA_LOSS);

  private final Recording recording = new Recording();
  private final Runnable atChunkStart;
  private final Runnable atChunkEnd;

  /**
   * Begins to record.
   *
   * @param file what is written
   * @param atChunkStart writes what every chunk has to have
   * @param atExit writes what is still to be written; called when the JVM exits, if that is sooner
   *     than {@link #stop}
   * @throws IOException if the file cannot be written
   */
  FlightRecording(Path file, Runnable atChunkStart, Runnable atExit) throws IOException {
    this.atChunkStart = atChunkStart;
    this.atChunkEnd =
        () -> {
          if (exiting()) {
            atExit.run();
          }
        };
    recording.setName("Spillway profile");
    recording.setDestination(file);
    recording.setDumpOnExit(true);
    recording.setMaxSize(MOST_BYTES);
    for (EventType type : FlightRecorder.getFlightRecorder().getEventTypes()) {
      recording.disable(type.getName());
    }
    for (String event : EVENTS) {
      recording.enable(event).withoutThreshold().withoutStackTrace();
    }
    recording.enable(RecordingEndEvent.NAME).with("period", "endChunk");
    FlightRecorder.addPeriodicEvent(RecordingEvent.class, atChunkStart);
    FlightRecorder.addPeriodicEvent(RecordingEndEvent.class, atChunkEnd);
    recording.start();
  }

  /** Hooks can be added until the JVM begins to exit; there is no other way to ask. */
  private static boolean exiting() {
    Thread probe = Thread.ofPlatform().unstarted(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** Ends it and writes the file; JFR does so itself if the JVM exits. */
  void stop() {
    if (exiting()) {
      return;
    }
    FlightRecorder.removePeriodicEvent(atChunkStart);
    FlightRecorder.removePeriodicEvent(atChunkEnd);
    if (recording.getState() == RecordingState.RUNNING) { // else somebody stopped them all
      recording.stop();
    }
    recording.close();
  }
}
