package io.spillway.evict;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who leaves: the piece whose next use is farthest for its price, and never one that is needed
 * sooner than what comes in.
 *
 * <p>Belady's rule (evict the farthest next use), weighed by what leaving and coming back costs: a
 * piece that has to be written back must be five times as far away as one that can be dropped,
 * since 1/12 + 1/50.6 ns a byte is five times 1/50.6 ({@link Prices#H200}). In a lap of equal
 * pieces this keeps a stable set, all but what is passing through: after N pieces with room for C,
 * N - C come in each lap and a few more for what is in flight. Not thread-safe.
 */
public final class Victims {

  /** The distance of what is never used again: beyond all launches a program can make. */
  private static final double FAR = 1e18;

  private final Pieces pieces;
  private final Prices prices;
  private long told;

  /** Picks among the resident of {@code pieces}. */
  public Victims(Pieces pieces, Prices prices) {
    this.pieces = pieces;
    this.prices = prices;
  }

  /** All uses up to that position are expected: what is not, is used later. */
  public void setTold(long position) {
    told = position;
  }

  /**
   * The best to leave for something that is used at {@code use}; null if all others are needed
   * sooner.
   *
   * @param now the position now
   * @param use when what comes in is used; what leaves is used later
   * @param free which may leave
   */
  public @Nullable Piece choose(long now, long use, Predicate<Piece> free) {
    Piece chosen = null;
    double most = -1;
    for (Piece piece : pieces.resident()) {
      double value = value(piece, now, use);
      if (value > most && free.test(piece)) {
        most = value;
        chosen = piece;
      }
    }
    return chosen;
  }

  /**
   * The one whose last launch was issued first, of those that are only passing through; null if all
   * are needed sooner. All of these leave before their next use, so that what counts is not to wait
   * for a launch that is still running: after the farthest next use, the piece just used would go
   * first.
   *
   * @param now the position now
   * @param use when what comes in is used; what leaves is used later
   * @param passing which may leave
   */
  public @Nullable Piece oldest(long now, long use, Predicate<Piece> passing) {
    Piece oldest = null;
    for (Piece piece : pieces.resident()) {
      if ((oldest == null || piece.lastSequence() < oldest.lastSequence())
          && passing.test(piece)
          && piece.nextUse(now) > use) {
        oldest = piece;
      }
    }
    return oldest;
  }

  /**
   * The one that saves most by being accessed in place from its next use on, for what its leaving
   * costs; null if none may leave.
   *
   * @param exposed the part of the leaving that counts
   */
  public @Nullable Piece cheapestInPlace(long now, double exposed, Predicate<Piece> free) {
    Piece cheapest = null;
    double most = Double.NEGATIVE_INFINITY;
    for (Piece piece : pieces.resident()) {
      double gain = gainInPlace(piece, now, exposed);
      if (gain > most && free.test(piece)) {
        most = gain;
        cheapest = piece;
      }
    }
    return cheapest;
  }

  /**
   * What a piece's room is worth, until its next use, to something that each launch meanwhile
   * accesses in place, less what its leaving costs: nanoseconds a byte.
   */
  public double gainInPlace(Piece piece, long now, double exposed) {
    long next = piece.nextUse(now);
    double distance = next == Piece.NEVER ? FAR : (double) (next - now);
    return distance * prices.inPlace() - exposed * (prices.away(piece) - prices.fetch());
  }

  /** When a piece is used next; not before all that is expected, if it is not. */
  public long nextUse(Piece piece, long now) {
    long estimate = piece.nextUse(now);
    return piece.expected() ? estimate : Math.max(estimate, told + 1);
  }

  private double value(Piece piece, long now, long use) {
    long next = nextUse(piece, now);
    if (next <= use) {
      return -1;
    }
    double distance = next == Piece.NEVER ? FAR : (double) (next - now);
    return distance / prices.away(piece);
  }
}
