package io.spillway.profile;

import java.util.Arrays;

/**
 * Finds the lap that a stream of launches repeats, and follows it.
 *
 * <p>Each launch is a symbol: launches that do the same have the same one. A lap is recognised once
 * it has been seen twice (one of fewer than {@value LapCandidate#LEAST_HITS} launches, once that
 * many have repeated), and then followed in spite of launches too many, missing or changed, up to
 * one in five; where more differ it is lost, and another is looked for. A loop inside a lap is
 * taken for the lap until the lap that contains it has been seen twice, and longer if the loop
 * explains all but one launch in 32.
 *
 * <p>How: every run of 1, 2, 8 and 32 symbols that was seen before proposes a period. A few such
 * proposals are followed at once, each comparing the stream with its own past and tracing its
 * beginning back; the one that explains a whole lap wins. Launch for launch this takes constant
 * time, but for the copy of a lap when one is recognised, and allocates nothing in the long run.
 *
 * <p>For one thread at a time.
 */
public final class LapDetector {

  /** The longest lap, in launches: its symbols and where they were seen take some 18 MB. */
  public static final int LONGEST_LAP = 1 << 16;

  /** Lengths of runs that propose periods: long ones tell laps apart that share short ones. */
  private static final int[] GRAMS = {1, 2, 8, 32};

  /** Proposals followed at once: a loop in a loop in a lap, and as many again for chance. */
  private static final int CANDIDATES = 6;

  /** 256 symbols of 8 bytes to begin with. */
  private static final int FIRST_HISTORY = 256;

  /** An odd factor, so that multiplying by it loses nothing. */
  private static final long GRAM_FACTOR = 0xD1342543DE82EF95L;

  /** Laps looked back for the first of them: more than it takes to recognise one. */
  private static final long MOST_LAPS_TRACED = 4;

  /** Misses in a row that end a short lap, and a quarter of a long one. */
  private static final int LEAST_TOLERANCE = 8;

  private final GramTable grams = new GramTable(LONGEST_LAP, GRAMS.length);
  private final long[] gramHashes = new long[GRAMS.length];
  private final long[] outgoingFactors = new long[GRAMS.length];
  private final LapCandidate[] candidates = new LapCandidate[CANDIDATES];
  private final Alignment lap = new Alignment();
  private long[] history = new long[FIRST_HISTORY];
  private long[] pattern = new long[0];
  private long count;

  private int period;
  private long start;
  private long firstLaps;
  private long misses;
  private long lastMiss;
  private int position = -1;
  private boolean recognised;
  private boolean lost;

  /** Has seen nothing yet. */
  public LapDetector() {
    Arrays.setAll(candidates, i -> new LapCandidate());
    for (int i = 0; i < GRAMS.length; i++) {
      long factor = 1;
      for (int k = 0; k < GRAMS[i]; k++) {
        factor *= GRAM_FACTOR;
      }
      outgoingFactors[i] = factor;
    }
  }

  /** Takes the next launch. What the other methods tell is about it. */
  public void add(long symbol) {
    recognised = false;
    lost = false;
    position = -1;
    long index = count++;
    remember(symbol, index);
    long missesBefore = misses;
    follow(symbol, index);
    for (LapCandidate candidate : candidates) {
      if (candidate.alive()) {
        long lag = candidate.lag(index - 1);
        if (period > 0 && lag >= period && index - lastMiss > 2 * lag) {
          candidate.end(); // all is explained without it
        } else {
          candidate.step(symbol, history, index);
          candidate.trace(history, count);
        }
      }
    }
    notice(symbol, index, missesBefore);
    choose(index);
  }

  private void remember(long symbol, long index) {
    if (index == history.length && history.length < 2 * LONGEST_LAP) {
      // All places so far are below the old length, so they keep their indices.
      history = Arrays.copyOf(history, 2 * history.length);
      for (LapCandidate candidate : candidates) {
        candidate.stretch(history.length);
      }
    }
    history[(int) index & (history.length - 1)] = symbol;
  }

  private void follow(long symbol, long index) {
    if (period > 0 && lap.step(symbol, pattern, period, Long.MAX_VALUE)) {
      position = lap.place() == 0 ? period - 1 : lap.place() - 1;
      return;
    }
    misses++;
    lastMiss = index;
    if (period > 0 && lap.lost(Math.max(LEAST_TOLERANCE, period / 4))) {
      period = 0;
      lost = true;
    }
  }

