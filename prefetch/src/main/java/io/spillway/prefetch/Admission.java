package io.spillway.prefetch;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.evict.Victims;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where no lap is known: whether a piece is worth the room on the device that another would have to
 * leave, or is better accessed on the host.
 *
 * <p>What comes for a single use pushes out what is used often; Belady's choice leaves it where it
 * is. Until the other's next use, coming saves an access in place for each use of this one; it
 * costs the other's leaving, this one's coming, and one access in place of the other. Second
 * chances are the same rule with fixed odds (ARIADNE's, which gives a page 100 ms). Not
 * thread-safe.
 */
final class Admission {

  private final Pieces pieces;
  private final Victims victims;
  private final Prices prices;
  private final Predicate<Piece> evictable;
  private @Nullable Piece victim;
  private long chosenAt;

  Admission(Pieces pieces, Victims victims, Prices prices, Predicate<Piece> evictable) {
    this.pieces = pieces;
    this.victims = victims;
    this.prices = prices;
    this.evictable = evictable;
  }

  /**
   * Whether it is, for the launch at {@code now} and those after it. What is used for the first
   * time always is: nothing is known against it, and memory that has never been on the host is slow
   * to write there (4 GB/s; the doctor's {@code zerocopy.managed.first}).
   */
  boolean worthItsRoom(Piece piece, long now, long limitBytes) {
    if (piece.droppable()
        || !piece.usedBefore(now)
        || pieces.residentBytes() + piece.bytes() <= limitBytes) {
      return true;
    }
    Piece leaving = victim(now);
    if (leaving == null) {
      return false;
    }
    double leave = leaving.droppable() ? prices.drop() : prices.writeBack();
    double stays = piece.nextUse(now) - now;
    double away = leaving.nextUse(now) - now;
    return away * prices.inPlace() > stays * (prices.inPlace() + leave + prices.fetch());
  }

  /** Whoever would leave now; looked for once for all pieces of a launch. */
  private @Nullable Piece victim(long now) {
    Piece known = victim;
    if (chosenAt != now || known == null || !known.resident()) {
      victim = victims.choose(now, now, evictable);
      chosenAt = now;
    }
    return victim;
  }
}
