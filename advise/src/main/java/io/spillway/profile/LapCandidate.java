package io.spillway.profile;

/** A period that a stream of symbols may have: an alignment of the stream to its own past. */
final class LapCandidate {

  /** Fewer hits than this show nothing: two launches alike are no lap yet. */
  static final int LEAST_HITS = 4;

  /** Misses borne for each hit: one in eight, lest anything be a lap. */
  private static final int HITS_PER_MISS = 8;

  /**
   * A lap that contains others replaces them if they leave more than one launch in 32 unexplained:
   * a loop with something before and after it is one lap, many laps and then many others are two.
   */
  private static final int LAUNCHES_PER_MISS = 32;

  /** Misses by which one of about the same period must be better: not chance, but a change. */
  private static final int MISSES_TO_RELEARN = 4;

  /** Periods that differ by no more than an eighth are about the same. */
  private static final int SAME_SHARE = 8;

  /** Consecutive misses, and misses at the very beginning, that end it. */
  private static final int MOST_SLACK = 8;

  /** How far its beginning is traced back with each symbol: a lap is late by 1 in 64 at most. */
  private static final int TRACE_STEPS = 64;

  private final Alignment alignment = new Alignment();
  private boolean alive;
  private boolean tracing;
  private long firstReference;
  private long distance;
  private long traced;
  private long unexplained;
  private long begun;

  boolean alive() {
    return alive;
  }

  /**
   * Begins with a symbol that was seen before.
   *
   * @param reference where it was seen
   * @param index where it is now
   * @param length of the history it will be followed in
   * @param misses how many launches before this one no lap explained
   */
  void begin(long reference, long index, int length, long misses) {
    alive = true;
    tracing = true;
    firstReference = reference;
    distance = index - reference;
    traced = 0;
    unexplained = misses;
    begun = index;
    alignment.begin(reference + 1, length);
  }

  /** The history has become longer, its places staying what they were. */
  void stretch(int length) {
    alignment.stretch(length);
  }

  void end() {
    alive = false;
  }

  /** Takes the symbol at {@code index}, which {@code history} has already. */
  void step(long symbol, long[] history, long index) {
    alignment.step(symbol, history, history.length, index);
    if (alignment.slack() > MOST_SLACK
        || alignment.misses() > MOST_SLACK / 4 + alignment.hits() / HITS_PER_MISS) {
      alive = false;
    }
  }

  /** Finds out, a few steps at a time, how much earlier it could have begun. */
  void trace(long[] history, long count) {
    long oldest = Math.max(0, count - history.length);
    int mask = history.length - 1;
    for (int i = 0; tracing && i < TRACE_STEPS; i++) {
      long reference = firstReference - 1;
      if (reference < oldest
          || history[(int) reference & mask] != history[(int) (reference + distance) & mask]) {
        tracing = false;
      } else {
        firstReference = reference;
        traced++;
      }
    }
  }

  /** Counts what it explains better than laps that are followed from now on. */
  void compareFromNow(long misses) {
    unexplained = misses - alignment.misses();
  }

  /** Launches from one lap to the next, at {@code index}. */
  long lag(long index) {
    return index + 1 - alignment.cursor();
  }

  /** The first launch of the stretch that repeats. */
  long start() {
    return firstReference;
  }

  /** How many symbols were like those a lap before. */
  long support() {
    return 1 + alignment.hits() + traced;
  }

  /** Whether it explains a whole lap up to {@code index}. */
  boolean explainsLap(long index) {
    return alignment.slack() == 0
        && support() >= Math.max(lag(index), LEAST_HITS)
        && alignment.misses() * HITS_PER_MISS <= support();
  }

  /**
   * Whether it is the lap that is followed, changed a little: about as long, and most of it found.
   *
   * @param misses how many launches no lap explained by now
   * @param period of the lap that is followed
   */
  boolean resembles(long misses, int period, long index) {
    return Math.abs(lag(index) - period) * SAME_SHARE <= period
        && 2 * (misses - unexplained) <= index - begun;
  }

  /**
   * Whether since it began it missed less than the laps that were followed, by enough to change.
   *
   * @param misses how many launches no lap explained by now
   * @param period of the lap that is followed
   */
  boolean explainsMore(long misses, int period, long index) {
    long better = misses - unexplained - alignment.misses();
    return better * LAUNCHES_PER_MISS > lag(index)
        && (better >= MISSES_TO_RELEARN || !resembles(misses, period, index));
  }
}
