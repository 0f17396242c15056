package io.spillway.predict;

import java.util.Arrays;

/**
 * Follows the live launches along those that a recorded run made: some that come once, then a lap
 * that comes again and again. Expects them from the first launch on that it knows.
 *
 * <p>The recorded launches have no addresses. Each gets its number in the {@link LaunchTable} with
 * {@link #place} once what it touches is there; until then it is as if it were not in the schedule.
 *
 * <p>A launch that is not the next is looked for among the next few, so that launches may be
 * missing; then, together with the one before it, anywhere in the schedule; else it is one that
 * came in between, or, if it is of the same site, one that touches something else. A skip that the
 * following launch disproves is taken back. Where nothing fits for a while, nothing is expected
 * until something does, and in the end the schedule is given up.
 *
 * <p>Constant time per launch and no garbage, except after {@link #place}. Not thread-safe.
 */
public final class ScheduleFollower {

  /** Launches that may be missing, or come in between, before the place is lost. */
  private static final int MOST_SKIPPED = LapFollower.MOST_SKIPPED;

  /** Places looked at for a pair of launches; what occurs more often tells little. */
  private static final int MOST_PLACES = 16;

  /**
   * How many more launches may come otherwise than as recorded, once one did: a few optional parts
   * of a lap's, as judged by {@link #MOST_SKIPPED}, one after the other.
   */
  private static final int MOST_MISSES = 8 * MOST_SKIPPED;

  /**
   * Launches waited for the first that is known, where the recording does not reach back to the
   * program's beginning: 2^14, those that the engine keeps under way at most.
   */
  private static final int MOST_AWAITED = 1 << 14;

  private static final int NOWHERE = -1;

  private final LaunchTable launches;
  private final int[] steps;
  private final int lapStart;
  private final int[] numbers;

  // The steps that have a number, in order.
  private int[] expected = {};
  private int[] stepOf = {};
  private int length;
  private int lapFrom;

  // Where each launch occurs, by number, and where it does so again.
  private int[] firstOf = {};
  private int[] again = {};
  private boolean stale = true;

  private State state;

  /** Index of the last launch recognised. */
  private int place = NOWHERE;

  /** Whether the last launch was skipped to, and no other has confirmed that. */
  private boolean skipped;

  /** Where it would be without that skip. */
  private int held = NOWHERE;

  private int previous = NOWHERE;
  private int inserted;
  private long run;
  private int misses;
  private long epoch;

  /** How it goes. */
  public enum State {
    /** No launch of it has come yet. */
    AWAITED("awaited"),
    /** Launches come as recorded. */
    FOLLOWED("followed"),
    /** Too many in a row came that are not in it; it is looked for. */
    LOST("looked for"),
    /** It came to its end. */
    FINISHED("finished"),
    /** Too many launches came otherwise. */
    GIVEN_UP("given up, since %d more launches than came as recorded came otherwise"),
    /** No launch of it came at all. */
    UNKNOWN("given up, since none of the first %d launches is in it"),
    /** The laps of this run are followed, which differ from the recorded one. */
    REPLACED("replaced by this run's own laps");

    private final String words;

    State(String words) {
      this.words = words;
    }

    /** In a few words. */
    public String words() {
      return switch (this) {
        case GIVEN_UP -> words.formatted(MOST_MISSES);
        case UNKNOWN -> words.formatted(MOST_AWAITED);
        default -> words;
      };
    }
  }

  /**
   * Follows a schedule.
   *
   * @param launches where live launches get their numbers
   * @param before what comes once, as indices from 0 on
   * @param lap what comes again and again after that; empty if nothing does
   */
  public ScheduleFollower(LaunchTable launches, int[] before, int[] lap) {
    this.launches = launches;
    steps = Arrays.copyOf(before, before.length + lap.length);
    System.arraycopy(lap, 0, steps, before.length, lap.length);
    lapStart = before.length;
    numbers = new int[1 + Arrays.stream(steps).max().orElse(NOWHERE)];
    Arrays.fill(numbers, NOWHERE);
    state = steps.length > 0 ? State.AWAITED : State.FINISHED;
  }

  /**
   * Gives a recorded launch its number, from the next launch on.
   *
   * @param index its index, as in the steps
   */
  public void place(int index, int number) {
    stale |= numbers[index] != number;
    numbers[index] = number;
  }

  private void rebuild() {
    stale = false;
    int step = place < 0 ? NOWHERE : stepOf[place];
    expected = new int[steps.length];
    stepOf = new int[steps.length];
    length = 0;
    lapFrom = 0;
    place = NOWHERE;
    skipped = false;
    for (int i = 0; i < steps.length; i++) {
      if (numbers[steps[i]] >= 0) {
        expected[length] = numbers[steps[i]];
        stepOf[length] = i;
        place = i <= step ? length : place;
        length++;
        lapFrom += i < lapStart ? 1 : 0;
      }
    }
    firstOf = new int[1 + Arrays.stream(numbers).max().orElse(NOWHERE)];
    again = new int[length];
    Arrays.fill(firstOf, NOWHERE);
    for (int i = length - 1; i >= 0; i--) {
      again[i] = firstOf[expected[i]];
      firstOf[expected[i]] = i;
    }
    epoch++;
  }

