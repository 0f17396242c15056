package io.spillway.prefetch.lap;

import io.spillway.evict.Crossings;
import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How long a lap takes by a plan, where data is written back beside fetches and launches: each of
 * the three goes on by itself, one thing after the other, and waits for the others where it must. A
 * launch waits for what it uses; what comes, for the room of as much that left before; what leaves,
 * for the launch that used it. What launches access in place takes the link from fetches, and slows
 * write-backs.
 *
 * <p>Gone round twice: the first time begins with nothing under way. Pure; for one plan.
 */
final class LapForecast {

  /** Room that becomes free when something has left. */
  private record Freed(double at, long bytes) {}

  private final LapPlan plan;
  private final Prices prices;
  private final Crossings crossings;
  private final Predicate<Piece> dropped;
  private final Set<Piece> away = new HashSet<>();
  private final Deque<Freed> freed = new ArrayDeque<>();
  private long freeBytes;
  private double launched;
  private double fetched;
  private double writtenBack;
  private double roomAt;

  /**
   * By {@code plan}.
   *
   * @param crossings which way goes what is in place
   * @param dropped whether a piece's device copy can be dropped
   * @param roomBytes bytes on the device
   */
  LapForecast(
      LapPlan plan, Prices prices, Crossings crossings, Predicate<Piece> dropped, long roomBytes) {
    this.plan = plan;
    this.prices = prices;
    this.crossings = crossings;
    this.dropped = dropped;
    this.freeBytes = roomBytes;
  }

  /**
   * What a lap takes, in nanoseconds.
   *
   * @param launchNanos what each launch takes that does not wait
   */
  double nanos(List<List<Piece>> lap, double[] launchNanos) {
    for (int at = 0; at < lap.size(); at++) {
      for (int i = 0; i < lap.get(at).size(); i++) {
        used(lap.get(at).get(i), plan.stays(at, i));
      }
    }
    Set<Piece> there = new HashSet<>();
    lap.forEach(there::addAll);
    for (Piece piece : there) {
      freeBytes -= away.contains(piece) || plan.inPlace(piece) ? 0 : piece.bytes();
    }
    round(lap, launchNanos);
    double first = launched;
    round(lap, launchNanos);
    return launched - first;
  }

  private void used(Piece piece, boolean stays) {
    if (stays || plan.inPlace(piece)) {
      away.remove(piece);
    } else {
      away.add(piece);
    }
  }

  private void round(List<List<Piece>> lap, double[] launchNanos) {
    for (int at = 0; at < lap.size(); at++) {
      List<Piece> pieces = lap.get(at);
      double start = launched;
      double inPlace = crossings.nanos(at, pieces, plan::inPlace, prices.inPlace());
      for (Piece piece : pieces) {
        if (!plan.inPlace(piece) && away.remove(piece)) {
          start = Math.max(start, comes(piece.bytes()));
        }
      }
      launched = start + Math.max(launchNanos[at], inPlace);
      shareTheLink(start, inPlace);
      for (int i = 0; i < pieces.size(); i++) {
        if (!plan.stays(at, i) && !plan.inPlace(pieces.get(i)) && away.add(pieces.get(i))) {
          leaves(pieces.get(i));
        }
      }
    }
  }

  /** When so much has come. */
  private double comes(long bytes) {
    while (freeBytes < bytes && !freed.isEmpty()) {
      Freed next = freed.remove();
      freeBytes += next.bytes();
      roomAt = Math.max(roomAt, next.at());
    }
    freeBytes -= bytes;
    fetched = Math.max(fetched, roomAt) + bytes * prices.fetch();
    return fetched;
  }

  private void shareTheLink(double start, double inPlace) {
    if (inPlace > 0) {
      fetched = Math.max(fetched, start) + inPlace;
      double beside = Math.clamp(writtenBack - start, 0, inPlace);
      writtenBack += Prices.LOST_IN_PLACE * beside;
    }
  }

  private void leaves(Piece piece) {
    if (piece.droppable() || dropped.test(piece)) {
      fetched += piece.bytes() * prices.drop();
      freed.add(new Freed(launched, piece.bytes()));
    } else {
      writtenBack = Math.max(writtenBack, launched) + piece.bytes() * prices.writeBackBeside();
      freed.add(new Freed(writtenBack, piece.bytes()));
    }
  }
}
