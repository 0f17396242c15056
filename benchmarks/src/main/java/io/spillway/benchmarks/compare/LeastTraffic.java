package io.spillway.benchmarks.compare;

import io.spillway.benchmarks.trace.Effect;
import io.spillway.benchmarks.trace.Region;
import io.spillway.benchmarks.trace.Span;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceLaunch;
import java.util.Arrays;

/**
 * The least bytes that any policy must bring to the device, launch by launch: Belady's MIN (1966),
 * which keeps what is needed soonest.
 *
 * <p>By pages, and with bypassing: what a launch needs and nobody kept is brought in, but need not
 * be kept. Contents that are overwritten before they are read, or dead, are neither kept nor
 * brought in; nor are those that do not exist yet.
 */
final class LeastTraffic {

  private static final int NEVER = Integer.MAX_VALUE;

  private final Trace trace;
  private final Segments segments;
  private final long capacityBytes;
  private final double dirtyWeight;
  private final int[] nextNeed;
  private final long[] kept;
  private final boolean[] filled;
  private final boolean[] dirty;
  private final long[] bytesIn;
  private final long[] bytesOut;
  private final int from;
  private long keptBytes;
  private long leastOut;

  /** What is kept; the higher its rank, the sooner it leaves. */
  private final RankedSegments farthest;

  /**
   * Works it out for a device of {@code capacityBytes}.
   *
   * @param dirtyWeight 1 for the least bytes; below 1, what would have to be written back counts as
   *     needed that much sooner, for less time where writing back is dear
   */
  LeastTraffic(Trace trace, Segments segments, long capacityBytes, double dirtyWeight) {
    this(trace, segments, capacityBytes, dirtyWeight, 0);
  }

  private LeastTraffic(
      Trace trace, Segments segments, long capacityBytes, double dirtyWeight, int from) {
    this.trace = trace;
    this.segments = segments;
    this.capacityBytes = capacityBytes;
    this.dirtyWeight = dirtyWeight;
    this.from = from;
    kept = new long[segments.count()];
    farthest = new RankedSegments(segments.count());
    dirty = new boolean[segments.count()];
    filled = new boolean[segments.count()];
    bytesIn = new long[trace.launches()];
    bytesOut = new long[trace.launches()];
    for (Region region : trace.regions()) {
      if (region.filled()) {
        Arrays.fill(filled, segments.firstOf(region.id()), segments.firstOf(region.id() + 1), true);
      }
    }
    nextNeed = new int[segments.count()];
    int[][] needs = needs();
    if (from > 0) {
      bringAlong();
    } else {
      Arrays.fill(nextNeed, NEVER);
    }
    run(needs);
  }

  /**
   * The least of the launches from {@code from} on, whatever was done before them: the device
   * begins with what they need soonest, as much as it holds, and nothing that must go out.
   */
  static LeastTraffic since(int from, Trace trace, Segments segments, long capacityBytes) {
    return new LeastTraffic(trace, segments, capacityBytes, 1, from);
  }

  /** What of that is there already; what has contents by then was filled or written. */
  private void bringAlong() {
    for (int i = 0; i < from; i++) {
      TraceLaunch launch = trace.launch(i);
      int number = trace.touchesBefore(i);
      for (Touch touch : launch.touches()) {
        if (touch.effect().writes()) {
          Arrays.fill(filled, segments.first(number), segments.end(number), true);
        }
        number++;
      }
      die(launch);
    }
    for (int s = 0; s < segments.count(); s++) {
      if (filled[s] && nextNeed[s] != NEVER && segments.bytes(s) > 0) {
        kept[s] = segments.bytes(s);
        keptBytes += kept[s];
        farthest.put(s, nextNeed[s]);
      }
    }
    shrink(from, keptBytes - capacityBytes);
  }

