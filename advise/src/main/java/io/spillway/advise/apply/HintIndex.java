package io.spillway.advise.apply;

import io.spillway.advise.SiteHint;
import io.spillway.allocate.LiveAllocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Hints by what identifies an allocation: its label if it has one, else its site. Immutable. */
final class HintIndex {

  /** Which of its line's allocations a site is: between the line and the size. */
  private static final Pattern NUMBER = Pattern.compile("#\\d+, ");

  private final Map<String, List<SiteHint>> byLabel = new HashMap<>();
  private final Map<String, List<SiteHint>> bySite = new HashMap<>();
  private final Map<String, List<SiteHint>> byNumberlessSite = new HashMap<>();

  HintIndex(List<SiteHint> hints) {
    for (SiteHint hint : hints) {
      if (!hint.label().isEmpty()) {
        put(byLabel, hint.label(), hint);
      } else if (hint.everyInstance()) {
        put(byNumberlessSite, numberless(hint.site()), hint);
      } else {
        put(bySite, hint.site(), hint);
      }
    }
  }

  private static void put(Map<String, List<SiteHint>> index, String key, SiteHint hint) {
    index.computeIfAbsent(key, _ -> new ArrayList<>()).add(hint);
  }

  private static String numberless(String site) {
    return NUMBER.matcher(site).replaceFirst(", ");
  }

  /** The hints for {@code allocation}. */
  List<SiteHint> of(LiveAllocation allocation) {
    if (!allocation.label().isEmpty()) {
      return byLabel.getOrDefault(allocation.label(), List.of());
    }
    if (bySite.isEmpty() && byNumberlessSite.isEmpty()) {
      return List.of();
    }
    List<SiteHint> exact = bySite.get(allocation.site());
    return exact != null
        ? exact
        : byNumberlessSite.getOrDefault(numberless(allocation.site()), List.of());
  }
}
