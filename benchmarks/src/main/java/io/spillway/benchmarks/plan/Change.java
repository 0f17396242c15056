package io.spillway.benchmarks.plan;

/** What one could change about a card or a program; each is tried by replaying with it. */
public enum Change {
  /** A quarter more of device memory for managed data, as far as card and host have it. */
  BUDGET("budget +25%"),
  /** A link of twice the rate, as the next PCIe generation has; the driver's own work stays. */
  LINK("link x2"),
  /** Each launch as two, on half of its ranges each. */
  SPLITTING("launches split");

  /** The budget with {@link #BUDGET}, in parts of what it is without. */
  static final double MORE_BUDGET = 1.25;

  /** The link's rates with {@link #LINK}, in parts of what they are without. */
  static final double FASTER_LINK = 2;

  private final String label;

  Change(String label) {
    this.label = label;
  }

  /** Its name in reports. */
  public String label() {
    return label;
  }
}
