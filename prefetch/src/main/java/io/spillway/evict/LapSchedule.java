package io.spillway.evict;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * When in a lap what leaves and comes back, from the launches' known times.
 *
 * <p>What leaves is Belady's choice. It leaves as soon as it is not needed, since that costs
 * nothing; it comes back in the order of need, as early as the room up to its use allows, so that
 * both directions of the link are busy before a launch could wait for them. Where they cannot be in
 * time, the launch's wait is part of the schedule. Pure and deterministic; immutable.
 */
public final class LapSchedule {

  /**
   * What moves as a whole.
   *
   * @param bytes its size
   * @param from the launch from which it takes room: the first use, or before that to be allocated
   *     in time; of no meaning if it is kept
   * @param uses the launches that use it, ascending, at least one
   * @param kept whether its contents outlive the lap; otherwise nothing is copied for its first use
   *     or after its last
   */
  public record Part(long bytes, int from, List<Integer> uses, boolean kept) {

    /** Copies the uses. */
    public Part {
      uses = List.copyOf(uses);
      if (uses.isEmpty()) {
        throw new IllegalArgumentException("a part that no launch uses: leave it out");
      }
    }
  }

  /**
   * What the link carries.
   *
   * @param in bytes per nanosecond to the device
   * @param out bytes per nanosecond from it, at the same time
   */
  public record Link(double in, double out) {}

  /**
   * A part moves.
   *
   * @param launch with whose start it is asked for
   * @param part which part
   * @param in to the device, or from it
   */
  public record Move(int launch, int part, boolean in) {}

  /** Parts of the room that the choice leaves free for what is on its way; the best is taken. */
  private static final double[] SPARE = {0.002, 0.01, 0.02, 0.04, 0.08};

  private final List<Move> moves;
  private final double lapNanos;

  private LapSchedule(LapRun run) {
    moves = run.moves();
    lapNanos = run.lapNanos();
  }

  /**
   * Schedules a lap.
   *
   * @param launchNanos how long each launch takes if it has all it needs
   * @param roomBytes bytes on the device
   */
  public static LapSchedule of(double[] launchNanos, List<Part> parts, long roomBytes, Link link) {
    int length = launchNanos.length;
    List<LapGap> gaps = LapGap.of(parts, length);
    long[] all = loads(parts, length);
    return Arrays.stream(SPARE)
        .mapToObj(
            spare -> {
              LoadTree load = new LoadTree(all.clone());
              List<LapGap> away =
                  LapGap.choose(gaps, load, length, roomBytes - (long) (roomBytes * spare));
              return new LapRun(launchNanos, loads(all, away, length), away, roomBytes, link);
            })
        .min(Comparator.comparingDouble(LapRun::lapNanos))
        .map(LapSchedule::new)
        .orElseThrow();
  }

  private static long[] loads(List<Part> parts, int length) {
    long[] changes = new long[length + 1];
    for (Part part : parts) {
      changes[part.kept() ? 0 : part.from()] += part.bytes();
      changes[part.kept() ? length : part.uses().getLast() + 1] -= part.bytes();
    }
    Arrays.parallelPrefix(changes, Long::sum);
    return Arrays.copyOf(changes, length);
  }

  private static long[] loads(long[] all, List<LapGap> away, int length) {
    long[] loads = all.clone();
    for (LapGap gap : away) {
      for (int launch = gap.start(); launch < gap.end(); launch++) {
        loads[launch % length] -= gap.bytes();
      }
    }
    return loads;
  }

  /** What moves, in the order in which it is to be asked for. */
  public List<Move> moves() {
    return moves;
  }

  /** How long a lap takes by this schedule, waits included. */
  public double lapNanos() {
    return lapNanos;
  }
}
