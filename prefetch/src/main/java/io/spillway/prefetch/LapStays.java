package io.spillway.prefetch;

import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.predict.Predictor;
import java.util.BitSet;
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
  private final InPlaceTrials trials;
  private boolean confirmed;
  private long builds;
  private long trialChanges;
  private long roomBytes;

  /** The position before the first launch of the lap as it was decided for. */
  private long start;

  /** When to see whether to decide anew, though the lap is the same. */
  private long nextLook;

  LapStays(
      Predictor predictor, Window window, Prices prices, InPlaceTrials trials, long inFlightBytes) {
    this.predictor = predictor;
    this.window = window;
    this.prices = prices;
    this.trials = trials;
    this.inFlightBytes = inFlightBytes;
  }

  /** A launch was announced. */
  void follow(long limitBytes) {
    if (!predictor.inLap() || predictor.lapLength() > LONGEST) {
      plan = null;
      return;
    }
    long now = predictor.position();
    if (plan == null
        || builds != window.builds()
        || (now >= nextLook && somethingIsWrittenBack(now))
        || (predictor.lapConfirmed() && !confirmed && somethingIsInPlace())
        || trialChanges != trials.changes(now)
        || roomBytes != limitBytes) {
      decide(now, limitBytes);
      return;
    }
    int at = (int) ((now - start - 1) % plan.length());
    List<Piece> used = window.piecesOf(predictor.launch((int) predictor.lapLength()));
    mark(plan, at, used);
  }

  private void decide(long now, long limitBytes) {
    List<List<Piece>> lap = window.lap();
    LapPlan decided =
        LapPlan.of(lap, limitBytes, inFlightBytes, prices, new Launches(lap, limitBytes, now));
    for (int at = 0; at < lap.size(); at++) {
      mark(decided, at, lap.get(at)); // as if the last lap had gone by it
      for (Piece piece : lap.get(at)) {
        if (predictor.lapConfirmed()) { // else nothing was allowed
          piece.setSuitsInPlace(decided.inPlace(piece));
        }
      }
    }
    plan = decided;
    confirmed = predictor.lapConfirmed();
    builds = window.builds();
    trialChanges = trials.changes(now);
    roomBytes = limitBytes;
    start = now;
    nextLook = now + decided.length();
  }

  /**
   * Whether, a lap later, the lap has pieces that leave by being written back: what launches only
   * read is known by then, and what they take tells more of each site. Otherwise nothing that
   * counts has changed, and what stays is better left alone.
   */
  private boolean somethingIsWrittenBack(long now) {
    nextLook = now + predictor.lapLength();
    for (List<Piece> used : window.lap()) {
      for (Piece piece : used) {
        if (!piece.droppable() && !piece.onlyReadFor(predictor.lapLength(), now)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether something was chosen to be in place before it was known that this is a lap. */
  private boolean somethingIsInPlace() {
    confirmed = true;
    return window.lap().stream().flatMap(List::stream).anyMatch(Piece::suitsInPlace);
  }

  /** The launches of a lap as it is decided for. */
  private final class Launches implements LapPlan.InPlace {
    private final BitSet beyond = new BitSet();
    private final long now;

    Launches(List<List<Piece>> lap, long limitBytes, long now) {
      this.now = now;
      for (int at = 0; at < lap.size(); at++) {
        beyond.set(at, lap.get(at).stream().mapToLong(Piece::bytes).sum() > limitBytes);
      }
    }

    /**
     * What can be dropped, now or soon, moves at the link's rate and hides behind launches: unless
     * there is no room for it at all.
     */
    @Override
    public boolean allowed(Piece piece, int at) {
      long site = predictor.launches().site(predictor.launch(at + 1));
      boolean dropped = piece.droppable() || piece.onlyReadFor(predictor.lapLength(), now);
      return predictor.lapConfirmed() && (!dropped || beyond(at)) && trials.allowed(site, now);
    }

    @Override
    public boolean beyond(int at) {
      return beyond.get(at);
    }
  }

  private static void mark(LapPlan plan, int at, List<Piece> used) {
    for (int i = 0; i < used.size(); i++) {
      used.get(i).setStays(plan.stays(at, i));
    }
  }

  /**
   * Whether the lap has been decided for, and was seen to the end: until then, what is in place is
   * chosen as without one.
   */
  boolean decided() {
    return plan != null && predictor.lapConfirmed();
  }

  /** Whether the lap has been decided for. */
  boolean active() {
    return plan != null;
  }
}
