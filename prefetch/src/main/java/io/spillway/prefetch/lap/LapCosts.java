package io.spillway.prefetch.lap;

import io.spillway.evict.Crossings;
import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.ReadInPlace;
import io.spillway.range.ByteSize;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What a lap takes as it is planned: by price, and by what its launches took before. */
final class LapCosts {

  /** Laps that a decision is good for, at least: a judgement. */
  private static final int LAPS_BETWEEN = 8;

  /** In place in one stretch from here on, kernels wait for it (docs/moving.md, stripes). */
  private static final long WIDE_BYTES = 64 * ByteSize.MIB;

  /**
   * How much of what a launch could have hidden it then waits for: 0.05 to 1 of it on the H200, by
   * the kernel and by where in its data that is.
   */
  private static final double IN_ORDER = 0.5;

  private final List<List<Piece>> lap;
  private final long[] sites;
  private final Crossings crossings;
  private final Prices prices;
  private final Predicate<Piece> dropped;
  private final Predicate<Piece> copied;

  /** What each launch touches, and what it takes with all that on the device; 0 if not known. */
  private final long[] bytes;

  private final double[] residentNanos;

  /**
   * Of a lap.
   *
   * @param lap the pieces of each launch
   * @param sites of each launch
   * @param crossings which way goes what is in place
   * @param dropped whether a piece's device copy can be dropped, now or soon
   * @param copied whether only after it has been copied to the host
   */
  LapCosts(
      List<List<Piece>> lap,
      long[] sites,
      Crossings crossings,
      Prices prices,
      InPlaceTrials trials,
      Predicate<Piece> dropped,
      Predicate<Piece> copied) {
    this.lap = lap;
    this.sites = sites;
    this.crossings = crossings;
    this.prices = prices;
    this.dropped = dropped;
    this.copied = copied;
    bytes = new long[lap.size()];
    residentNanos = new double[lap.size()];
    for (int at = 0; at < lap.size(); at++) {
      for (Piece piece : lap.get(at)) {
        bytes[at] += piece.bytes();
      }
      residentNanos[at] = trials.residentNanos(sites[at], bytes[at]);
    }
  }

  /** What its launches take, as long as they do not wait for what moves. */
  double launchNanos(LapPlan plan) {
    double nanos = 0;
    for (int at = 0; at < lap.size(); at++) {
      nanos += launchNanos(plan, at);
    }
    return nanos;
  }

  /**
   * What a launch takes: what it accesses in place comes while it computes, or it waits for that.
   * So it does while it goes over what is in place, if that is a wide stretch.
   */
  private double launchNanos(LapPlan plan, int at) {
    double inPlace = inPlaceNanos(plan, at);
    double longer = Math.max(residentNanos[at], inPlace);
    if (inPlace == 0) {
      return longer;
    }
    long inPlaceBytes = 0;
    long wideBytes = 0;
    for (Piece piece : lap.get(at)) {
      if (plan.inPlace(piece)) {
        inPlaceBytes += piece.bytes();
        wideBytes += piece.bytes() >= WIDE_BYTES ? piece.bytes() : 0;
      }
    }
    double rest = residentNanos[at] * (bytes[at] - inPlaceBytes) / bytes[at];
    double wide = (double) wideBytes / inPlaceBytes;
    return longer + wide * IN_ORDER * Math.max(0, inPlace + rest - longer);
  }

  private double inPlaceNanos(LapPlan plan, int at) {
    return crossings.nanos(at, lap.get(at), plan::inPlace, prices.inPlace());
  }

  /** What the link is busy for, be it with moves or with what launches access in place. */
  double linkNanos(LapPlan plan) {
    double nanos = movingNanos(plan);
    for (int at = 0; at < lap.size(); at++) {
      nanos += inPlaceNanos(plan, at);
    }
    return nanos;
  }

