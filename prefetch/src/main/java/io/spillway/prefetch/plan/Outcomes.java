package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of each piece that was fetched ahead: used, used while still on its way, gone unused,
 * or harmful because what left for it was needed first. Not thread-safe.
 */
public final class Outcomes {

  private final Prices prices;

  /** Fetched ahead and not used yet. */
  private final Set<Piece> waiting = Collections.newSetFromMap(new IdentityHashMap<>());

  /** What was said to leave last, and had not been used. */
  private final Set<Piece> leftUnused = Collections.newSetFromMap(new IdentityHashMap<>());

  /** What left for something that was not used since. */
  private final IdentityHashMap<Piece, Piece> leftFor = new IdentityHashMap<>();

  private long hits;
  private long useless;
  private long harmful;
  private double savedNanos;
  private double causedNanos;

  public Outcomes(Prices prices) {
    this.prices = prices;
  }

  public void fetched(Piece piece) {
    waiting.add(piece);
  }

  public void used(Piece piece) {
    if (waiting.remove(piece)) {
      hits++;
      savedNanos += piece.bytes() * prices.fetch(); // else the launch waits for that, not faults
    }
    Piece reason = leftFor.remove(piece);
    if (reason != null && waiting.contains(reason) && !piece.resident()) {
      harmful++;
      causedNanos += piece.bytes() * prices.fault();
    }
  }

  /** What was said to leave did not: it had better not be held against the fetch of it. */
  void stayed(Piece piece) {
    leftFor.remove(piece);
    if (leftUnused.remove(piece)) {
      useless--;
      causedNanos -= piece.bytes() * prices.fetch();
      waiting.add(piece);
      if (piece.overtaken()) {
        used(piece);
      }
    }
  }

  /** What was said to leave has left. */
  void left() {
    leftUnused.clear();
  }

  public void evicted(Piece piece, @Nullable Piece coming) {
    if (waiting.remove(piece)) {
      leftUnused.add(piece);
      useless++;
      causedNanos += piece.bytes() * prices.fetch();
    }
    if (coming == null) {
      leftFor.remove(piece);
    } else {
      leftFor.put(piece, coming);
    }
  }

  void gone(Piece piece) {
    waiting.remove(piece);
    leftFor.remove(piece);
  }

  /** Pieces that were fetched ahead and then used. */
  public long hits() {
    return hits;
  }

  /** Pieces that were fetched ahead and left unused. */
  public long useless() {
    return useless;
  }

  /** Pieces that were needed before what they left for. */
  public long harmful() {
    return harmful;
  }

  /** Time saved that launches would have waited for demands, by price, in nanoseconds. */
  public double savedNanos() {
    return savedNanos;
  }

  /** Link and device time spent for nothing, by price, in nanoseconds. */
  public double causedNanos() {
    return causedNanos;
  }
}
