package io.spillway.benchmarks.compare;

import java.util.Locale;

/** Which hardware rule a replay follows. */
public enum Rule {
  /** The simulated driver, with its model of a GPU. */
  UVM,
  /** The G10 artifact's, for {@code dnn-training} only. */
  G10;

  /** Its name on the command line and in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
