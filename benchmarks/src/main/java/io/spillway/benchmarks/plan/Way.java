package io.spillway.benchmarks.plan;

import io.spillway.benchmarks.compare.Contender;
import io.spillway.benchmarks.compare.Contender.Planned;
import io.spillway.benchmarks.compare.Contender.Plugged;
import io.spillway.benchmarks.compare.Contender.Plugin;
import io.spillway.benchmarks.compare.policy.PolicyName;

/** The ways to run a program whose memory does not fit, from nothing done to all by hand. */
public enum Way {
  /** Managed memory and the driver's page faults, no hints. */
  FAULTS("faults"),
  /** Faults, with what is only read said to be, so that it leaves without being written back. */
  HINTED_FAULTS("hinted faults"),
  /** Each launch's data fetched while the one before it runs. */
  ONE_AHEAD("one ahead"),
  /** What fits is kept for good, the rest streamed one launch ahead. */
  KEPT_AND_STREAMED("kept+stream");

  private final String label;

  Way(String label) {
    this.label = label;
  }

  /** Its name in reports. */
  public String label() {
    return label;
  }

  /** Who runs it in a replay. */
  Contender contender() {
    return switch (this) {
      case FAULTS -> new Planned(PolicyName.STOCK);
      case HINTED_FAULTS -> new Plugged(Plugin.ON_DEMAND);
      case ONE_AHEAD -> new Plugged(Plugin.ONE_AHEAD);
      case KEPT_AND_STREAMED -> new Planned(PolicyName.PIN_RING);
    };
  }
}
