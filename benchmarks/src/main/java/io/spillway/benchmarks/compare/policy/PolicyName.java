package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Characteristic;
import io.spillway.benchmarks.trace.Trace;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The policies that can be compared, and what each needs a trace to tell: a policy that plans with
 * knowledge is not run where there is none, since what it then does is nobody's proposal.
 */
public enum PolicyName {
  /** {@link StockDriver}. */
  STOCK("stock"),
  /** {@link AdviseOnly}. */
  ADVISE_ONLY("advise-only"),
  /** {@link ZeroCopy}. */
  ZERO_COPY("zero-copy"),
  /** {@link OneAhead}. */
  ONE_AHEAD("one-ahead"),
  /** {@link PinAndRing}. */
  PIN_RING("pin-ring"),
  /** {@link LeastRecent}. */
  LRU("lru"),
  /** {@link LeastFrequent}. */
  LFU("lfu"),
  /** {@link Tournament}. */
  TOURNAMENT("cyclic-tournament"),
  /** {@link LaunchCorrelation}. */
  CORRELATION("deepum"),
  /** {@link DensityPlacement}. */
  DENSITY("density"),
  /** {@link SecondChance}. */
  SECOND_CHANCE("second-chance"),
  /** {@link OfflineSchedule}. */
  OFFLINE("offline");

  private final String label;

  PolicyName(String label) {
    this.label = label;
  }

  /** Its name on the command line and in reports. */
  public String label() {
    return label;
  }

  /** Why it cannot be compared fairly on {@code trace}; empty if it can. */
  public Optional<String> whyNot(Trace trace) {
    String missing =
        needs().stream()
            .filter(need -> !trace.has(need))
            .map(Characteristic::meaning)
            .collect(Collectors.joining(", and one that "));
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "policy %s needs a trace that %s; %s does not".formatted(label, missing, trace.name()));
  }

  private List<Characteristic> needs() {
    return switch (this) {
      case ADVISE_ONLY -> List.of(Characteristic.READ_ONLY_KNOWN);
      case PIN_RING -> List.of(Characteristic.CYCLIC);
      case OFFLINE -> List.of(Characteristic.LIFETIMES, Characteristic.COMPUTE_TIMES);
      case STOCK, ZERO_COPY, ONE_AHEAD, LRU, LFU, TOURNAMENT, CORRELATION, DENSITY, SECOND_CHANCE ->
          List.of();
    };
  }

  /** The policy, for one replay. */
  public Policy create(Setting setting) {
    return switch (this) {
      case STOCK -> new StockDriver();
      case ADVISE_ONLY -> new AdviseOnly(setting);
      case ZERO_COPY -> new ZeroCopy(setting);
      case ONE_AHEAD -> new OneAhead(setting);
      case PIN_RING -> new PinAndRing(setting);
      case LRU -> new EvictionOnDemand(setting, new LeastRecent());
      case LFU -> new EvictionOnDemand(setting, new LeastFrequent(setting.blocks().count()));
      case TOURNAMENT -> new EvictionOnDemand(setting, new Tournament(setting));
      case CORRELATION -> new LaunchCorrelation(setting);
      case DENSITY -> new DensityPlacement(setting);
      case SECOND_CHANCE -> new SecondChance(setting);
      case OFFLINE -> new OfflineSchedule(setting);
    };
  }
}