  /**
   * The next launch.
   *
   * @param number its number
   * @return whether it was the one expected
   */
  public boolean observe(int number) {
    if (over()) {
      return false;
    }
    if (stale) {
      rebuild();
    }
    int next = ahead(place, 1);
    boolean hit = isAt(next, number);
    boolean foreseen = hit && state == State.FOLLOWED;
    if (hit) {
      recognised(next, foreseen);
    } else {
      realign(number, next);
    }
    previous = number;
    count(foreseen);
    return foreseen;
  }

  private void count(boolean foreseen) {
    if (foreseen) {
      run++;
      misses = Math.max(0, misses - 1);
    } else {
      run = 0;
      misses++;
    }
    if (state == State.AWAITED) {
      state = misses > MOST_AWAITED ? State.UNKNOWN : state;
    } else if (misses > MOST_MISSES) {
      state = State.GIVEN_UP;
    } else if (lapStart == steps.length && stepOf[place] == steps.length - 1) {
      state = State.FINISHED;
    }
  }

  /**
   * A launch is the one at {@code at}.
   *
   * @param inOrder whether what follows it is expected already
   */
  private void recognised(int at, boolean inOrder) {
    if (state == State.AWAITED) {
      misses = 0;
    }
    place = at;
    inserted = 0;
    skipped = false;
    state = State.FOLLOWED;
    epoch += inOrder ? 0 : 1;
  }

  private void skipTo(int at, boolean inOrder) {
    int from = place;
    recognised(at, inOrder);
    skipped = true;
    held = from;
  }

  private void realign(int number, int next) {
    if (skipped && isAt(ahead(held, 1), number)) {
      recognised(ahead(held, 1), false); // what was skipped to was one that came in between
      return;
    }
    for (int distance = 2; distance <= 1 + MOST_SKIPPED; distance++) {
      if (isAt(ahead(place, distance), number)) {
        skipTo(ahead(place, distance), false);
        return;
      }
    }
    int found = pair(number);
    if (found >= 0) {
      recognised(found, false);
    } else if (state == State.FOLLOWED
        && next >= 0
        && launches.site(expected[next]) == launches.site(number)) {
      skipTo(next, true); // the same, on something else
    } else {
      insert();
    }
  }

  /** A launch came in between. */
  private void insert() {
    skipped = false;
    if (state == State.FOLLOWED) {
      epoch++;
      inserted++;
      if (inserted > MOST_SKIPPED) {
        state = State.LOST;
      }
    }
  }

  private boolean isAt(int index, int number) {
    return index >= 0 && expected[index] == number;
  }

  /**
   * Where the last two launches come one after the other, from here on if they do; negative if
   * nowhere.
   */
  private int pair(int number) {
    int found = NOWHERE;
    int at = previous >= 0 && number < firstOf.length ? firstOf[number] : NOWHERE;
    for (int places = 0; at >= 0 && places < MOST_PLACES; places++) {
      boolean together =
          (at > 0 && expected[at - 1] == previous)
              || (at == lapFrom && expected[length - 1] == previous);
      if (together && (found < 0 || (found <= place && at > place))) {
        found = at;
      }
      at = again[at];
    }
    return found;
  }

  /** The index so many steps after another, round and round the lap; negative behind the end. */
  private int ahead(int from, long distance) {
    long at = from + distance;
    if (at < length) {
      return (int) at;
    }
    return lapFrom == length ? NOWHERE : lapFrom + (int) ((at - length) % (length - lapFrom));
  }

  /** Launches went by unseen. */
  public void lose() {
    previous = NOWHERE;
    skipped = false;
    if (state == State.FOLLOWED) {
      state = State.LOST;
      epoch++;
    }
  }

  /** The laps of this run are followed instead. */
  void replace() {
    state = State.REPLACED;
  }

  /** How it goes. */
  public State state() {
    return state;
  }

  /** Whether it tells what comes next. */
  boolean followed() {
    return state == State.FOLLOWED;
  }

  private boolean over() {
    return switch (state) {
      case AWAITED, FOLLOWED, LOST -> false;
      case FINISHED, GIVEN_UP, UNKNOWN, REPLACED -> true;
    };
  }

  /** How many launches in a row came as recorded. */
  long run() {
    return run;
  }

  /** How many launches ahead are told: all up to the lap, and the lap once. */
  int depth() {
    return place < lapFrom ? length - 1 - place : length - lapFrom;
  }

  /**
   * The launch expected in {@code step} launches.
   *
   * @param step from 1 to {@link #depth}
   */
  int expected(long step) {
    return expected[ahead(place, step)];
  }

  /** Launches of the lap that is gone through; 0 if it has not begun, or there is none. */
  int lapLength() {
    return place >= lapFrom ? length - lapFrom : 0;
  }

  /** Whether the lap is gone through, launch by launch. */
  public boolean inLap() {
    return followed() && lapLength() > 0;
  }

  /** Rises whenever what is expected is not what was expected one launch ago, less one. */
  long epoch() {
    return epoch;
  }
}
