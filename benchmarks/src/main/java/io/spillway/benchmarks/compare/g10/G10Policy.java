package io.spillway.benchmarks.compare.g10;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The policies of the artifact that share its UVM simulation, and our own. */
public enum G10Policy {
  /** "Base UVM": no prefetch; dead pages are written out and copied back like live ones. */
  LRU("lru"),
  /**
   * "DeepUM+", after Jung et al., ASPLOS 2023: prefetches what the kernel eight ahead needs, spares
   * what is needed until then, drops dead pages.
   */
  DEEP_UM("deepUM"),
  /** "G10", Zhang et al., MICRO 2023: a schedule of migrations made from exact times. */
  G10("prefetch_lru"),
  /**
   * Spillway's {@link io.spillway.evict.LapSchedule}: what leaves and comes back, planned from the
   * times of a recorded lap.
   */
  SPILLWAY("spillway");

  private final String label;

  G10Policy(String label) {
    this.label = label;
  }

  /** The artifact's name for it, or ours. */
  public String label() {
    return label;
  }

  /**
   * The policy of that {@linkplain #label name}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static G10Policy named(String name) {
    return Arrays.stream(values())
        .filter(policy -> policy.label.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "policy '%s' under --rule g10: known are %s"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(G10Policy::label)
                                .collect(Collectors.joining(", ")))));
  }
}
