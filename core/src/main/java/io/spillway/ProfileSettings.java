package io.spillway;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a session is recorded.
 *
 * @param file the recording, in the format of the JDK's flight recorder; replaced if it is there
 * @param survey whether everything managed is taken off the device at the start of each lap of
 *     launches, so that what a lap touches faults once in every lap. Costs that traffic
 * @param cupti the CUPTI library to load; empty to look where it is usually
 * @param report takes lines for the person who runs the program: what is recorded, and at the end
 *     what that cost
 */
public record ProfileSettings(
    Path file, boolean survey, Optional<Path> cupti, Consumer<String> report) {

  /** The system property that names the CUPTI library where nothing else does. */
  public static final String CUPTI_PROPERTY = "spillway.cupti";

  /** A plain recording, reported to the system's logger. */
  public static ProfileSettings to(Path file) {
    return new ProfileSettings(
        file,
        false,
        Optional.ofNullable(System.getProperty(CUPTI_PROPERTY)).map(Path::of),
        line ->
            System.getLogger(ProfileSettings.class.getName()).log(System.Logger.Level.INFO, line));
  }

  /** The same with a survey, or without. */
  public ProfileSettings withSurvey(boolean value) {
    return new ProfileSettings(file, value, cupti, report);
  }
}
