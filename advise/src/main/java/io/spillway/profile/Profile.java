package io.spillway.profile;

import java.util.List;
import java.util.Optional;

/**
 * What a program touched and what that cost: a recording, folded. Immutable, and equal to another
 * by content.
 *
 * <p>An allocation's or a site's index is its place in the list here. Positions are launch numbers
 * ("sequences").
 *
 * @param recording what it was recorded with and on, and what is missing
 * @param totals sums over the whole recording
 * @param allocations what was allocated, in the order in which it was first seen
 * @param sites where launches come from, in the order in which they were first seen
 * @param phases the laps that the program repeats; the first is what lies outside of them, always
 *     there. What repeats once more later is the same phase
 * @param opening what was launched before the first lap of {@link #mainPhase}; everything if
 *     nothing repeats. Empty if that is more than is kept, a lap's worth of launches
 * @param timeline the course of the whole recording, in bins
 */
public record Profile(
    RecordingFacts recording,
    ProfileTotals totals,
    List<AllocationProfile> allocations,
    List<LaunchSiteProfile> sites,
    List<PhaseProfile> phases,
    LapSchedule opening,
    Timeline timeline) {

  /** Copies the lists. */
  public Profile {
    allocations = List.copyOf(allocations);
    sites = List.copyOf(sites);
    phases = List.copyOf(phases);
  }

  /** The phase whose laps cover the most launches, empty if nothing repeats. */
  public Optional<PhaseProfile> mainPhase() {
    return mainPhase(phases);
  }

  /**
   * The main phase, if the program goes on with it: from its first lap on, most launches are in its
   * laps. Empty for a program that repeats itself here and there.
   */
  public Optional<PhaseProfile> loop() {
    return loop(phases);
  }

  static Optional<PhaseProfile> loop(List<PhaseProfile> phases) {
    long last = phases.stream().mapToLong(PhaseProfile::lastSequence).max().orElse(Measure.NEVER);
    return mainPhase(phases).filter(phase -> 2 * phase.launches() > last - phase.firstSequence());
  }

  private static Optional<PhaseProfile> mainPhase(List<PhaseProfile> phases) {
    PhaseProfile most = null;
    for (PhaseProfile phase : phases) {
      if (phase.repeats() && (most == null || phase.launches() > most.launches())) {
        most = phase;
      }
    }
    return Optional.ofNullable(most);
  }
}
