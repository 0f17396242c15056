package io.spillway;

import io.spillway.allocate.AllocationStatistics;
import io.spillway.hint.HintKind;
import io.spillway.hint.HintStatistics;
import io.spillway.range.ByteSize;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a session did so far: whether it is active and why not, what it redirected, moved and
 * dropped. Figures are read one after the other, while the program runs on.
 *
 * @param inactiveReason why nothing is redirected; empty if Spillway is active
 * @param plugins the plugins taking part, by name, each with its state
 * @param allocations allocations and redirects
 * @param hints hints by kind, with those the driver refused
 * @param mostResidentBytes the most managed memory that was on the device at once, by the account
 *     of the plugin that keeps the budget; empty if none does
 * @param captureModeRefusals how often the driver refused to let background work leave the
 *     program's stream captures alone
 */
public record SpillwayStatistics(
    Optional<String> inactiveReason,
    Map<String, String> plugins,
    AllocationStatistics allocations,
    HintStatistics hints,
    OptionalLong mostResidentBytes,
    long captureModeRefusals) {

  /** Copies the map. */
  public SpillwayStatistics {
    plugins = Map.copyOf(plugins);
  }

  /** Bytes asked to move to the device. */
  public long fetchedBytes() {
    return hints.of(HintKind.FETCH).bytes();
  }

  /** Bytes asked to move to the host. */
  public long writtenBackBytes() {
    return hints.of(HintKind.WRITE_BACK).bytes();
  }

  /** Bytes of device copies freed without a transfer. */
  public long droppedBytes() {
    return hints.of(HintKind.DROP).bytes();
  }

  /**
   * How much of the budget that was: more than 1 where launches were given more than it and brought
   * that in themselves.
   */
  public OptionalDouble mostResidentOfBudget() {
    return mostResidentBytes.isPresent()
        ? OptionalDouble.of((double) mostResidentBytes.getAsLong() / allocations.budgetBytes())
        : OptionalDouble.empty();
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "%s; %s; fetched %s, dropped %s, written back %s%s; %d hints refused"
        .formatted(
            inactiveReason.map(reason -> "inactive: " + reason).orElse("active"),
            allocations,
            ByteSize.format(fetchedBytes()),
            ByteSize.format(droppedBytes()),
            ByteSize.format(writtenBackBytes()),
            mostResidentOfBudget().isPresent()
                ? String.format(
                    Locale.ROOT,
                    ", on the device at most %s at once, %.3f of the budget",
                    ByteSize.format(mostResidentBytes.getAsLong()),
                    mostResidentOfBudget().getAsDouble())
                : "",
            hints.refused());
  }
}
