package io.spillway.prefetch.launch;

import io.spillway.evict.Piece;
import io.spillway.prefetch.trial.TimedLaunch;
import java.util.ArrayList;
import java.util.List;

/** A launch that was declared and is not issued yet. Not thread-safe. */
public final class OpenLaunch {

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
  public OpenLaunch(long sequence, long site, long recordedBytes) {
    this.sequence = sequence;
    this.site = site;
    this.recordedBytes = recordedBytes;
  }

  /**
   * It touches these, which stay until it is released.
   *
   * @param added takes those of them that it was not known to touch, in order
   */
  public void touches(List<Piece> touched, List<Piece> added) {
    for (Piece piece : touched) {
      if (piece.hold(sequence)) {
        bytes += piece.bytes();
        pieces.add(piece);
        added.add(piece);
      }
    }
  }

  /** It is issued, or no longer known. */
  public void release() {
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
  public void accessesInPlace(Piece piece, double nanosPerByte) {
    worthNanos += piece.bytes() * nanosPerByte;
    inPlaceBytes += piece.bytes();
    inPlace.add(piece);
    reliesOn(piece);
  }

  /** What others lack may come while it accesses what is in place. */
  public void sharesTheLink() {
    sharing = true;
  }

  /**
   * It may have to wait for this, which is on its way.
   *
   * @param nanosPerByte for how long at most
   */
  public void mayWaitFor(Piece piece, double nanosPerByte) {
    waitNanos += piece.bytes() * nanosPerByte;
  }

  /** The launch's number. */
  long sequence() {
    return sequence;
  }

  /** The launch's site. */
  public long site() {
    return site;
  }

  /** What it touches, in whole pieces, as far as it was declared. */
  public long bytes() {
    return bytes;
  }

  /** What it is to touch as recorded, declared yet or not; 0 if that is not known. */
  public long recordedBytes() {
    return recordedBytes;
  }

  /** How much of that it accesses in place. */
  public long inPlaceBytes() {
    return inPlaceBytes;
  }

  /** What it accesses in place, as that is cut now. */
  public List<Piece> inPlace() {
    return Piece.current(inPlace);
  }

  /** What it touches, as that is cut now. */
  public List<Piece> current() {
    return Piece.current(pieces);
  }

  /** What it still lacks. */
  public List<Piece> missing() {
    return current().stream().filter(Piece::lacking).toList();
  }

  /**
   * To be timed.
   *
   * @param beyond whether it goes over more than there is room for
   * @param faults whether it does, and faults
   */
  public TimedLaunch timed(boolean beyond, boolean faults) {
    return new TimedLaunch(
        site, bytes, inPlaceBytes, inPlace, sharing, worthNanos, waitNanos, beyond, faults);
  }
}
