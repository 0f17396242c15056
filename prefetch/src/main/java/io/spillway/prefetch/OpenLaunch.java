package io.spillway.prefetch;

import io.spillway.evict.Piece;
import java.util.ArrayList;
import java.util.List;

/** A launch that was declared and is not issued yet. Not thread-safe. */
final class OpenLaunch {

  private final long sequence;
  private final long site;
  private final long recordedBytes;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Piece> inPlace = new ArrayList<>();
  private final List<Piece> relied = new ArrayList<>();
  private long bytes;
  private long inPlaceBytes;
  private boolean sharing;
  private double worthNanos;
  private double waitNanos;

  /**
   * Nothing of it is declared.
   *
   * @param recordedBytes what it is to touch, if a recorded run tells; else 0
   */
  OpenLaunch(long sequence, long site, long recordedBytes) {
    this.sequence = sequence;
    this.site = site;
    this.recordedBytes = recordedBytes;
  }

  /**
   * It touches these, which stay until it is released.
   *
   * @param added takes those of them that it was not known to touch, in order
   */
  void touches(List<Piece> touched, List<Piece> added) {
    for (Piece piece : touched) {
      if (piece.hold(sequence)) {
        bytes += piece.bytes();
        pieces.add(piece);
        added.add(piece);
      }
    }
  }

  /** It is issued, or no longer known. */
  void release() {
    current().forEach(Piece::release);
    Piece.current(relied).forEach(Piece::relyNoLonger);
  }

  /** It goes ahead though this is not there, since the device accesses it in place. */
  void reliesOn(Piece piece) {
    piece.relyOn(sequence);
    relied.add(piece);
  }

  /**
   * It accesses this where it is.
   *
   * @param nanosPerByte what it would cost to have it on the device instead
   */
  void accessesInPlace(Piece piece, double nanosPerByte) {
    worthNanos += piece.bytes() * nanosPerByte;
    inPlaceBytes += piece.bytes();
    inPlace.add(piece);
    reliesOn(piece);
  }

  /** What others lack may come while it accesses what is in place. */
  void sharesTheLink() {
    sharing = true;
  }

  /**
   * It may have to wait for this, which is on its way.
   *
   * @param nanosPerByte for how long at most
   */
  void mayWaitFor(Piece piece, double nanosPerByte) {
    waitNanos += piece.bytes() * nanosPerByte;
  }

  /** The launch's site. */
  long site() {
    return site;
  }

  /** What it touches, in whole pieces, as far as it was declared. */
  long bytes() {
    return bytes;
  }

  /** What it is to touch as recorded, declared yet or not; 0 if that is not known. */
  long recordedBytes() {
    return recordedBytes;
  }

  /** How much of that it accesses in place. */
  long inPlaceBytes() {
    return inPlaceBytes;
  }

  /** What it accesses in place, as that is cut now. */
  List<Piece> inPlace() {
    return Piece.current(inPlace);
  }

  /** What it touches, as that is cut now. */
  List<Piece> current() {
    return Piece.current(pieces);
  }

  /** What it still lacks. */
  List<Piece> missing() {
    return current().stream().filter(Piece::lacking).toList();
  }

  /**
   * To be timed.
   *
   * @param beyond whether it goes over more than there is room for
   * @param faults whether it does, and faults
   */
  TimedLaunch timed(boolean beyond, boolean faults) {
    return new TimedLaunch(
        site, bytes, inPlaceBytes, inPlace, sharing, worthNanos, waitNanos, beyond, faults);
  }
}
