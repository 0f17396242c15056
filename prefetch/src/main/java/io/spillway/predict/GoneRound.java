package io.spillway.predict;

/**
 * A lap that launches go round, for those who ask what it does with memory.
 *
 * @param launches how many it has; 0 if there is none
 * @param since the position up to which all was before the present round; negative if that is not
 *     known
 */
public record GoneRound(long launches, long since) {

  /** Of a round of which the beginning is not known. */
  static final long UNKNOWN = -1;

  /** No lap. */
  public static final GoneRound NONE = new GoneRound(0, UNKNOWN);
}
