package io.spillway.prefetch.inplace;

import io.spillway.evict.Piece;
import io.spillway.evict.Victims;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who would leave next: looked for once for all pieces of a launch, as long as it is there and may
 * leave, since to look is to go over all that is on the device. Not thread-safe.
 */
final class NextVictim {

  private final Victims victims;
  private final Predicate<Piece> evictable;
  private @Nullable Piece victim;
  private long chosenAt = Piece.NOT_YET;
  private long chosenFor = Piece.NOT_YET;

  /**
   * Chosen among the resident.
   *
   * @param evictable whether a piece may leave: no launch is waiting to use it
   */
  NextVictim(Victims victims, Predicate<Piece> evictable) {
    this.victims = victims;
    this.evictable = evictable;
  }

  /**
   * Who leaves for what is used at a position; null if nobody can.
   *
   * @param now the position now
   */
  @Nullable Piece of(long now, long use) {
    Piece known = victim;
    if (chosenAt != now
        || chosenFor != use
        || known == null
        || !known.resident()
        || !evictable.test(known)) {
      victim = victims.choose(now, use, evictable);
      chosenAt = now;
      chosenFor = use;
    }
    return victim;
  }
}
