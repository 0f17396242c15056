package io.spillway.benchmarks.compare;

import io.spillway.benchmarks.trace.Region;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * A trace's memory cut wherever a touched range begins or ends, so that each piece is touched whole
 * or not at all: what the bounds are worked out on, exactly, however small the ranges.
 *
 * <p>A piece that is touched sparsely counts with the least part of it that any launch touches.
 */
final class Segments {

  /** What one page of rounding may hide of a sparsely touched block. */
  private static final long PAGE_BYTES = 4096;

  private static final long BLOCK_BYTES = 2 << 20;

  private final long[][] bounds;
  private final int[] firstSegment;
  private final long[] bytes;

  // Of each touch of the trace, looked up once: bounds go over them a dozen times.
  private final int[] firstOfTouch;
  private final int[] endOfTouch;

  Segments(Trace trace) {
    List<TreeSet<Long>> cuts = new ArrayList<>();
    for (Region region : trace.regions()) {
      cuts.add(new TreeSet<>(List.of(0L, region.bytes())));
    }
    for (int i = 0; i < trace.launches(); i++) {
      for (Touch touch : trace.launch(i).touches()) {
        cuts.get(touch.region()).add(touch.offset());
        cuts.get(touch.region()).add(touch.end());
      }
    }
    bounds = new long[cuts.size()][];
    firstSegment = new int[cuts.size() + 1];
    for (int region = 0; region < bounds.length; region++) {
      bounds[region] = cuts.get(region).stream().mapToLong(Long::longValue).toArray();
      firstSegment[region + 1] = firstSegment[region] + bounds[region].length - 1;
    }
    bytes = new long[firstSegment[bounds.length]];
    Arrays.fill(bytes, Long.MAX_VALUE);
    firstOfTouch = new int[trace.touches()];
    endOfTouch = new int[trace.touches()];
    int number = 0;
    for (int i = 0; i < trace.launches(); i++) {
      for (Touch touch : trace.launch(i).touches()) {
        firstOfTouch[number] = segmentAt(touch.region(), touch.offset());
        endOfTouch[number] = segmentAt(touch.region(), touch.end());
        weigh(touch, number++);
      }
    }
    for (int segment = 0; segment < bytes.length; segment++) {
      bytes[segment] = bytes[segment] == Long.MAX_VALUE ? 0 : bytes[segment];
    }
  }

  private void weigh(Touch touch, int number) {
    for (int segment = first(number); segment < end(number); segment++) {
      long whole = length(touch.region(), segment);
      long touched = whole;
      if (touch.density() < 1) {
        long unsure = PAGE_BYTES * (whole / BLOCK_BYTES + 2);
        touched = Math.max(0, (long) (whole * touch.density()) - unsure);
      }
      bytes[segment] = Math.min(bytes[segment], touched);
    }
  }

  private long length(int region, int segment) {
    int at = segment - firstSegment[region];
    return bounds[region][at + 1] - bounds[region][at];
  }

  int count() {
    return bytes.length;
  }

  /** The first segment that a touch goes over; touches are numbered over the whole trace. */
  int first(int touch) {
    return firstOfTouch[touch];
  }

  /** One behind the last. */
  int end(int touch) {
    return endOfTouch[touch];
  }

  /** The first segment that begins at {@code offset} of a region or behind it. */
  int segmentAt(int region, long offset) {
    int found = Arrays.binarySearch(bounds[region], offset);
    return firstSegment[region] + (found >= 0 ? found : -found - 1);
  }

  int firstOf(int region) {
    return firstSegment[region];
  }

  /** Bytes of a segment that every touch of it needs. */
  long bytes(int segment) {
    return bytes[segment];
  }
}
