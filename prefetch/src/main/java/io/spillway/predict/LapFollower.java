package io.spillway.predict;

import java.util.Arrays;

/**
 * Follows the live launches along those seen before: what came after the last occurrence of the
 * present situation is what is expected now.
 *
 * <p>There is no notion of where a lap starts. The present situation is the last 16, 4 or 1
 * launches, the longest of these that was seen before; from there the past is followed step by
 * step, so that a lap is recognised at the first launches of its second round, and a loop inside a
 * loop by whichever of the two explains more. A launch that is missing or comes in between is
 * stepped over. The distance between now and the place followed is the {@link #lag}, the length of
 * the lap if there is one.
 *
 * <p>A place far back is held on to as long as it explains what comes, though what comes may have
 * begun to go round in less: {@link #innerLap} tells.
 *
 * <p>Constant time per launch, no garbage except when the history doubles. Not thread-safe.
 */
public final class LapFollower {

  /** Launches remembered at most, 2^18: laps up to that length are followed; 5 MiB in all. */
  private static final int MOST_BITS = 18;

  private static final int FIRST_BITS = 6;

  /** Launches that make up a situation. Powers of four, so that few lookups cover many lengths. */
  private static final int[] CONTEXTS = {16, 4};

  /**
   * How many launches may be missing or come in between before the place is given up: a lap's
   * optional parts, such as a log line's reduction, are a few launches.
   */
  static final int MOST_SKIPPED = 8;

  /** Launches in a row that have to come as expected before a place is held on to. */
  private static final int SETTLED = CONTEXTS[1];

  /** Rounds that a lap inside another has to have before it: deciding for one takes one or two. */
  private static final int ROUNDS_AHEAD = 2;

  /** Factor of the rolling hash: any odd number whose powers do not repeat soon. */
  private static final long BASE = 0x5851F42D4C957F2DL;

  /**
   * Launches in a row that have to come as expected before all that followed them is believed to
   * follow again: as many as make up the longest situation. Each time that this proves wrong it
   * takes four times as many, up to 2^16, as a window closes multiplicatively in TCP; a lap of at
   * least as many that is gone round in full restores the trust.
   */
  private static final int FIRST_PROOF = CONTEXTS[0];

  private static final int PROOF_GROWTH = 4;
  private static final int MOST_PROOF = 1 << 16;

  private static final int NOWHERE = -1;

  private final long[] powers = new long[CONTEXTS[0] + 1];
  private int bits = FIRST_BITS;
  private int[] history = new int[1 << FIRST_BITS];
  private long[] hashes = new long[1 << FIRST_BITS];
  private final long[][] situations = new long[CONTEXTS.length][1 << FIRST_BITS];
  private long[] lastPlace = new long[1 << FIRST_BITS];
  private long now = -1;
  private long place = NOWHERE;
  private int run;
  private int inserted;
  private int proof = FIRST_PROOF;

  /** Whether the lap had proved itself when something unexpected came. */
  private boolean believed;

  private long epoch;

  /** How far back the last few launches were seen last, when that changed last. */
  private long period;

  /** How many launches in a row were those of as far back. */
  private long periodRun;

  /** How many of the launches expected next go on as one period before. */
  private long goesOn;

