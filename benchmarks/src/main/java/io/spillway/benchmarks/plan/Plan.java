package io.spillway.benchmarks.plan;

import io.spillway.driver.sim.Calibration;
import java.util.List;

/**
 * What is expected of several cards.
 *
 * @param trace the trace's name
 * @param laps how many laps it has; the last one counts
 * @param lapLaunches launches of that lap
 * @param largestLaunchBytes the most that one launch touches
 * @param calibration how far the model is from the card it was calibrated on
 * @param cards one plan for each
 */
public record Plan(
    String trace,
    int laps,
    int lapLaunches,
    long largestLaunchBytes,
    Calibration calibration,
    List<CardPlan> cards) {

  /** Copies the list. */
  public Plan {
    cards = List.copyOf(cards);
  }
}
