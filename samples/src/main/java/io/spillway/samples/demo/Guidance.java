package io.spillway.samples.demo;

import io.spillway.prefetch.MoveSizing;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a managed way is given beside its job.
 *
 * @param hints the hints file it applies, if any
 * @param profile the recording it makes, if any
 * @param moves how the engine moves data
 */
public record Guidance(Optional<Path> hints, Optional<Path> profile, MoveSizing moves) {

  /** Nothing. */
  public static final Guidance NONE =
      new Guidance(Optional.empty(), Optional.empty(), MoveSizing.STANDARD);

  /** Without a hints file and a recording. */
  Guidance withoutFiles() {
    return new Guidance(Optional.empty(), Optional.empty(), moves);
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
