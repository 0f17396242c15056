package io.spillway.evict;

/**
 * Whether launches access a piece on the host: whether they can, had better and are meant to, and
 * which of them count on it. Not thread-safe.
 */
final class InPlaceState {

  private boolean placed;
  private boolean suits;
  private boolean left;

  /** Launches not issued yet that go ahead with it in place. */
  private int reliers;

  private long lastRelier = Piece.NOT_YET;

  /** As another is. */
  void copyFrom(InPlaceState other) {
    placed = other.placed;
    suits = other.suits;
    left = other.left;
    reliers = other.reliers;
    lastRelier = other.lastRelier;
  }

  /** Whether the device was told to access it in place wherever it is. */
  boolean placed() {
    return placed;
  }

  /** Says whether it was. */
  void setPlaced(boolean value) {
    placed = value;
  }

  /** Whether it is better accessed on the host than moved. */
  boolean suits() {
    return suits;
  }

  /** Says whether it is. */
  void setSuits(boolean value) {
    suits = value;
  }

  /** Whether launches are meant to access it in place while it is not there. */
  boolean left() {
    return left;
  }

  /** Says whether they are. */
  void setLeft(boolean value) {
    left = value;
  }

  /** A launch goes ahead with it in place. */
  void relyOn(long sequence) {
    reliers++;
    lastRelier = Math.max(lastRelier, sequence);
  }

  /** That launch is issued, or no longer known. */
  void relyNoLonger() {
    reliers--;
  }

  /** Whether one that is not issued yet does. */
  boolean reliedOn() {
    return reliers > 0;
  }

  /** The last one that did. */
  long lastRelier() {
    return lastRelier;
  }
}
