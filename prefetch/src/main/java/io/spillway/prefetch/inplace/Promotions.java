package io.spillway.prefetch.inplace;

import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.prefetch.launch.OpenLaunch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the last launch accessed in place and might come to the device by now: beside launches, none
 * of which waits for it, and no more than can be moved while one of that kind runs, so that the
 * next one finds little of it on its way. Not thread-safe.
 */
public final class Promotions {

  private final Prices prices;
  private final BooleanSupplier chosenOtherwise;
  private final Deque<Piece> candidates = new ArrayDeque<>();
  private double nanosLeft;

  /**
   * None.
   *
   * @param chosenOtherwise whether a lap's plan or a recorded run says what comes, so that nothing
   *     of this does
   */
  public Promotions(Prices prices, BooleanSupplier chosenOtherwise) {
    this.prices = prices;
    this.chosenOtherwise = chosenOtherwise;
  }

  /**
   * A launch was issued.
   *
   * @param nanos how long it will take, about
   */
  public void issued(OpenLaunch launch, long nanos) {
    candidates.clear();
    candidates.addAll(launch.inPlace());
    nanosLeft = nanos;
  }

  /** Whether any of it comes. */
  public boolean apply() {
    return !chosenOtherwise.getAsBoolean();
  }

  /** The next one, which stays the next; null if there is none, or no time. */
  public @Nullable Piece next() {
    while (!candidates.isEmpty() && !stillInPlace(candidates.element())) {
      Piece.current(List.of(candidates.remove())).reversed().stream()
          .filter(Promotions::stillInPlace) // what it was cut into
          .forEach(candidates::addFirst);
    }
    return nanosLeft > 0 ? candidates.peek() : null;
  }

  private static boolean stillInPlace(Piece piece) {
    return piece.isCurrent() && !piece.resident() && piece.suitsInPlace();
  }

  /** The next one does not come. */
  public void passOver() {
    candidates.remove();
  }

  /** The next one comes, for another that leaves. */
  public void comes() {
    Piece piece = candidates.remove();
    nanosLeft -= piece.bytes() * prices.away(piece);
  }
}
