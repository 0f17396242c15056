package io.spillway.prefetch.trial;

import io.spillway.evict.Prices;
import java.util.function.Supplier;

/**
 * Whether what a lap only reads, and could drop, is read on the host instead of being fetched in
 * each lap.
 *
 * <p>Either way each byte that does not stay crosses the link once a lap. Fetched, it comes while
 * launches run that have what they need, which is free if these take long; read in place, only
 * while its own launch runs, but there it needs no room, no advice and nobody who is in time. So it
 * is a matter of what laps take: as long as the link is what they wait for, and they take longer
 * than their launches would that read in place, they had better do so. A launch that goes over its
 * data again and again is found out by {@link InPlaceTrials}, to which a byte in place is worth
 * what laps take beyond their launches; one that might is not tried before such a trial is cheap
 * beside what went by. Telling the driver costs time, too: it is told once moving has cost as much
 * more than reading in place would have (the rule of renting skis), and each time that this proved
 * wrong, twice as much.
 *
 * <p>Pure; not thread-safe.
 */
public final class ReadInPlace {

  /** The least part of a lap that the link is busy for where the lap waits for it: a judgement. */
  private static final double BUSY = 0.5;

  /** A trial may cost as much as this part of what went by since the last: a judgement. */
  private static final double AT_RISK = 1.0 / 64;

  /** Laps to be measured before anything is made of it: in the first, there is advice to give. */
  private static final int LEAST_LAPS = 2;

  /** Laps in a row that take longer than moving did: one or two may have waited for others. */
  private static final int STRIKES = 3;

  /** Laps after which what is in place is judged even if that is not all that should be. */
  private static final int MOST_PARTIAL = 16;

  /** By how much the least is taken to have grown with each lap since, so that it is forgotten. */
  private static final double FORGETTING = 1.01;

  /** Doublings of what moving has to have cost. */
  private static final int MOST_FAILURES = 20;

  /**
   * What is known of a lap before it is gone round.
   *
   * @param launchNanos what its launches take with all their data on the device
   * @param movingNanos what its moves take if nothing that can be dropped is in place
   * @param inPlaceNanos what its launches take that read in place what does not stay
   * @param inPlaceBytes how much that is
   * @param placedBytes of which the driver was told so already
   * @param copyNanos what it takes until all that is to move can be dropped: its copies to the host
   * @param riskNanos what it costs at most to find out that launches go over it more than once
   */
  public record Estimate(
      double launchNanos,
      double movingNanos,
      double inPlaceNanos,
      long inPlaceBytes,
      long placedBytes,
      double copyNanos,
      double riskNanos) {

    /** What a lap takes at least that moves. */
    double moving() {
      return Math.max(launchNanos, movingNanos);
    }

    private boolean better(double moving) {
      return inPlaceBytes > 0 && inPlaceNanos < moving;
    }

    private Estimate longer(double times) {
      return new Estimate(
          launchNanos,
          movingNanos,
          times * inPlaceNanos,
          inPlaceBytes,
          placedBytes,
          copyNanos,
          riskNanos);
    }

    /** What it takes to tell the driver of what is in place. */
    private double toldNanos() {
      return (inPlaceBytes - placedBytes) * Prices.ADVISE;
    }
  }

  private boolean chosen;
  private int laps;

  /** What a lap takes that moves; negative until it is known. */
  private double movingNanos = -1;

  private double regretNanos;
  private double sinceTrial;
  private int strikes;
  private int failures;
  private double worthNanos;

  /** What a lap that reads in place was expected to take; and how much longer one took. */
  private double expectedNanos;

  private double slower = 1;

  /** Nothing is known, so what can be dropped is fetched. */
  public ReadInPlace() {}

  /** Another lap is followed, or there is other room. */
  public void begin() {
    chosen = false;
    laps = 0;
    movingNanos = -1;
    regretNanos = 0;
    strikes = 0;
    failures = Math.max(0, failures - 1);
  }

  /** Whether what is only read may be in place. */
  public boolean chosen() {
    return chosen;
  }

  /** What it costs, for each byte that is in place, to have it on the device instead. */
  public double worthNanos() {
    return worthNanos;
  }

  /**
   * Before anything was measured: if it seems better, what is mostly in place already stays so. So
   * does what would have to be copied to the host before it moves freely, if telling the driver
   * takes half of that at most, and launches are too short to go over it more than once.
   */
  public void atFirst(Estimate lap) {
    boolean mostlyPlaced = 2 * lap.placedBytes() >= lap.inPlaceBytes();
    boolean cheaperToTell = lap.riskNanos() == 0 && 2 * lap.toldNanos() < lap.copyNanos();
    if (!chosen && failures == 0 && (mostlyPlaced || cheaperToTell) && lap.better(lap.moving())) {
      choose(lap, lap.moving());
    }
  }

  /**
   * A lap was gone round that moved what can be dropped.
   *
   * @param launchNanos what its launches take
   * @param linkNanos what its moves take
   * @param nanos what all of it took
   * @param rounds laps that it stands for, since the last that was told of
   * @param estimate asked for only if the lap waits for the link
   * @return whether to decide anew
   */
  public boolean moved(
      double launchNanos, double linkNanos, long nanos, long rounds, Supplier<Estimate> estimate) {
    movingNanos = movingNanos < 0 ? nanos : Math.min((double) nanos, FORGETTING * movingNanos);
    sinceTrial += (double) rounds * nanos;
    slower /= FORGETTING;
    laps++;
    if (laps < LEAST_LAPS || launchNanos >= linkNanos || BUSY * nanos > linkNanos) {
      return false;
    }
    Estimate lap = estimate.get().longer(Math.max(1, slower));
    if (!lap.better(movingNanos)) {
      return false;
    }
    regretNanos += rounds * (movingNanos - lap.inPlaceNanos());
    if (regretNanos < lap.toldNanos() * (1L << failures)
        || lap.riskNanos() > AT_RISK * sinceTrial) {
      return false;
    }
    choose(lap, movingNanos);
    return true;
  }

  private void choose(Estimate lap, double moving) {
    chosen = true;
    movingNanos = moving;
    strikes = 0;
    laps = 0;
    expectedNanos = lap.inPlaceNanos() / Math.max(1, slower);
    worthNanos = (moving - lap.launchNanos()) / lap.inPlaceBytes();
  }

  /**
   * A lap was gone round that read in place what can be dropped.
   *
   * @param any whether it may still
   * @param all whether all that is to be in place was
   * @return whether to decide anew
   */
  public boolean readInPlace(long nanos, boolean any, boolean all) {
    laps++;
    if (all || laps > MOST_PARTIAL) {
      strikes = nanos > movingNanos ? strikes + (int) Math.min(STRIKES, nanos / movingNanos) : 0;
    }
    if (any && strikes < STRIKES) {
      return false;
    }
    slower = nanos / expectedNanos;
    chosen = false;
    laps = 0;
    regretNanos = 0;
    sinceTrial = 0;
    failures = Math.min(MOST_FAILURES, failures + (strikes < STRIKES ? 0 : 1));
    return true;
  }
}
