package io.spillway.prefetch.inplace;

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
public final class Admission {

  /** The part of a write-back that does not hide behind launches. */
  private static final double EXPOSED = 0.5;

  /**
   * How many times its cost has to be gained by taking another's place that can be dropped: who
   * leaves is chosen for the longest estimate there is, so most likely for one that is too long.
   * Simulated, with 1.5 and 2 breadth-first search takes 0.87 to 0.99 of what it does with 1,
   * experts 0.93 to 1.00, and no other trace takes longer.
   */
  private static final double LEAST_GAIN = 2;

  private final Pieces pieces;
  private final Victims victims;
  private final Prices prices;
  private final Predicate<Piece> evictable;

  /** Who would leave for a launch that waits, and for one that is expected. */
  private final NextVictim victim;

  private final NextVictim expectedVictim;

  /** Who would leave for what is in place. */
  private @Nullable Piece cheapest;

  private long cheapestAt;

  public Admission(Pieces pieces, Victims victims, Prices prices, Predicate<Piece> evictable) {
    this.pieces = pieces;
    this.victims = victims;
    this.prices = prices;
    this.evictable = evictable;
    this.victim = new NextVictim(victims, evictable);
    this.expectedVictim = new NextVictim(victims, evictable);
  }

  /**
   * Whether it is, for the launch at {@code now} and those after it, if that launch waits until it
   * has come.
   */
  public boolean worthItsRoom(Piece piece, long now, long limitBytes) {
    if (fits(piece, limitBytes)) {
      return true;
    }
    Piece leaving = victim.of(now, now);
    if (leaving == null) {
      return false;
    }
    double leave = leaving.droppable() ? prices.drop() : prices.writeBack();
    double stays = piece.nextUse(now) - now;
    double away = leaving.nextUse(now) - now;
    return away * prices.inPlace() > stays * (prices.inPlace() + leave + prices.fetch());
  }

  /**
   * Whether it is worth its room for an expected use, which nobody waits for yet: coming then saves
   * the access in place of that use, too, which makes up for the one of who leaves.
   *
   * @param use the position of the use
   */
  boolean worthComing(Piece piece, long now, long use, long limitBytes) {
    if (fits(piece, limitBytes)) {
      return true;
    }
    Piece leaving = expectedVictim.of(now, use);
    if (leaving == null) {
      return false;
    }
    double leave = leaving.droppable() ? prices.drop() : prices.writeBack();
    double stays = piece.nextUseAfter(use) - use;
    double away = victims.nextUse(leaving, now) - use;
    return away * prices.inPlace() > stays * (leave + prices.fetch());
  }

  /** Whether nothing has to leave for it. */
  public boolean fits(Piece piece, long limitBytes) {
    return pieces.residentBytes() + piece.bytes() <= limitBytes;
  }

  /** Whether what would have to leave has to be written back, or nothing can. */
  public boolean writesBack(long now) {
    Piece leaving = victim.of(now, now);
    return leaving == null || !leaving.droppable();
  }

  /**
   * Who should leave for a piece that launches access in place, while no launch waits for it; null
   * if the piece is better left where it is. Half of a write-back then hides behind launches;
   * coming takes the same way as accesses in place do, and is counted in full.
   */
  public @Nullable Piece leavesFor(Piece piece, long now) {
    Piece leaving = cheapest;
    if (cheapestAt != now || leaving == null || !leaving.resident() || !evictable.test(leaving)) {
      leaving = victims.cheapestInPlace(now, EXPOSED, evictable);
      cheapest = leaving;
      cheapestAt = now;
    }
    if (leaving == null) {
      return null;
    }
    double stays = piece.nextUse(now) - now;
    double gain = victims.gainInPlace(leaving, now, EXPOSED);
    double comes = prices.fetch() + (piece.suspended() ? Prices.ADVISE : 0);
    double least = leaving.droppable() ? LEAST_GAIN : 1;
    return gain > least * stays * (prices.inPlace() + comes) ? leaving : null;
  }
}
