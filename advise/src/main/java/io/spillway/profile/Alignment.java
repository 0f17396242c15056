package io.spillway.profile;

/**
 * Follows a stream of symbols along a reference, tolerating symbols too many, missing or changed.
 *
 * <p>A symbol that is not the expected one is taken for an insertion at first. If the next one is
 * expected, it was one; if the next one is what would follow a changed symbol, it was a change; and
 * if the two in a row are found a little ahead, what lies between was left out.
 */
final class Alignment {

  /** How far ahead to look for where the stream goes on: launches left out at once. */
  private static final int LOOKAHEAD = 16;

  /** What a miss weighs against a hit: one miss in five is borne for ever. */
  private static final int MISS_WEIGHT = 4;

  private long cursor;

  // The cursor modulo the reference's length, kept rather than divided for: that takes longer than
  // all the rest.
  private int place;
  private int slack;
  private long previous;
  private long hits;
  private long misses;
  private long strikes;

  /** Begins anew, with {@code expected} the place in the reference of the next symbol. */
  void begin(long expected, int length) {
    cursor = expected;
    place = (int) (expected % length);
    slack = 0;
    hits = 0;
    misses = 0;
    strikes = 0;
  }

  /** The reference has become longer, its places staying what they were. */
  void stretch(int length) {
    place = (int) (cursor % length);
  }

  /**
   * Takes the next symbol.
   *
   * @param reference what to compare with; place i is at index i modulo {@code length}, which stays
   *     the same
   * @param end the first place that is not known
   * @return whether it is in the reference; then it is at the place before {@link #cursor}
   */
  boolean step(long symbol, long[] reference, int length, long end) {
    int ahead = find(symbol, reference, length, end);
    if (ahead < 0) {
      slack++;
      misses++;
      strikes += MISS_WEIGHT;
      previous = symbol;
      return false;
    }
    cursor += ahead + 1;
    place = index(ahead + 1, length);
    slack = 0;
    hits++;
    strikes = Math.max(0, strikes - 1);
    return true;
  }

  /** How far ahead of the cursor the stream goes on, -1 if that is not seen yet. */
  private int find(long symbol, long[] reference, int length, long end) {
    long most = end - cursor;
    if (most > 0 && reference[place] == symbol) {
      return 0;
    }
    if (slack == 0) {
      return -1;
    }
    if (slack < most && reference[index(slack, length)] == symbol) {
      return slack;
    }
    long before = reference[place];
    for (int ahead = 1; ahead <= LOOKAHEAD && ahead < most; ahead++) {
      long there = reference[index(ahead, length)];
      if (there == symbol && before == previous) {
        return ahead;
      }
      before = there;
    }
    return -1;
  }

  private int index(int ahead, int length) {
    int index = place + ahead;
    return index < length ? index : index % length;
  }

  /** The place in the reference of the symbol that is expected next. */
  long cursor() {
    return cursor;
  }

  /** The cursor modulo the reference's length. */
  int place() {
    return place;
  }

  /** How many symbols in a row were not found. */
  int slack() {
    return slack;
  }

  /** How many symbols were found. */
  long hits() {
    return hits;
  }

  /** How many were not. */
  long misses() {
    return misses;
  }

  /** Misses lately, weighed against hits. */
  long strikes() {
    return strikes;
  }

  /** Whether so little was found lately that the stream has left the reference. */
  boolean lost(int mostMisses) {
    return slack > mostMisses || strikes > (long) MISS_WEIGHT * mostMisses;
  }
}
