package io.spillway.profile;

import java.util.ArrayList;
import java.util.List;

/** Sites of allocations that wait to be ordered; each is taken once. */
final class PendingSites {

  /**
   * Where an allocation comes from.
   *
   * @param site its site
   * @param label its label, empty if none
   */
  record Site(String site, String label) {}

  private static final Site NONE = new Site("", "");

  private final List<Site> sites = new ArrayList<>();
  private final List<Integer> free = new ArrayList<>();

  int put(Site site) {
    if (free.isEmpty()) {
      sites.add(site);
      return sites.size() - 1;
    }
    int slot = free.removeLast();
    sites.set(slot, site);
    return slot;
  }

  Site take(int slot) {
    free.add(slot);
    return sites.set(slot, NONE);
  }
}
