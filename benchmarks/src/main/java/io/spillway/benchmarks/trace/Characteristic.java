package io.spillway.benchmarks.trace;

/** What a trace tells beyond which bytes were touched; policies say which they need. */
public enum Characteristic {
  /** Says when contents die, so that they need not be kept or copied. */
  LIFETIMES("says when contents die"),
  /** Says which memory is never written by launches. */
  READ_ONLY_KNOWN("says which memory launches only read"),
  /** The same launches come again, lap after lap, with the same ranges. */
  CYCLIC("repeats the same launches lap after lap"),
  /** Has the time that each launch computes. */
  COMPUTE_TIMES("says how long launches compute");

  private final String meaning;

  Characteristic(String meaning) {
    this.meaning = meaning;
  }

  /** What a trace that has it does, for messages. */
  public String meaning() {
    return meaning;
  }
}
