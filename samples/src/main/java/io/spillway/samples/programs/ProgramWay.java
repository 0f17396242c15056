package io.spillway.samples.programs;

import java.util.List;
import java.util.Optional;

/** Ways to run a program. */
enum ProgramWay {
  /** Without Spillway. */
  PLAIN("plain", "without Spillway, all in device memory"),

  /** Under the agent, with a budget that holds everything. */
  FITS("fits", "under the agent, which has nothing to redirect: the budget holds all"),

  /** All of it managed and on the device, with an engine that has nothing to do. */
  MANAGED("idle engine", "all redirected, though the budget holds all; prefetch=auto"),

  /** Room is made; what is missing comes by page faults. */
  FAULTS("faults", "budget a third, what is missing comes by page faults"),

  /** The same, with the hints that follow from a recording of it. */
  ADVISED("advised", "the same with hints that spillway advise made of a recording"),

  /** What does not fit when it is allocated is read on the host: the best there is by hints. */
  ZERO_COPY(
      "zero-copy",
      "budget a third, what does not fit when it is allocated is accessed on the host"),

  /** Predicted and moved. */
  ENGINE("engine", "budget a third, prefetch=auto, from launches alone");

  /** Budget of the constrained ways: footprint over this. */
  static final int RATIO = 3;

  /** The other ways have a budget of so many percent of the footprint: padding included. */
  private static final int ROOMY_PERCENT = 150;

  private final String label;
  private final String description;

  ProgramWay(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** A word or two. */
  String label() {
    return label;
  }

  /** What it is. */
  String description() {
    return description;
  }

  /** Whether the budget is smaller than what the program needs. */
  boolean constrained() {
    return switch (this) {
      case PLAIN, FITS, MANAGED -> false;
      case FAULTS, ADVISED, ZERO_COPY, ENGINE -> true;
    };
  }

  /** Options for the agent; empty if there is none. */
  Optional<String> agentOptions(long footprintBytes) {
    String told = "managed-limit=shared,summary=true,";
    String roomy = told + "budget=" + footprintBytes * ROOMY_PERCENT / 100;
    String third = told + "redirect=all,budget=" + footprintBytes / RATIO;
    return switch (this) {
      case PLAIN -> Optional.empty();
      case FITS -> Optional.of(roomy);
      case MANAGED -> Optional.of(roomy + ",redirect=all,prefetch=auto");
      case FAULTS, ADVISED -> Optional.of(third + ",prefetch=on-demand");
      case ZERO_COPY -> Optional.of(third + ",prefetch=zero-copy");
      case ENGINE -> Optional.of(third + ",prefetch=auto");
    };
  }

  /** Those that are timed by turns, so that all meet the same weather. */
  static List<ProgramWay> all() {
    return List.of(values());
  }
}