  /** Notes the runs that end here; those seen before propose a period. */
  private void notice(long symbol, long index, long missesBefore) {
    boolean explained = period > 0 && index - lastMiss > 2L * period;
    int mask = history.length - 1;
    for (int i = 0; i < GRAMS.length; i++) {
      int length = GRAMS[i];
      gramHashes[i] = gramHashes[i] * GRAM_FACTOR + Hashes.mix(symbol);
      if (index >= length) {
        gramHashes[i] -= outgoingFactors[i] * Hashes.mix(history[(int) (index - length) & mask]);
      }
      if (index >= length - 1) {
        long before = grams.put(gramHashes[i] + length, index);
        if (!explained && before >= 0 && index - before <= LONGEST_LAP) {
          propose(before, index, length, missesBefore);
        }
      }
    }
  }

  private void propose(long before, long index, int length, long missesBefore) {
    LapCandidate weakest = null;
    for (LapCandidate candidate : candidates) {
      if (!candidate.alive()) {
        if (weakest == null || weakest.alive()) {
          weakest = candidate;
        }
      } else if (candidate.lag(index) == index - before) {
        return;
      } else if (weakest == null || (weakest.alive() && candidate.support() < weakest.support())) {
        weakest = candidate;
      }
    }
    if (weakest != null && (!weakest.alive() || weakest.support() < length)) {
      weakest.begin(before, index, history.length, missesBefore);
      weakest.trace(history, count);
    }
  }

  private void choose(long index) {
    for (LapCandidate candidate : candidates) {
      if (candidate.alive()
          && candidate.explainsLap(index)
          && (period == 0 || candidate.explainsMore(misses, period, index))) {
        recognise(candidate, index);
        return;
      }
    }
  }

  private void recognise(LapCandidate candidate, long index) {
    boolean relearned = period > 0 && candidate.resembles(misses, period, index);
    long known = laps();
    int expected = lap.place();
    period = Math.toIntExact(candidate.lag(index));
    int offset;
    if (relearned) {
      firstLaps = known;
      offset = expected % period;
    } else {
      start = Math.min(candidate.start(), cleanStart(index));
      firstLaps = Math.max(1, (index + 1 - start) / period);
      offset = (int) ((index + 1 - start) % period);
    }
    if (pattern.length < period) {
      pattern = new long[period];
    }
    int mask = history.length - 1;
    for (int i = 0; i < period; i++) {
      int step = (offset + i) % period;
      pattern[step] = history[(int) (index + 1 - period + i) & mask];
    }
    lap.begin(offset, period);
    position = (offset + period - 1) % period;
    lastMiss = index;
    recognised = true;
    lost = false;
    candidate.end();
    for (LapCandidate other : candidates) {
      if (other.alive() && other.lag(index) < period) {
        other.compareFromNow(misses); // what it explained before, this lap explains too
      }
    }
  }

  /** Where the stretch begins that repeats without a miss up to {@code index}. */
  private long cleanStart(long index) {
    int mask = history.length - 1;
    long oldest = Math.max(0, count - history.length);
    long end = Math.max(oldest + period, index - MOST_LAPS_TRACED * period);
    long at = index;
    while (at >= end && history[(int) at & mask] == history[(int) (at - period) & mask]) {
      at--;
    }
    return at + 1 - period;
  }

  /** How many launches were taken. */
  public long launches() {
    return count;
  }

  /** Launches in a lap; 0 while none is known. */
  public int period() {
    return period;
  }

  /** Whether the last launch made a lap known: the first, another, or the same one changed. */
  public boolean recognised() {
    return recognised;
  }

  /** Whether with the last launch the lap was lost, and no other is known. */
  public boolean lost() {
    return lost;
  }

  /** The first launch of the stretch that repeats, counted from 0; it may lie far back. */
  public long start() {
    return start;
  }

  /** Which step of the lap the last launch is, from 0; -1 if it is none. */
  public int position() {
    return position;
  }

  /** Which step of the lap is expected next, from 0; -1 while none is known. */
  public int expected() {
    return period == 0 ? -1 : lap.place();
  }

  /** Whole laps of the lap that is known, those included by which it became known. */
  public long laps() {
    return period == 0 ? 0 : firstLaps + lap.cursor() / period;
  }

  /** Which lap the last launch lies in, counted as in {@link #laps}; 0 while none is known. */
  public long lap() {
    if (period == 0) {
      return 0;
    }
    long place = position < 0 ? lap.cursor() : lap.cursor() - 1;
    return firstLaps + Math.floorDiv(place, period);
  }

  /**
   * The symbol of a step.
   *
   * @param step from 0 to {@link #period}, exclusive
   * @throws IndexOutOfBoundsException if there is no such step
   */
  public long symbol(int step) {
    if (step < 0 || step >= period) {
      throw new IndexOutOfBoundsException("step %d of %d".formatted(step, period));
    }
    return pattern[step];
  }
}
