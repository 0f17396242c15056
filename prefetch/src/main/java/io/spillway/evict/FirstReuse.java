package io.spillway.evict;

import io.spillway.access.AccessKind;
import java.util.HashMap;
import java.util.Map;

/**
 * After how many launches memory is used again that a site's launches fill: what is new has no
 * history of its own, and whoever makes it has. Signature-based prediction (SHiP; Wu and others,
 * MICRO'11) with distances instead of hits. What is made and never used again is not counted, so
 * that new memory of such a site stays as far off as if nothing were known. Not thread-safe.
 */
public final class FirstReuse {

  /** How much of a site's distance one more replaces: a quarter, as of a piece's own. */
  private static final double NEW_PART = 0.25;

  private final Map<Long, Double> distances = new HashMap<>();

  /** Nothing has been seen. */
  public FirstReuse() {}

  /**
   * A launch touches a piece; before {@link Piece#use}.
   *
   * @param site the launch's
   */
  public void used(Piece piece, long site, long position, AccessKind kind) {
    if (piece.isNew()) {
      if (kind == AccessKind.WRITE) {
        piece.madeBy(site, distances.getOrDefault(site, (double) position));
      }
    } else if (piece.onlyMade(position)) {
      double distance = piece.sinceLastUse(position);
      distances.merge(piece.maker(), distance, (known, last) -> known + NEW_PART * (last - known));
    }
  }
}
