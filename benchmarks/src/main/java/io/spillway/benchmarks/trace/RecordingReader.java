package io.spillway.benchmarks.trace;

import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A JFR recording of a program under Spillway, folded by the same reader as advice is.
 *
 * <p>A profile keeps what repeats, so the trace is one phase's laps: parameter {@code phase}, by
 * default the one whose laps cover the most launches, for {@code laps} laps, by default as many as
 * were recorded and at most five. Launches outside of laps are not in it.
 */
final class RecordingReader implements TraceReader {

  /** How JFR's chunks begin. */
  static final String MAGIC = "FLR\0";

  /** A cold lap and four more, of which a policy that learns needs two. */
  private static final int USUAL_LAPS = 5;

  private static final int MAIN_PHASE = 0;

  @Override
  public Trace read(Path file, String name, Parameters parameters) throws IOException {
    int wanted = parameters.integer("phase", MAIN_PHASE, MAIN_PHASE);
    Profile profile = ProfileReader.read(file);
    PhaseProfile phase = phase(profile, wanted, file);
    int laps = parameters.integer("laps", (int) Math.min(USUAL_LAPS, phase.laps()), 1);
    return new RecordedLaps(profile, phase).trace(name, laps);
  }

  private static PhaseProfile phase(Profile profile, int wanted, Path file) throws IOException {
    PhaseProfile phase =
        wanted == MAIN_PHASE
            ? profile.mainPhase().orElseThrow(() -> new IOException(nothingRepeats(profile, file)))
            : profile.phases().stream()
                .filter(each -> each.index() == wanted && each.repeats())
                .findFirst()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "%s: phase=%d does not repeat; those that do are %s"
                                .formatted(
                                    file,
                                    wanted,
                                    profile.phases().stream()
                                        .filter(PhaseProfile::repeats)
                                        .map(PhaseProfile::index)
                                        .toList())));
    if (phase.schedule().length() == 0) {
      throw new IOException(
          "%s: a lap of phase %d is too large to be kept in a profile, so there is nothing to replay"
              .formatted(file, phase.index()));
    }
    return phase;
  }

  private static String nothingRepeats(Profile profile, Path file) {
    return "%s: none of its %d launches repeat in laps, and only laps can be replayed; record more of the program's main loop"
        .formatted(file, profile.totals().launches());
  }
}
