package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Victims;
import io.spillway.prefetch.inplace.Admission;
import io.spillway.prefetch.launch.Window;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes room on the device: who leaves, until what comes fits. Not thread-safe. */
final class Room {

  /** Among which pieces those that leave are chosen. */
  enum Choice {
    /** Those that do not stay until their next use in the lap. */
    PASSING,
    /** All that no launch is waiting to use. */
    ANY
  }

  private final Pieces pieces;
  private final Victims victims;
  private final Admission admission;
  private final Outcomes outcomes;
  private final Window window;
  private final Predicate<Piece> evictable;
  private final LongPredicate tooEarly;

  /** What was discarded and may still be there: the first to leave. */
  private final Set<Piece> discarded = new LinkedHashSet<>();

  /**
   * Makes room.
   *
   * @param evictable whether a piece may leave: no launch is waiting to use it
   * @param tooEarly whether nothing need leave yet for what is used at that position
   */
  Room(
      Pieces pieces,
      Victims victims,
      Admission admission,
      Outcomes outcomes,
      Window window,
      Predicate<Piece> evictable,
      LongPredicate tooEarly) {
    this.pieces = pieces;
    this.victims = victims;
    this.admission = admission;
    this.outcomes = outcomes;
    this.window = window;
    this.evictable = evictable;
    this.tooEarly = tooEarly;
  }

  /**
   * Lets pieces go until there is room; those that went stay gone even if it is not enough.
   *
   * @param use when what comes is used; what leaves is used later
   * @param leaving takes what leaves
   * @return whether it is enough
   */
  boolean make(
      Piece coming, long now, long use, long limitBytes, List<Piece> leaving, Choice choice) {
    while (pieces.residentBytes() + coming.bytes() > limitBytes) {
      Piece victim = dead();
      if (victim == null) {
        victim =
            switch (choice) {
              case PASSING -> victims.oldest(now, use, this::passing);
              case ANY -> victims.choose(now, use, evictable);
            };
        if (victim == null || (choice == Choice.ANY && tooEarly.test(use))) {
          return false;
        }
      }
      leave(victim, coming);
      leaving.add(victim);
    }
    return true;
  }

  /** The same for a piece that is in place now, as long as its coming is worth it. */
  boolean makeInstead(Piece coming, long now, long limitBytes, List<Piece> leaving) {
    while (!admission.fits(coming, limitBytes)) {
      Piece victim = dead();
      if (victim == null) {
        victim = admission.leavesFor(coming, now);
      }
      if (victim == null) {
        return false;
      }
      leave(victim, coming);
      leaving.add(victim);
    }
    return true;
  }

  /** Whether more is on the device than may be. */
  boolean exceeded(long limitBytes) {
    return pieces.residentBytes() > limitBytes;
  }

  /** What leaves because there is less room than before. */
  List<Piece> shrink(long now, long limitBytes) {
    List<Piece> leaving = new ArrayList<>();
    while (exceeded(limitBytes)) {
      Piece victim = dead();
      if (victim == null) {
        victim = victims.choose(now, now, evictable);
      }
      if (victim == null) {
        break;
      }
      leave(victim, null);
      leaving.add(victim);
    }
    return leaving;
  }

  /** What a piece holds is dead: it leaves before any other. */
  void discarded(Piece piece) {
    discarded.add(piece);
  }

  /** A piece whose leaving costs nothing; null if there is none. */
  private @Nullable Piece dead() {
    while (!discarded.isEmpty()) {
      Piece piece = discarded.iterator().next();
      discarded.remove(piece);
      if (!piece.isCurrent()) {
        discarded.addAll(Piece.current(List.of(piece)));
      } else if (piece.dead() && piece.resident() && evictable.test(piece)) {
        return piece;
      }
    }
    return null;
  }

  /** What leaves, by age alone, until there is no more than fits. */
  List<Piece> letGoOldest(long limitBytes) {
    List<Piece> byAge = new ArrayList<>();
    for (Piece piece : pieces.all()) {
      if (piece.resident() && evictable.test(piece)) {
        byAge.add(piece);
      }
    }
    byAge.sort(Comparator.comparingLong(Piece::lastSequence));
    List<Piece> leaving = new ArrayList<>();
    for (Piece piece : byAge) {
      if (!exceeded(limitBytes)) {
        break;
      }
      leave(piece, null);
      leaving.add(piece);
    }
    return leaving;
  }

  private boolean passing(Piece piece) {
    return !piece.stays() && evictable.test(piece);
  }

  private void leave(Piece victim, @Nullable Piece coming) {
    pieces.leave(victim);
    outcomes.evicted(victim, coming);
    window.left(victim);
  }
}
