package io.spillway.profile;

import org.jspecify.annotations.Nullable;

/** What is collected about one {@link LaunchSiteProfile}. */
final class SiteRow {

  final int index;
  final String label;
  private String function = "";
  private LaunchKind kind = LaunchKind.UNKNOWN;
  private long launches;
  private long touchedBytes;
  private long stallNanos;
  private long gpuFaults;
  private long bytesToDevice;
  private long bytesToHost;

  // Made with the first run: copies and unobserved launches have none.
  private @Nullable LogHistogram runs;

  SiteRow(int index, String label) {
    this.index = index;
    this.label = label;
  }

  void launched(LaunchKind how, String name, long bytes) {
    launches++;
    touchedBytes += bytes;
    if (kind == LaunchKind.UNKNOWN) {
      kind = how;
    }
    if (!name.isEmpty()) {
      function = name;
    }
  }

  void ran(String name, long nanos) {
    if (runs == null) {
      runs = new LogHistogram();
    }
    runs.add(nanos);
    if (function.isEmpty()) {
      function = name;
    }
  }

  void faulted(long pages, long nanos) {
    gpuFaults += pages;
    stallNanos += nanos;
  }

  void transferred(Direction direction, long bytes) {
    if (direction == Direction.TO_DEVICE) {
      bytesToDevice += bytes;
    } else {
      bytesToHost += bytes;
    }
  }

  LaunchSiteProfile profile() {
    return new LaunchSiteProfile(
        index,
        label,
        function,
        kind,
        launches,
        runs == null ? DurationSummary.NONE : runs.summary(),
        touchedBytes,
        stallNanos,
        gpuFaults,
        bytesToDevice,
        bytesToHost);
  }
}