  /** Nothing has been seen. */
  public LapFollower() {
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * BASE;
    }
    Arrays.fill(lastPlace, NOWHERE);
    for (long[] table : situations) {
      Arrays.fill(table, NOWHERE);
    }
  }

  /**
   * The next launch.
   *
   * @param launch its number
   * @return whether it was the one expected
   */
  public boolean observe(int launch) {
    boolean expected = place >= 0 && history[slot(place + 1)] == launch;
    append(launch);
    if (expected) {
      place++;
      inserted = 0;
      believed = false;
      run = Math.min(run + 1, Integer.MAX_VALUE - 1);
      goesOn = Math.max(0, goesOn - 1);
      if (run >= lag() && lag() >= proof) {
        proof = FIRST_PROOF;
      }
      giveUpTheForgotten();
    } else {
      realign(launch);
      goesOn = 0;
    }
    followPeriod();
    remember(launch);
    return expected;
  }

  /** Before the present situation is remembered: how far back is it? */
  private void followPeriod() {
    long candidate = now + 1 < SETTLED ? NOWHERE : latest(CONTEXTS.length - 1);
    long distance = candidate < 0 ? 0 : now - candidate;
    boolean goesRound =
        period > 0 && remembered(now - period) && history[slot(now - period)] == history[slot(now)];
    if (goesRound && (distance == 0 || distance >= period)) { // places may have been overwritten
      periodRun++;
    } else {
      period = distance;
      periodRun = distance == 0 ? 0 : SETTLED;
      goesOn = 0;
    }
    while (goesOn < ROUNDS_AHEAD * period
        && goesOn < lag()
        && history[slot(place + 1 + goesOn)] == history[slot(now + 1 + goesOn % period - period)]) {
      goesOn++;
    }
  }

  private void append(int launch) {
    if (now + 1 == history.length && bits < MOST_BITS) {
      grow();
    }
    long before = now < 0 ? 0 : hashes[slot(now)];
    now++;
    history[slot(now)] = launch;
    hashes[slot(now)] = before * BASE + launch + 1;
    if (launch >= lastPlace.length) {
      int known = lastPlace.length;
      lastPlace = Arrays.copyOf(lastPlace, Math.max(2 * known, launch + 1));
      Arrays.fill(lastPlace, known, lastPlace.length, NOWHERE);
    }
  }

  /** After something unexpected: steps over what is missing, else looks for the situation. */
  private void realign(int launch) {
    long found = lookUp(launch);
    int matched = found < 0 ? 0 : matchLength(found);
    believed |= provedItself();
    if (run >= SETTLED && matched < SETTLED) {
      for (int missing = 1; missing <= MOST_SKIPPED && place + 1 + missing < now; missing++) {
        if (history[slot(place + 1 + missing)] == launch) {
          place += 1 + missing;
          run = Math.max(SETTLED, run >> 1);
          inserted = 0;
          epoch++;
          return;
        }
      }
      if (inserted < MOST_SKIPPED) {
        inserted++;
        run = Math.max(SETTLED, run >> 1);
        epoch++;
        return;
      }
    }
    if (believed) {
      proof = Math.min(MOST_PROOF, PROOF_GROWTH * proof);
      believed = false;
    }
    place = found;
    run = Math.max(0, matched - 1);
    inserted = 0;
    epoch++;
  }

  /** The latest place at which the present situation was seen before; negative if there is none. */
  private long lookUp(int launch) {
    for (int i = 0; i < CONTEXTS.length; i++) {
      if (now + 1 >= CONTEXTS[i]) {
        long candidate = latest(i);
        if (candidate >= 0) {
          return candidate;
        }
      }
    }
    long candidate = lastPlace[launch];
    return remembered(candidate) ? candidate : NOWHERE;
  }

  /** The latest place at which the situation of that length was seen before. */
  private long latest(int context) {
    long candidate = situations[context][index(situation(CONTEXTS[context]))];
    return remembered(candidate) && matchLength(candidate) >= CONTEXTS[context]
        ? candidate
        : NOWHERE;
  }

  /** How many launches before and at {@code candidate} are those before and at now. */
  private int matchLength(long candidate) {
    int length = 0;
    long most = Math.min(candidate + 1, CONTEXTS[0]);
    while (length < most
        && remembered(candidate - length)
        && history[slot(candidate - length)] == history[slot(now - length)]) {
      length++;
    }
    return length;
  }

  private boolean remembered(long candidate) {
    return candidate >= 0
        && candidate < now
        && (now < history.length || now - candidate < history.length - MOST_SKIPPED);
  }

  private void giveUpTheForgotten() {
    if (!remembered(place)) {
      place = NOWHERE;
      run = 0;
      epoch++;
    }
  }

  private void remember(int launch) {
    for (int i = 0; i < CONTEXTS.length; i++) {
      if (now + 1 >= CONTEXTS[i]) {
        situations[i][index(situation(CONTEXTS[i]))] = now;
      }
    }
    lastPlace[launch] = now;
  }

  /** The hash of the last {@code length} launches. */
  private long situation(int length) {
    long before = now < length ? 0 : hashes[slot(now - length)];
    return hashes[slot(now)] - before * powers[length];
  }

  private int index(long hash) {
    return Mixing.index(hash, bits);
  }

  private void grow() {
    int old = history.length;
    bits++;
    history = Arrays.copyOf(history, 2 * old);
    hashes = Arrays.copyOf(hashes, 2 * old);
    for (int i = 0; i < CONTEXTS.length; i++) {
      situations[i] = new long[2 * old];
      Arrays.fill(situations[i], NOWHERE);
    }
    long end = now;
    for (now = 0; now <= end; now++) {
      for (int i = 0; i < CONTEXTS.length; i++) {
        if (now + 1 >= CONTEXTS[i]) {
          situations[i][index(situation(CONTEXTS[i]))] = now;
        }
      }
    }
    now = end;
  }

  private int slot(long position) {
    return (int) position & (history.length - 1);
  }

  /** Launches went by unseen: no place is followed until the situation is seen again. */
  public void lose() {
    place = NOWHERE;
    run = 0;
    inserted = 0;
    period = 0;
    periodRun = 0;
    goesOn = 0;
    epoch++;
  }

  /** The number of launches seen, less one; -1 before the first. */
  public long now() {
    return now;
  }

  /** How far back the place is that is followed; 0 if none is. */
  public long lag() {
    return place < 0 ? 0 : now - place;
  }

  /**
   * The length of a lap shorter than the one followed that has been gone round in full and is
   * expected to be twice more: a loop inside the lap, or one that the program goes on with for
   * longer than before. 0 if there is none.
   */
  public long innerLap() {
    boolean goneRound = period > 0 && periodRun >= period;
    return goneRound && goesOn >= ROUNDS_AHEAD * period && period < lag() ? period : 0;
  }

  /** How many launches in a row were expected; what is skipped halves it. */
  public int run() {
    return place < 0 ? 0 : run;
  }

  /** Whether all of the {@link #lag} is expected to come again as it did. */
  public boolean provedItself() {
    return place >= 0 && run >= Math.min(lag(), proof);
  }

  /**
   * The launch expected in {@code step} launches.
   *
   * @param step from 1 to {@link #lag}
   */
  public int expected(long step) {
    return history[slot(place + step)];
  }

  /** Rises whenever what is expected is no longer what was expected one launch ago, less one. */
  public long epoch() {
    return epoch;
  }
}