  /** What the moves of what is not in place take. */
  double movingNanos(LapPlan plan) {
    double fetching = 0;
    double writingBack = 0;
    for (int at = 0; at < lap.size(); at++) {
      List<Piece> used = lap.get(at);
      for (int i = 0; i < used.size(); i++) {
        Piece piece = used.get(i);
        if (!plan.stays(at, i) && !plan.inPlace(piece)) {
          boolean drops = dropped.test(piece) || piece.droppable();
          fetching += piece.bytes() * (prices.fetch() + (drops ? prices.drop() : 0));
          writingBack += drops ? 0 : piece.bytes() * writeBack();
        }
      }
    }
    return prices.beside() ? Math.max(fetching, writingBack) : fetching + writingBack;
  }

  /**
   * What a lap takes by a plan, where data is written back beside it, and what it takes to begin
   * with that.
   *
   * @param roomBytes bytes on the device
   */
  double forecast(LapPlan plan, long roomBytes) {
    double[] launches = new double[lap.size()];
    Arrays.setAll(launches, at -> launchNanos(plan, at));
    return new LapForecast(plan, prices, crossings, dropped, roomBytes).nanos(lap, launches)
        + placingNanos(plan) / LAPS_BETWEEN;
  }

  /**
   * What it takes to tell the device what is to be in place from now on, and what no longer; and to
   * write back what of it is on the device.
   */
  private double placingNanos(LapPlan plan) {
    Set<Piece> seen = new HashSet<>();
    double nanos = 0;
    for (List<Piece> used : lap) {
      for (Piece piece : used) {
        if (plan.inPlace(piece) != piece.placed() && seen.add(piece)) {
          nanos += piece.bytes() * Prices.ADVISE;
          if (plan.inPlace(piece) && piece.resident() && !dropped.test(piece)) {
            nanos += piece.bytes() * writeBack();
          }
        }
      }
    }
    return nanos;
  }

  private double writeBack() {
    return prices.beside() ? prices.writeBackBeside() : prices.writeBack();
  }

  /**
   * Compares a plan with one by which what can be dropped moves.
   *
   * @param movingLaunchNanos what launches take by that
   * @param movingLinkNanos and what its link is busy for
   * @param inPlace what can be dropped may be read in place
   * @param trialBytes what has to be in place before it is known what comes of it, or a piece if
   *     that is more
   */
  ReadInPlace.Estimate compare(
      double movingLaunchNanos, double movingLinkNanos, LapPlan inPlace, long trialBytes) {
    long inPlaceBytes = 0;
    long placedBytes = 0;
    double copyNanos = 0;
    double riskNanos = 0;
    Set<Piece> seen = new HashSet<>();
    Map<Long, Double> riskBySite = new HashMap<>();
    for (int at = 0; at < lap.size(); at++) {
      long launchBytes = 0;
      long mostBytes = 0;
      for (Piece piece : lap.get(at)) {
        if (inPlace.inPlace(piece) && dropped.test(piece)) {
          launchBytes += piece.bytes();
          mostBytes = Math.max(mostBytes, piece.bytes());
          if (seen.add(piece)) {
            placedBytes += piece.placed() ? piece.bytes() : 0;
            copyNanos += copied.test(piece) ? piece.bytes() * prices.writeBack() : 0;
          }
        }
      }
      long tried = Math.max(mostBytes, Math.min(launchBytes, trialBytes));
      if (tried > 0) {
        riskBySite.merge(sites[at], riskNanos(timesOver(at), tried), Math::max);
      }
      inPlaceBytes += launchBytes;
    }
    for (double nanos : riskBySite.values()) {
      riskNanos += nanos;
    }
    return new ReadInPlace.Estimate(
        movingLaunchNanos,
        movingLinkNanos,
        launchNanos(inPlace) + movingNanos(inPlace),
        inPlaceBytes,
        placedBytes,
        copyNanos,
        riskNanos);
  }

  /** What a launch takes with all its data on the device; 0 if that is not known. */
  double residentNanos(int at) {
    return residentNanos[at];
  }

  /** How often a launch can go over all it touches, in the time that it takes, if that is known. */
  private double timesOver(int at) {
    double nanos = residentNanos[at];
    return nanos > 0
        ? Math.floor(nanos / (bytes[at] * Prices.ON_DEVICE))
        : Double.POSITIVE_INFINITY;
  }

  /** What so much in place can cost more than being moved, if it is gone over so many times. */
  private double riskNanos(double times, long tried) {
    return Math.max(0, times - 1) * tried * prices.inPlace();
  }
}
