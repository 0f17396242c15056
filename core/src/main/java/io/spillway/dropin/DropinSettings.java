package io.spillway.dropin;

import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.RedirectRule;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the drop-in behaves. {@link Option} names each setting for users; {@link SettingsSource}
 * collects them.
 *
 * @param budget the most managed memory to keep resident, which then bounds plain memory too; empty
 *     for {@link DeviceBudget#STANDARD}, with plain memory bounded by the card alone
 * @param windowPercent the part of the card kept for managed memory once there is some
 * @param minBytes the smallest request that is redirected
 * @param reportedMemory what the program is told of its memory
 * @param device the only CUDA ordinal to redirect on; empty for all
 * @param prefetch what is moved ahead of intercepted launches
 * @param log what is said on standard error
 * @param sharedCard whether managed memory stays under the ceiling for shared cards, {@link
 *     io.spillway.driver.LimitedDriver}
 * @param summary whether a line at exit says what was done
 * @param profile what is recorded; empty for nothing
 * @param hints the hints file to apply; empty for none
 * @param schedule the schedule file that {@link Prefetch#PROFILE} goes by; empty for none
 * @param redirectAll whether every request that may be redirected is, even where it fits
 */
public record DropinSettings(
    Optional<DeviceBudget> budget,
    int windowPercent,
    long minBytes,
    ReportedMemory reportedMemory,
    OptionalInt device,
    Prefetch prefetch,
    Log log,
    boolean sharedCard,
    boolean summary,
    Optional<Profile> profile,
    Optional<Path> hints,
    Optional<Path> schedule,
    boolean redirectAll) {

  /**
   * What is recorded.
   *
   * @param file the recording to write
   * @param survey whether everything managed is taken off the device at the start of each lap
   * @param cupti the CUPTI library; empty to look for one
   */
  public record Profile(Path file, boolean survey, Optional<Path> cupti) {}

  /** What is moved ahead of intercepted launches. */
  public enum Prefetch {
    /** Nothing: launches fault their data in. */
    OFF,
    /**
     * Nothing, until launches that need more than there is room for have come twice in the same
     * order; from then on as {@link #AUTO}. Nothing either where {@code io.spillway.prefetch} is
     * not there.
     */
    ON_LAP,
    /** Nothing either, but the budget is kept: what exceeds it leaves least recently used first. */
    ON_DEMAND,
    /**
     * Nothing either: what there is no room for when it is allocated stays on the host, and
     * launches access it there.
     */
    ZERO_COPY,
    /** The plain mover of {@code io.spillway.prefetch}, which fetches one range ahead. */
    ONE_AHEAD,
    /** The engine of {@code io.spillway.prefetch}, which predicts what launches need. */
    AUTO,
    /** The same, which begins with what an earlier run launched. */
    PROFILE;

    /** As written. */
    public String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** For the line that says what is active: {@code prefetch auto}. */
    String words() {
      return this == ON_LAP ? "waits for a lap" : key();
    }

    /** The name of the plugin that does it; what records is called {@code profile} already. */
    String plugin() {
      return this == PROFILE ? "profiled" : key();
    }
  }

  /** What is said on standard error. */
  public enum Log {
    /** Nothing. */
    OFF,
    /** Whether it is active, and why not. */
    INFO,
    /** Also what was found in JCuda. */
    DEBUG
  }

  /** Every setting at its default. */
  public static DropinSettings standard() {
    return new DropinSettings(
        Optional.empty(),
        RedirectRule.STANDARD_WINDOW_PERCENT,
        RedirectRule.STANDARD_SMALLEST_BYTES,
        ReportedMemory.CARD,
        OptionalInt.empty(),
        Prefetch.ON_LAP,
        Log.INFO,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /**
   * Whether free memory alone says what is redirected first, and nothing is wanted that takes a
   * session: then none is started before that.
   */
  boolean decidedByFreeMemoryAlone() {
    return budget.isEmpty()
        && reportedMemory instanceof ReportedMemory.Card
        && device.isEmpty()
        && (prefetch == Prefetch.OFF || prefetch == Prefetch.ON_LAP)
        && !sharedCard
        && !summary
        && profile.isEmpty()
        && hints.isEmpty()
        && !redirectAll;
  }

  /**
   * What moves data: of a program that is recorded nothing that begins by itself, since a recording
   * is to show what the program does without.
   */
  Prefetch moving() {
    return prefetch == Prefetch.ON_LAP && profile.isPresent() ? Prefetch.OFF : prefetch;
  }

  /** The rule these settings make, for a card of {@code deviceTotalBytes}. */
  RedirectRule rule(long deviceTotalBytes) {
    if (redirectAll) {
      return RedirectRule.firstOf(
          RedirectRule.explicitPlacement(), RedirectRule.redirectFrom(Math.max(1, minBytes)));
    }
    RedirectRule fits = fittingRule(deviceTotalBytes);
    return RedirectRule.firstOf(
        RedirectRule.explicitPlacement(),
        RedirectRule.keepBelow(minBytes),
        budget.isPresent() ? RedirectRule.firstOf(RedirectRule.withinBudget(), fits) : fits);
  }

  /** The part of the rule that is about a request's size and the card's memory alone. */
  RedirectRule fittingRule(long deviceTotalBytes) {
    return RedirectRule.firstOf(
        RedirectRule.headroom(RedirectRule.standardHeadroomBytes(deviceTotalBytes)),
        RedirectRule.managedWindow(windowPercent));
  }
}
