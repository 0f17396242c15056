package io.spillway.evict;

import java.util.Arrays;
import java.util.List;

/**
 * When in a lap what leaves and comes back, from the launches' known times.
 *
 * <p>What leaves is Belady's choice. It leaves as soon as it is not needed, since that costs
 * nothing; it comes back in the order of need, as early as the room up to its use allows, so that
 * both directions of the link are busy before a launch could wait for them. Where they cannot be in
 * time, the launch's wait is part of the schedule. Parts should be small beside the room, since a
 * part's room is taken from when it is sent for until it has left. Pure and deterministic;
 * immutable.
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
  public record Link(double in, double out) {

    /** Refuses rates that are not above zero. */
    public Link {
      if (!(in > 0 && out > 0)) {
        throw new IllegalArgumentException(
            "a link of %s and %s bytes a nanosecond: each must be above 0".formatted(in, out));
      }
    }
  }

  /**
   * A part moves.
   *
   * @param launch with whose start it is asked for
   * @param part which part
   * @param in to the device, or from it
   */
  public record Move(int launch, int part, boolean in) {}

  /** The part of the room that the choice leaves free for what is on its way: 84 MiB of 40 GiB. */
  private static final double SPARE = 1.0 / 512;

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
   * @param parts what the launches use
   * @param roomBytes bytes on the device
   */
  public static LapSchedule of(double[] launchNanos, List<Part> parts, long roomBytes, Link link) {
    int length = launchNanos.length;
    LoadTree load = new LoadTree(loads(parts, length));
    List<LapGap> away =
        LapGap.choose(
            LapGap.of(parts, length), load, length, roomBytes - (long) (roomBytes * SPARE));
    long[] left = new long[length];
    for (int launch = 0; launch < length; launch++) {
      left[launch] = load.most(launch, launch + 1);
    }
    return new LapSchedule(new LapRun(launchNanos, left, away, roomBytes, link));
  }

  /** What each launch would hold if all stayed. */
  private static long[] loads(List<Part> parts, int length) {
    long[] changes = new long[length + 1];
    for (Part part : parts) {
      changes[part.kept() ? 0 : part.from()] += part.bytes();
      changes[part.kept() ? length : part.uses().getLast() + 1] -= part.bytes();
    }
    Arrays.parallelPrefix(changes, Long::sum);
    return Arrays.copyOf(changes, length);
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
