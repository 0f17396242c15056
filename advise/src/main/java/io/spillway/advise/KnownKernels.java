package io.spillway.advise;

import io.spillway.profile.BlockMeasure;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchSiteProfile;
import io.spillway.profile.Profile;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether it is known of every kernel of a recording what it writes. One of which it is not known
 * may write through addresses that it finds in memory, into what was given to others to be read.
 */
final class KnownKernels {

  private KnownKernels() {}

  /**
   * Whether no launch used memory in an unknown way, none was given no known memory at all, and the
   * device ran no kernel that was not seen to be launched, such as a library's. Where no tool tells
   * what the device ran, the last is taken for granted.
   */
  static boolean all(Profile profile) {
    return profile.allocations().stream()
            .allMatch(each -> each.blocks().total(BlockMeasure.UNKNOWN_TOUCHES) == 0)
        && profile.sites().stream().noneMatch(KnownKernels::touchesNothing)
        && seen(profile);
  }

  private static boolean touchesNothing(LaunchSiteProfile site) {
    return site.kind() == LaunchKind.KERNEL && site.touchedBytes() == 0;
  }

  /** A run that no launch is found for is of a site that is named by the kernel alone. */
  private static boolean seen(Profile profile) {
    Set<String> launched = new HashSet<>();
    for (LaunchSiteProfile site : profile.sites()) {
      if (site.kind() != LaunchKind.UNKNOWN) {
        launched.add(site.function());
      }
    }
    return profile.sites().stream()
        .filter(site -> site.kind() == LaunchKind.UNKNOWN)
        .allMatch(site -> launched.contains(site.label()));
  }
}
