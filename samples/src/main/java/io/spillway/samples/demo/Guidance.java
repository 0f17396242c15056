package io.spillway.samples.demo;

import io.spillway.prefetch.MoveSizing;
import io.spillway.profile.RunSchedule;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a managed way is given beside its job.
 *
 * @param hints the hints file it applies, if any
 * @param profile the recording it makes, if any
 * @param moves how the engine moves data
 * @param earlier what an earlier run launched, if there was one
 */
public record Guidance(
    Optional<Path> hints, Optional<Path> profile, MoveSizing moves, Optional<RunSchedule> earlier) {

  /** Nothing. */
  public static final Guidance NONE =
      new Guidance(Optional.empty(), Optional.empty(), MoveSizing.STANDARD, Optional.empty());

  /** Without a hints file and a recording. */
  Guidance withoutFiles() {
    return new Guidance(Optional.empty(), Optional.empty(), moves, earlier);
  }

  /** With an earlier run to go by. */
  Guidance after(RunSchedule run) {
    return new Guidance(hints, profile, moves, Optional.of(run));
  }

  /** Behind a way's description. */
  String remark() {
    return hints.map(file -> ", with the hints of " + file).orElse("")
        + profile.map(file -> ", recorded into " + file).orElse("");
  }

  boolean isNone() {
    return hints.isEmpty() && profile.isEmpty();
  }
}
