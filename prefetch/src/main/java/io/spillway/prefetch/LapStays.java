package io.spillway.prefetch;

import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.predict.Predictor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies a {@link LapPlan} while a lap is followed: with each launch, says of the pieces it used
 * whether they stay. Decides anew when the lap is another, or the room. Not thread-safe.
 */
final class LapStays {

  /** Laps up to this many launches are decided for: 2^14 take some milliseconds. */
  private static final int LONGEST = 1 << 14;

  private final Predictor predictor;
  private final Window window;
  private final Prices prices;
  private final long inFlightBytes;
  private @Nullable LapPlan plan;
  private long builds;
  private long roomBytes;

  /** The position before the first launch of the lap as it was decided for. */
  private long start;

  LapStays(Predictor predictor, Window window, Prices prices, long inFlightBytes) {
    this.predictor = predictor;
    this.window = window;
    this.prices = prices;
    this.inFlightBytes = inFlightBytes;
  }

  /** A launch was announced. */
  void follow(long limitBytes) {
    if (!predictor.inLap() || predictor.lapLength() > LONGEST) {
      plan = null;
      return;
    }
    long now = predictor.position();
    if (plan == null || builds != window.builds() || roomBytes != limitBytes) {
      decide(now, limitBytes);
      return;
    }
    int at = (int) ((now - start - 1) % plan.length());
    List<Piece> used = window.piecesOf(predictor.launch((int) predictor.lapLength()));
    mark(plan, at, used);
  }

  private void decide(long now, long limitBytes) {
    List<List<Piece>> lap = window.lap();
    LapPlan decided = LapPlan.of(lap, limitBytes, inFlightBytes, prices);
    for (int at = 0; at < lap.size(); at++) {
      mark(decided, at, lap.get(at)); // as if the last lap had gone by it
    }
    plan = decided;
    builds = window.builds();
    roomBytes = limitBytes;
    start = now;
  }

  private static void mark(LapPlan plan, int at, List<Piece> used) {
    for (int i = 0; i < used.size(); i++) {
      used.get(i).setStays(plan.stays(at, i));
    }
  }

  /** Whether the lap has been decided for. */
  boolean active() {
    return plan != null;
  }
}
