package io.spillway.advise;

import java.util.List;

/** Runs the laps of a profile again, on a model, with hints. */
@FunctionalInterface
public interface Replay {

  /**
   * What the run costs.
   *
   * @param hints given the way a session gives them; may be none
   */
  ReplayCost cost(List<ProposedHint> hints);
}
