package io.spillway.profile;

import java.util.List;

/**
 * A stretch of launches that repeats a lap, or what lies outside of all such.
 *
 * @param index its place in {@link Profile#phases}
 * @param firstSequence its first launch; {@link Measure#NEVER} if there is none
 * @param lastSequence its last launch
 * @param launches how many launches belong to it
 * @param runs how often the program came to it
 * @param laps whole laps, over all its runs
 * @param observedLaps of these the ones that {@code blocks} tells of: a lap is recognised when it
 *     has been seen twice, and what went before counts outside of laps
 * @param lapTime from the start of a lap to the next one's, as far as told
 * @param schedule the lap; {@link LapSchedule#EMPTY} outside of laps, and for a lap that is too
 *     large to keep
 * @param blocks for each of {@link Profile#allocations} a row for each block: what happened in this
 *     phase alone. In a phase that repeats, the measures "in lap" come from the schedule
 */
public record PhaseProfile(
    int index,
    long firstSequence,
    long lastSequence,
    long launches,
    long runs,
    long laps,
    long observedLaps,
    DurationSummary lapTime,
    LapSchedule schedule,
    List<Columns<BlockMeasure>> blocks) {

  /** Copies the list. */
  public PhaseProfile {
    blocks = List.copyOf(blocks);
  }

  /** Whether it repeats a lap. */
  public boolean repeats() {
    return laps > 0;
  }
}
