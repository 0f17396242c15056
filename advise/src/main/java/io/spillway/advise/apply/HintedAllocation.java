package io.spillway.advise.apply;

import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import java.util.List;

/** An allocation's hints, each with what was done about it. Safe for use by any thread. */
final class HintedAllocation {

  private final List<HintedRange> ranges;

  HintedAllocation(List<HintedRange> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /** A launch is about to touch a part of it. */
  void declared(Launch launch, RangeAccess access) {
    for (HintedRange range : ranges) {
      if (range.range().overlaps(access.range())) {
        range.declared(launch, access);
      }
    }
  }

  /** It is about to be freed, or its session ends. */
  void close() {
    ranges.forEach(HintedRange::close);
  }
}
