package io.spillway.profile;

import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the latest launches touch. Belongs to one thread. */
final class LaunchRanges {

  /** Whether a launch touches an address. */
  enum Touch {
    YES,
    NO,
    /** Nothing is known of the launch. */
    UNKNOWN
  }

  private final Map<Long, List<AddressRange>> rangesBySequence = new LinkedHashMap<>();
  private final int mostLaunches;

  /** Remembers that many launches, and forgets the oldest. */
  LaunchRanges(int mostLaunches) {
    this.mostLaunches = mostLaunches;
  }

  void add(long sequence, AddressRange range) {
    rangesBySequence.computeIfAbsent(sequence, _ -> new ArrayList<>(1)).add(range);
    if (rangesBySequence.size() > mostLaunches) {
      rangesBySequence.remove(rangesBySequence.keySet().iterator().next());
    }
  }

  Touch touches(long sequence, long address) {
    List<AddressRange> ranges = rangesBySequence.get(sequence);
    if (ranges == null) {
      return Touch.UNKNOWN;
    }
    for (AddressRange range : ranges) {
      if (range.contains(address)) {
        return Touch.YES;
      }
    }
    return Touch.NO;
  }
}
