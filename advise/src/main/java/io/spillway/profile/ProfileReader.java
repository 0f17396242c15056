package io.spillway.profile;

import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.Path;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Reads recordings. Stateless. */
public final class ProfileReader {

  /** Events looked at for how the clocks relate: each chunk begins with telling it. */
  private static final int FIRST_EVENTS = 100_000;

  private ProfileReader() {}

  /**
   * Reads a JFR recording and folds it, in memory that does not grow with the recording. Events
   * that are not Spillway's are skipped.
   *
   * @throws ProfileException if it is no recording, or one that this version does not understand:
   *     the message names the file, the event and the field
   * @throws IOException if the file cannot be opened
   */
  public static Profile read(Path file) throws IOException {
    ProfileFolder folder = new ProfileFolder();
    read(file, folder);
    return folder.finish();
  }

  /**
   * Folds the events of a JFR recording into {@code folder}, which may have been told others.
   *
   * @throws ProfileException as above
   * @throws IOException as above
   */
  public static void read(Path file, ProfileFolder folder) throws IOException {
    EventTranslator translator = new EventTranslator(folder);
    try {
      findClock(file, translator);
      try (RecordingFile recording = new RecordingFile(file)) {
        while (recording.hasMoreEvents()) {
          translator.translate(next(recording));
        }
      }
    } catch (ProfileException e) {
      throw new ProfileException(file + ": " + e.getMessage(), e);
    }
  }

  private static void findClock(Path file, EventTranslator translator) throws IOException {
    try (RecordingFile recording = open(file)) {
      for (int i = 0; i < FIRST_EVENTS && recording.hasMoreEvents(); i++) {
        RecordedEvent event = next(recording);
        if (EventTranslator.tellsClock(event)) {
          translator.clock(event);
          return;
        }
      }
    }
  }

  private static RecordingFile open(Path file) throws IOException {
    // A file that is not there is not a broken recording.
    file.getFileSystem().provider().checkAccess(file, AccessMode.READ);
    try {
      return new RecordingFile(file);
    } catch (IOException | RuntimeException e) {
      throw new ProfileException("not a JFR recording: " + e.getMessage(), e);
    }
  }

  private static RecordedEvent next(RecordingFile recording) throws ProfileException {
    try {
      return recording.readEvent();
    } catch (IOException | RuntimeException e) {
      // What JFR's parser does to broken input is not one exception.
      throw new ProfileException("the recording is broken or cut off: " + e.getMessage(), e);
    }
  }
}
