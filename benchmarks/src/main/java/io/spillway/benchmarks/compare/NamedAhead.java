package io.spillway.benchmarks.compare;

import io.spillway.UpcomingLaunch;
import io.spillway.access.RangeAccess;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceLaunch;
import io.spillway.range.AddressRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * A trace's next launches, as a program names them before each: a list that slides along. Not
 * thread-safe.
 */
final class NamedAhead {

  private final Trace trace;
  private final List<AddressRange> ranges;
  private final int most;

  /** Those named last, but for launches already made; the first is the one at {@link #begin}. */
  private final Queue<UpcomingLaunch> named = new ArrayDeque<>();

  private int begin;

  /**
   * None is named yet.
   *
   * @param ranges where the trace's regions are
   * @param most how many are named at once
   */
  NamedAhead(Trace trace, List<AddressRange> ranges, int most) {
    this.trace = trace;
    this.ranges = ranges;
    this.most = most;
  }

  /** The launches from that one on, which is not before the one asked for last. */
  List<UpcomingLaunch> from(int index) {
    for (; begin < index && !named.isEmpty(); begin++) {
      named.remove();
    }
    begin = index;
    int end = Math.min(trace.launches(), index + most);
    while (begin + named.size() < end) {
      named.add(name(trace.launch(begin + named.size())));
    }
    return List.copyOf(named);
  }

  private UpcomingLaunch name(TraceLaunch launch) {
    List<RangeAccess> accesses = new ArrayList<>(launch.touches().size());
    for (Touch touch : launch.touches()) {
      AddressRange range = ranges.get(touch.region()).slice(touch.offset(), touch.bytes());
      accesses.add(new RangeAccess(range, touch.effect().access()));
    }
    return new UpcomingLaunch(launch.label(), accesses);
  }
}
