package io.spillway.benchmarks.plan;

import io.spillway.benchmarks.trace.Span;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceBuilder;
import io.spillway.benchmarks.trace.TraceLaunch;

/** A trace as it would be of a faster or slower card, or of launches split in two. */
final class TraceVariant {

  private TraceVariant() {}

  /** The same launches, each computing {@code factor} times as long. */
  static Trace timesScaled(Trace trace, double factor) {
    TraceBuilder variant = TraceBuilder.like(trace);
    for (int i = 0; i < trace.launches(); i++) {
      TraceLaunch launch = trace.launch(i);
      lap(trace, i, variant);
      variant.launch(launch.label(), launch.ordinal(), Math.round(launch.computeNanos() * factor));
      launch.touches().forEach(touch -> add(variant, touch, touch.offset(), touch.bytes()));
      die(launch, variant);
    }
    return variant.build();
  }

  /**
   * Each launch as two of half its time, the first on the first half of each range, the second on
   * the rest.
   */
  static Trace launchesSplit(Trace trace) {
    TraceBuilder variant = TraceBuilder.like(trace);
    for (int i = 0; i < trace.launches(); i++) {
      TraceLaunch launch = trace.launch(i);
      lap(trace, i, variant);
      long half = launch.computeNanos() / 2;
      // Two ordinals for one, so that the halves are launches of their own lap after lap.
      variant.launch(launch.label(), 2 * launch.ordinal(), half);
      for (Touch touch : launch.touches()) {
        add(variant, touch, touch.offset(), Math.ceilDiv(touch.bytes(), 2));
      }
      variant.launch(launch.label(), 2 * launch.ordinal() + 1, launch.computeNanos() - half);
      for (Touch touch : launch.touches()) {
        long first = Math.ceilDiv(touch.bytes(), 2);
        if (first < touch.bytes()) {
          add(variant, touch, touch.offset() + first, touch.bytes() - first);
        }
      }
      die(launch, variant);
    }
    return variant.build();
  }

  private static void lap(Trace trace, int launch, TraceBuilder variant) {
    if (trace.beginsLap(launch)) {
      variant.lap();
    }
  }

  private static void add(TraceBuilder variant, Touch touch, long offset, long bytes) {
    variant.touch(touch.region(), offset, bytes, touch.effect(), touch.density());
  }

  private static void die(TraceLaunch launch, TraceBuilder variant) {
    for (Span span : launch.dead()) {
      variant.dies(span.region(), span.offset(), span.bytes());
    }
  }
}
