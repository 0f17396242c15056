package io.spillway.prefetch.inplace;

import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.evict.Victims;
import io.spillway.prefetch.trial.InPlaceTrials;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Belady's choice with bypassing, where a recorded run tells the uses of each piece and no lap is
 * planned: a piece comes if it is used again before what would leave for it is, else launches
 * access it in place, as far as {@link InPlaceTrials} allow.
 *
 * <p>Coming takes the link about as long as one access in place does. So it saves the uses after
 * the first, as long as they are no farther apart than the other's next is away; it costs that the
 * other leaves, and one access of the other for each time as long. What hides behind launches, on
 * either side, costs nothing; an access in place does not hide. Not thread-safe.
 */
public final class Bypass {

  private final BooleanSupplier applies;
  private final Victims victims;
  private final Prices prices;
  private final Backlog backlog;
  private final NextVictim victim;

  /**
   * Chooses.
   *
   * @param applies whether a recorded run is followed, and no lap planned
   * @param evictable whether a piece may leave: no launch is waiting to use it
   */
  public Bypass(
      BooleanSupplier applies,
      Victims victims,
      Prices prices,
      Backlog backlog,
      Predicate<Piece> evictable) {
    this.applies = applies;
    this.victims = victims;
    this.prices = prices;
    this.backlog = backlog;
    this.victim = new NextVictim(victims, evictable);
  }

  /** Whether the choice is to be made. */
  public boolean applies() {
    return applies.getAsBoolean();
  }

  /** Whether anything could leave for what is used at that position. */
  boolean possible(long now, long use) {
    return victim.of(now, use) != null;
  }

  /** Whether what would leave has to be written back. */
  public boolean writesBack(long now, long use) {
    Piece leaving = victim.of(now, use);
    return leaving != null && !leaving.droppable();
  }

  /**
   * Whether a piece for which something has to leave had better not come for a use.
   *
   * @param now the position now; of a launch that waits, its own
   * @param use the position of the use
   */
  public boolean better(Piece piece, long now, long use) {
    return gain(piece, now, use) > 0;
  }

  /**
   * Whether that pays for telling the device so, which is done once for all uses to come until
   * there are some close enough for the piece to come.
   */
  boolean worthTelling(Piece piece, long now, long use) {
    if (piece.placed()) {
      return true;
    }
    int uses = 1 + piece.usesApart(use, away(victim.of(now, use), now, use));
    return uses * gain(piece, now, use) >= Prices.ADVISE;
  }

  /** What is gained by not coming, in nanoseconds a byte. */
  private double gain(Piece piece, long now, long use) {
    Piece leaving = victim.of(now, use);
    if (leaving == null) {
      return prices.fault() - prices.inPlace(); // it would have to fault
    }
    double leave = leaving.droppable() ? 0 : prices.writeBack();
    double exposed = use > now ? backlog.exposed(piece, now, use, leave) : 1;
    long away = away(leaving, now, use);
    long last = piece.usedUntil(use, away);
    double uses = piece.usesBetween(use, last + 1);
    double returns = away == Piece.NEVER ? 0 : Math.max(1, (last - use) / (double) away);
    double comes = leave + (returns - uses) * prices.inPlace();
    return exposed * comes - (1 - exposed) * prices.inPlace();
  }

  /** For how many launches what would leave is not used. */
  private long away(@Nullable Piece leaving, long now, long use) {
    long back = leaving == null ? Piece.NEVER : victims.nextUse(leaving, now);
    return back == Piece.NEVER ? Piece.NEVER : back - use;
  }
}
