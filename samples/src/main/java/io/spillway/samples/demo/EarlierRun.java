package io.spillway.samples.demo;

import io.spillway.ProfileSettings;
import io.spillway.prefetch.OnDemand;
import io.spillway.profile.ProfileReader;
import io.spillway.profile.RunSchedule;
import io.spillway.profile.ScheduleFile;
import io.spillway.samples.device.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A run of the job that is recorded for a later one, the way a user does it: into a recording, of
 * which a schedule file is made. Of what launches touch alone; the device's own records, which slow
 * it, are not needed.
 */
final class EarlierRun {

  /** A lap is recognised once it has come twice; in the third it is followed. */
  private static final int PASSES = 3;

  private EarlierRun() {}

  /**
   * Records one on a freshly opened device.
   *
   * @throws IOException if the files cannot be written and read
   */
  static RunSchedule record(Machine machine, Job job) throws IOException {
    Path directory = Files.createTempDirectory("spillway-demo");
    Path recording = directory.resolve("earlier.jfr");
    Path schedule = directory.resolve("schedule.json");
    try {
      run(machine, job, recording, directory.resolve("no-cupti"));
      ScheduleFile.write(RunSchedule.of(ProfileReader.read(recording)), schedule);
      return ScheduleFile.read(schedule);
    } finally {
      Files.deleteIfExists(recording);
      Files.deleteIfExists(schedule);
      Files.deleteIfExists(directory);
    }
  }

  private static void run(Machine machine, Job job, Path recording, Path noCupti) {
    ProfileSettings settings =
        new ProfileSettings(recording, false, Optional.of(noCupti), line -> {});
    try (Run run = new Run(machine, job);
        Way way =
            new InterceptedWay(
                run.setting(), List.of(new OnDemand()), config -> config.profile(settings))) {
      for (int pass = 0; pass < PASSES; pass++) {
        run.pass(way);
      }
    }
  }
}