  /** By launch, touch and segment in turn, the launch that needs those contents next. */
  private int[][] needs() {
    int[] after = nextNeed;
    Arrays.fill(after, NEVER);
    int[][] needs = new int[trace.launches()][];
    for (int i = trace.launches() - 1; i >= from; i--) {
      TraceLaunch launch = trace.launch(i);
      for (Span span : launch.dead()) {
        int end = segments.segmentAt(span.region(), span.offset() + span.bytes());
        for (int s = segments.segmentAt(span.region(), span.offset()); s < end; s++) {
          after[s] = NEVER;
        }
      }
      int firstTouch = trace.touchesBefore(i);
      int endTouch = firstTouch + launch.touches().size();
      int count = 0;
      for (int touch = firstTouch; touch < endTouch; touch++) {
        count += segments.end(touch) - segments.first(touch);
      }
      needs[i] = new int[count];
      int at = 0;
      for (int touch = firstTouch; touch < endTouch; touch++) {
        for (int s = segments.first(touch); s < segments.end(touch); s++) {
          needs[i][at++] = after[s];
        }
      }
      for (int touch = endTouch - 1; touch >= firstTouch; touch--) {
        Effect effect = launch.touches().get(touch - firstTouch).effect();
        int need = effect.needsContents() ? i : NEVER;
        Arrays.fill(after, segments.first(touch), segments.end(touch), need);
      }
    }
    return needs;
  }

  private void run(int[][] needs) {
    long dirtyBytes = 0;
    int[] touchedBy = new int[segments.count()];
    for (int i = from; i < needs.length; i++) {
      TraceLaunch launch = trace.launch(i);
      int at = 0;
      int number = trace.touchesBefore(i);
      for (Touch touch : launch.touches()) {
        boolean writes = touch.effect().writes();
        int end = segments.end(number);
        for (int s = segments.first(number++); s < end; s++) {
          boolean again = touchedBy[s] == i + 1;
          touchedBy[s] = i + 1;
          if (!again && touch.effect().needsContents() && filled[s]) {
            bytesIn[i] += segments.bytes(s) - kept[s];
          }
          filled[s] |= writes;
          if (writes && !dirty[s] && needs[i][at] != NEVER) {
            dirty[s] = true;
            dirtyBytes += segments.bytes(s);
          }
          nextNeed[s] = needs[i][at++];
          long wanted = nextNeed[s] == NEVER || !filled[s] ? 0 : segments.bytes(s);
          if (wanted == 0 && dirty[s]) {
            dirty[s] = false;
            dirtyBytes -= segments.bytes(s);
          }
          keptBytes += wanted - kept[s];
          kept[s] = wanted;
          if (wanted > 0) {
            farthest.put(s, rank(i, s));
          } else {
            farthest.remove(s);
          }
        }
      }
      die(launch);
      leastOut = Math.max(leastOut, dirtyBytes - capacityBytes);
      shrink(i, keptBytes - capacityBytes);
    }
  }

  private void die(TraceLaunch launch) {
    for (Span span : launch.dead()) {
      int end = segments.segmentAt(span.region(), span.offset() + span.bytes());
      int first = segments.segmentAt(span.region(), span.offset());
      Arrays.fill(filled, Math.min(first, end), end, false);
    }
  }

  private double rank(int launch, int segment) {
    double distance = nextNeed[segment] - launch;
    return launch + (dirty[segment] ? distance * dirtyWeight : distance);
  }

  /** Lets go of {@code excess} bytes, what is needed last first. */
  private void shrink(int launch, long excess) {
    long left = excess;
    while (left > 0) {
      int s = farthest.first();
      long gone = Math.min(left, kept[s]);
      kept[s] -= gone;
      left -= gone;
      if (dirty[s]) {
        bytesOut[launch] += gone;
      }
      if (kept[s] == 0) {
        farthest.remove(s);
      }
    }
    keptBytes -= Math.max(0, excess);
  }

  /** Bytes brought in for each launch. */
  long in(int launch) {
    return bytesIn[launch];
  }

  /** Bytes written back after each launch, by the choice of victims made here. */
  long out(int launch) {
    return bytesOut[launch];
  }

  /** All bytes in. */
  long bytesIn() {
    return Arrays.stream(bytesIn).sum();
  }

  /** All bytes out. */
  long bytesOut() {
    return Arrays.stream(bytesOut).sum();
  }

  /** The least bytes that any policy must write back: contents made on the device and beyond it. */
  long leastBytesOut() {
    return leastOut;
  }
}
