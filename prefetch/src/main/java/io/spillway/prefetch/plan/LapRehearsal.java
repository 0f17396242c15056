package io.spillway.prefetch.plan;

import io.spillway.access.AccessKind;
import io.spillway.driver.Location;
import io.spillway.evict.Prices;
import io.spillway.predict.Touches;
import io.spillway.prefetch.step.Step;
import io.spillway.prefetch.trial.TimedLaunch;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;

/**
 * Plans made-up laps that move nothing: for {@link io.spillway.Rehearsal}, so that planning has
 * been loaded and run when the first launches of a program wait for it. Laps that fit, and laps of
 * which only a part does.
 */
public final class LapRehearsal {

  /** Where nothing is: only a planner of its own ever hears of it. */
  private static final long BASE = 1L << 40;

  private static final long SITE = 1;

  private static final int LAUNCHES = 12;

  /** Each launch reads one and writes one. */
  private static final long RANGE_BYTES = 2 * Blocks.BYTES;

  /** What a lap touches. */
  static final long LAP_BYTES = LAUNCHES * 2 * RANGE_BYTES;

  /** What a launch is said to take: as long as moving a tenth of what it touches. */
  private static final long LAUNCH_NANOS = 10_000;

  /** The first is not known, the second makes a lap, the others go by it. */
  private static final int LAPS = 6;

  private final Planner planner =
      new Planner(
          Prices.H200, RANGE_BYTES, RANGE_BYTES, (origin, address, bytes) -> true, range -> false);

  private final Touches touches = new Touches();
  private final long limitBytes;
  private long sequence;
  private int moves;

  /** Laps of which so much fits. */
  LapRehearsal(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Rehearses. */
  public static void run() {
    for (long limitBytes : new long[] {LAP_BYTES, LAP_BYTES / 3}) {
      Planner used = new LapRehearsal(limitBytes).laps();
      used.freed(new AddressRange(BASE, LAP_BYTES));
      used.resynchronise();
    }
  }

  /** What has planned them all. */
  Planner laps() {
    for (int i = 0; i < LAPS * LAUNCHES; i++) {
      launch(i % LAUNCHES);
    }
    return planner;
  }

  private void launch(int number) {
    long first = BASE + 2 * RANGE_BYTES * number;
    touches.begin(SITE);
    touches.add(first, RANGE_BYTES, AccessKind.READ);
    touches.add(first + RANGE_BYTES, RANGE_BYTES, AccessKind.WRITE);
    for (int i = 0; i < touches.count(); i++) {
      planner.declare(
          sequence, SITE, touches.address(i), touches.bytes(i), touches.kind(i), limitBytes);
    }
    plan();
    TimedLaunch timed = planner.times().timed(sequence, limitBytes);
    if (timed != null) {
      planner.times().timing(timed);
    }
    int launch = planner.issued(sequence++, touches, limitBytes);
    plan();
    planner.times().took(launch, LAUNCH_NANOS);
    if (timed != null) {
      planner.times().took(timed, LAUNCH_NANOS);
    }
  }

  private void plan() {
    for (Step step = planner.next(limitBytes); step != null; step = planner.next(limitBytes)) {
      planner.announced().reopen(step);
      if (planner.announced().overtaken(step)) {
        planner.announced().withdraw(step);
        continue;
      }
      planner.announced().close(step);
      done(planner.announced().reconsidered(step));
    }
  }

  /** As if it had been done: what it comes to is worked out. */
  private void done(Step step) {
    if (step.advises()) {
      step.advised(!step.advise(Location.HOST).hints().isEmpty());
    }
    moves += step.leave().hints().size() + step.come().hints().size();
  }

  /** How many moves the steps came to. */
  int moves() {
    return moves;
  }
}
