package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;
import io.spillway.profile.RunSchedule;
import io.spillway.profile.ScheduleFile;
import io.spillway.profile.ScheduleFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@link Auto} that knows what an earlier run launched, so that it fetches ahead even in the first
 * lap. Where the schedule cannot be read, or this run does not keep to it, it acts as {@link Auto}
 * does, and the statistics say so.
 */
public final class Profiled implements SessionPlugin {

  private final MoveSizing sizing;
  private final Optional<RunSchedule> given;

  /** For {@link java.util.ServiceLoader}: the schedule is the one that the configuration names. */
  public Profiled() {
    this(MoveSizing.STANDARD, Optional.empty());
  }

  /** With the schedule of an earlier run, whatever file is named. */
  public Profiled(RunSchedule schedule) {
    this(MoveSizing.STANDARD, schedule);
  }

  /** The same, for a configuration that knows how its machine moves data best. */
  public Profiled(MoveSizing sizing, RunSchedule schedule) {
    this(sizing, Optional.of(schedule));
  }

  private Profiled(MoveSizing sizing, Optional<RunSchedule> given) {
    this.sizing = sizing;
    this.given = given;
  }

  @Override
  public String name() {
    return "profiled";
  }

  @Override
  public boolean wanted(SpillwayConfig config) {
    return given.isPresent() || config.schedule().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    EarlierRun earlier =
        given.map(EarlierRun::of).orElseGet(() -> read(context.config().schedule().orElseThrow()));
    earlier
        .whyNot()
        .ifPresent(
            reason ->
                System.getLogger(Profiled.class.getName())
                    .log(
                        System.Logger.Level.WARNING,
                        "no earlier run is followed, launches are predicted without: {0}",
                        reason));
    return new PredictiveEngine(context, sizing, Waits.STANDARD, earlier);
  }

  private static EarlierRun read(Path file) {
    try {
      return EarlierRun.of(ScheduleFile.read(file));
    } catch (ScheduleFileException e) {
      return EarlierRun.unusable(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return EarlierRun.unusable(
          "%s cannot be read (%s): make it with spillway advise --schedule".formatted(file, e));
    }
  }
}
