package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the driver would not let go: others leave instead, and it is not asked about that for a
 * while. Where more is on the device than may be it is asked sooner, with the next launch and then
 * at intervals that grow until it gives way, and whenever somebody finds that it is time. Not
 * thread-safe.
 */
final class Refusals {

  /** For how many launches the driver is not asked once more at most: a judgement. */
  static final int MOST_LAUNCHES = 64;

  /** Less than that, so that it is asked about all of it at a time. */
  private static final int LONGEST_INTERVAL = MOST_LAUNCHES / 2;

  private final List<Piece> stuck = new ArrayList<>();

  /** What it is asked about once more, of which it is not known yet what comes of that. */
  private final Set<Piece> asked = new LinkedHashSet<>();

  /** Launches after which it is asked again where more is there than may be. */
  private int interval = 1;

  private long askedAt;

  /** The driver would not let these go, at a position. */
  void add(List<Piece> refused, long now) {
    stuck.removeIf(piece -> !piece.stuck(now));
    refused.forEach(piece -> piece.stickUntil(now + MOST_LAUNCHES));
    stuck.addAll(refused);
  }

  /** Whether there is anything that it is not asked about now. */
  boolean any(long now) {
    return !stuck.isEmpty() && Piece.current(stuck).stream().anyMatch(piece -> piece.stuck(now));
  }

  /** A launch came, and no more is on the device than may be, if what is asked about leaves. */
  void fits() {
    if (asked.isEmpty()) {
      interval = 1;
    }
  }

  /**
   * Nothing is leaving any more: what was asked about has left, or would not, or need not.
   *
   * @return whether the driver let any of it go
   */
  boolean settled() {
    if (asked.isEmpty()) {
      return false; // as after nearly every launch
    }
    boolean gaveWay =
        Piece.current(List.copyOf(asked)).stream().anyMatch(piece -> !piece.resident());
    asked.clear();
    if (gaveWay) {
      interval = 1;
    }
    return gaveWay;
  }

  /** A launch came, and more is on the device than may be. */
  void exceeds(long now) {
    if (now - askedAt >= interval && any(now)) {
      interval = Math.min(2 * interval, LONGEST_INTERVAL);
      askAgain(now);
    }
  }

  /** The driver may be asked about all of it from now on. */
  void askAgain(long now) {
    askedAt = now;
    List<Piece> again = Piece.current(stuck);
    again.forEach(piece -> piece.stickUntil(now));
    asked.addAll(again);
    stuck.clear();
  }
}
