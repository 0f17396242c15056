package io.spillway.evict;

import io.spillway.access.AccessKind;
import io.spillway.predict.GoneRound;

/**
 * When launches used a piece, how, and when they are expected to use it next.
 *
 * <p>Positions count launches. Where no use is predicted, the next one is estimated from the gap
 * between the last ones (frequency) or, once that has passed, from the time since the last
 * (recency: what has not been used for long will not be used for as long again). Not thread-safe.
 */
final class UseHistory {

  /** How much of the estimated gap the last one replaces: a quarter, so that drift is followed. */
  private static final double NEW_PART = 0.25;

  private final UseQueue expected = new UseQueue();
  private long firstUse = Piece.NOT_YET;
  private long lastUse = Piece.NOT_YET;
  private long lastRead = Piece.NOT_YET;
  private long lastMayWrite = Piece.NOT_YET;
  private long readFrom = Piece.NEVER;
  private double gap;
  private long maker;
  private long lastSequence = Piece.NOT_YET;

  /** As another piece was used, of which this one's is a part. */
  void copyFrom(UseHistory whole) {
    expected.copyFrom(whole.expected);
    firstUse = whole.firstUse;
    lastUse = whole.lastUse;
    lastRead = whole.lastRead;
    lastMayWrite = whole.lastMayWrite;
    readFrom = whole.readFrom;
    gap = whole.gap;
    maker = whole.maker;
    lastSequence = whole.lastSequence;
  }

  /** What is expected. */
  UseQueue expected() {
    return expected;
  }

  /** A launch uses it. */
  void used(long position, long sequence, AccessKind kind) {
    if (lastUse == Piece.NOT_YET) {
      firstUse = position;
      gap = gap == 0 ? position : gap;
    } else if (position > lastUse) {
      gap = gapWith(position - lastUse);
    }
    lastUse = position;
    lastSequence = Math.max(lastSequence, sequence);
    if (kind != AccessKind.WRITE) {
      lastRead = position;
    }
    if (kind.mayWrite()) {
      lastMayWrite = position;
    }
    expected.passed(position);
  }

  /** A launch that is not known of may write it. */
  void mayBeWritten(long position) {
    lastMayWrite = position;
  }

  /** A recorded run tells that launches only read it from a position on. */
  void readFrom(long position) {
    readFrom = Math.min(readFrom, position);
  }

  /** A site's launch fills it first, and it is expected to be used so many launches later. */
  void madeBy(long site, double expectedGap) {
    maker = site;
    gap = expectedGap;
  }

  /** The site whose launch filled it first. */
  long maker() {
    return maker;
  }

  /** The last launch, by its session's number, that was given it. */
  long lastSequence() {
    return lastSequence;
  }

  /** Whether no launch has used it. */
  boolean isNew() {
    return firstUse == Piece.NOT_YET;
  }

  /** Whether some launch used it before the one at that position. */
  boolean usedBefore(long position) {
    return firstUse != Piece.NOT_YET && firstUse < position;
  }

  /** How many launches ago it was used last. */
  long sinceLastUse(long position) {
    return position - lastUse;
  }

  /** Whether one launch alone has used it, to write. */
  boolean onlyWritten() {
    return firstUse == lastUse && lastRead == Piece.NOT_YET;
  }

  /** Whether a recorded run tells that launches only read it. */
  boolean recordedAsRead() {
    return readFrom != Piece.NEVER;
  }

  /**
   * Whether every launch of so many laps only read it, and it is no newer than the present round. A
   * recorded lap counts as long as nothing has proved it wrong.
   */
  boolean onlyRead(GoneRound lap, long position, long laps) {
    if (lap.launches() == 0) {
      return false;
    }
    if (readFrom != Piece.NEVER && lastMayWrite < readFrom) {
      return true;
    }
    boolean old = firstUse <= lap.since() || position - firstUse >= lap.launches();
    return firstUse != Piece.NOT_YET
        && old
        && (lastMayWrite == Piece.NOT_YET || position - lastMayWrite > lap.launches() * laps);
  }

  /** When it is used next after an expected use: as expected, else by the estimate. */
  long nextUseAfter(long use) {
    long next = expected.after(use);
    if (next != Piece.NEVER || lastUse == Piece.NOT_YET) {
      return next;
    }
    return use + Math.max(1, Math.round(gapWith(use - lastUse)));
  }

  /** The estimate once another gap is known. */
  private double gapWith(long last) {
    return gap == 0 ? last : gap + NEW_PART * (last - gap);
  }

  /** When it is used next: the expected use if there is one, else the estimate. */
  long nextUse(long now) {
    if (!expected.isEmpty()) {
      return expected.first();
    }
    if (lastUse == Piece.NOT_YET) {
      return Piece.NEVER;
    }
    return now + Math.max(Math.max(1, Math.round(gap)), now - lastUse);
  }
}
