package io.spillway.prefetch;

import io.spillway.evict.Piece;
import java.util.ArrayList;
import java.util.List;

/** A launch that was declared and is not issued yet. Not thread-safe. */
final class OpenLaunch {

  private final long site;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Piece> inPlace = new ArrayList<>();
  private long bytes;
  private long inPlaceBytes;

  OpenLaunch(long site) {
    this.site = site;
  }

  /** It touches these as well. */
  void touches(List<Piece> touched) {
    for (Piece piece : touched) {
      bytes += piece.bytes();
    }
    pieces.addAll(touched);
  }

  /** It accesses this where it is. */
  void accessesInPlace(Piece piece) {
    inPlaceBytes += piece.bytes();
    inPlace.add(piece);
  }

  /** The launch's site. */
  long site() {
    return site;
  }

  /** What it touches, in whole pieces, as far as it was declared. */
  long bytes() {
    return bytes;
  }

  /** How much of that it accesses in place. */
  long inPlaceBytes() {
    return inPlaceBytes;
  }

  /** What it touches, as that is cut now. */
  List<Piece> current() {
    return Piece.current(pieces);
  }

  /** What it still lacks. */
  List<Piece> missing() {
    return current().stream().filter(Piece::missing).toList();
  }

  /** To be timed. */
  TimedLaunch timed() {
    return new TimedLaunch(site, bytes, inPlaceBytes, List.copyOf(inPlace));
  }
}
