package io.spillway.benchmarks.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts a {@link Trace} together, launch by launch. Not thread-safe. */
public final class TraceBuilder {

  final String name;
  final Set<Characteristic> characteristics = EnumSet.noneOf(Characteristic.class);
  final List<Region> regions = new ArrayList<>();
  final Map<String, Integer> labelNumbers = new LinkedHashMap<>();
  final List<Span> dead = new ArrayList<>();
  final List<Integer> lapStarts = new ArrayList<>();
  Optional<String> timedOn = Optional.empty();
  int launches;
  int touches;
  int[] labelOf = new int[16];
  int[] ordinalOf = new int[16];
  long[] computeNanos = new long[16];
  int[] firstTouch = new int[17];
  int[] firstDead = new int[17];
  int[] touchRegion = new int[16];
  long[] touchOffset = new long[16];
  long[] touchBytes = new long[16];
  Effect[] touchEffect = new Effect[16];
  float[] touchDensity = new float[16];

  /** A trace of that name, empty yet. */
  public TraceBuilder(String name) {
    this.name = name;
  }

  /** A trace of the same name, regions and characteristics as {@code other}, without launches. */
  public static TraceBuilder like(Trace other) {
    TraceBuilder builder = new TraceBuilder(other.name());
    builder.characteristics.addAll(other.characteristics());
    builder.regions.addAll(other.regions());
    builder.timedOn = other.timedOn();
    return builder;
  }

  /** Says which GPU model the compute times are of. */
  public TraceBuilder timedOn(String gpu) {
    timedOn = Optional.of(gpu);
    return this;
  }

  /** Begins a lap: what follows is one more round of the program's main loop. */
  public TraceBuilder lap() {
    lapStarts.add(launches);
    return this;
  }

  /** Says what the trace tells. */
  public TraceBuilder tells(Characteristic characteristic) {
    characteristics.add(characteristic);
    return this;
  }

  /** Adds an allocation that the host has filled and launches only read; returns its number. */
  public int readOnlyRegion(String label, long bytes) {
    return region(label, bytes, true, true);
  }

  /** Adds an allocation that the host has filled; returns its number. */
  public int filledRegion(String label, long bytes) {
    return region(label, bytes, true, false);
  }

  /** Adds an allocation that holds nothing yet; returns its number. */
  public int emptyRegion(String label, long bytes) {
    return region(label, bytes, false, false);
  }

  private int region(String label, long bytes, boolean filled, boolean readOnly) {
    regions.add(new Region(regions.size(), label, bytes, filled, readOnly));
    return regions.size() - 1;
  }

  /** Begins the next launch; what follows belongs to it. */
  public TraceBuilder launch(String label, int ordinal, long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException(
          "launch %d (%s): compute time of %d ns must not be negative"
              .formatted(launches, label, nanos));
    }
    if (launches == computeNanos.length) {
      int length = launches * 2;
      labelOf = Arrays.copyOf(labelOf, length);
      ordinalOf = Arrays.copyOf(ordinalOf, length);
      computeNanos = Arrays.copyOf(computeNanos, length);
      firstTouch = Arrays.copyOf(firstTouch, length + 1);
      firstDead = Arrays.copyOf(firstDead, length + 1);
    }
    labelOf[launches] = labelNumbers.computeIfAbsent(label, _ -> labelNumbers.size());
    ordinalOf[launches] = ordinal;
    computeNanos[launches] = nanos;
    launches++;
    firstTouch[launches] = touches;
    firstDead[launches] = dead.size();
    return this;
  }

  /** The launch reads a range. */
  public TraceBuilder reads(int region, long offset, long bytes) {
    return touch(region, offset, bytes, Effect.READ, 1);
  }

  /** The launch overwrites a range. */
  public TraceBuilder writes(int region, long offset, long bytes) {
    return touch(region, offset, bytes, Effect.WRITE, 1);
  }

  /** The launch reads and writes a range. */
  public TraceBuilder updates(int region, long offset, long bytes) {
    return touch(region, offset, bytes, Effect.UPDATE, 1);
  }

  /**
   * The launch touches a part of a range's pages.
   *
   * @throws IllegalArgumentException if the range is not inside its region, or written though the
   *     region is only read
   * @throws IllegalStateException if no launch has begun, or there are too many touches
   */
  public TraceBuilder touch(int region, long offset, long bytes, Effect effect, double density) {
    Region target = regions.get(region);
    if (offset < 0 || bytes <= 0 || offset > target.bytes() - bytes) {
      throw new IllegalArgumentException(
          "launch %d touches %d bytes at offset %d of '%s', which has %d"
              .formatted(launches - 1, bytes, offset, target.label(), target.bytes()));
    }
    if (target.readOnly() && effect.writes()) {
      throw new IllegalArgumentException(
          "launch %d writes '%s', which was said to be only read"
              .formatted(launches - 1, target.label()));
    }
    if (launches == 0) {
      throw new IllegalStateException("a touch belongs to a launch: call launch first");
    }
    if (touches == Trace.MOST_TOUCHES) {
      throw new IllegalStateException(
          "trace '%s' has more than %d touches: take fewer launches or larger ranges"
              .formatted(name, Trace.MOST_TOUCHES));
    }
    if (touches == touchRegion.length) {
      int length = touches * 2;
      touchRegion = Arrays.copyOf(touchRegion, length);
      touchOffset = Arrays.copyOf(touchOffset, length);
      touchBytes = Arrays.copyOf(touchBytes, length);
      touchEffect = Arrays.copyOf(touchEffect, length);
      touchDensity = Arrays.copyOf(touchDensity, length);
    }
    touchRegion[touches] = region;
    touchOffset[touches] = offset;
    touchBytes[touches] = bytes;
    touchEffect[touches] = effect;
    touchDensity[touches] = (float) density;
    touches++;
    firstTouch[launches] = touches;
    return this;
  }

  /** The range's contents are not needed once the launch is done. */
  public TraceBuilder dies(int region, long offset, long bytes) {
    dead.add(new Span(region, offset, bytes));
    firstDead[launches] = dead.size();
    return this;
  }

  /**
   * The finished trace.
   *
   * @throws IllegalStateException if it has no launches
   */
  public Trace build() {
    if (launches == 0 || touches == 0) {
      throw new IllegalStateException("trace '" + name + "' touches nothing");
    }
    return new Trace(this);
  }
}
