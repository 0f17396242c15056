package io.spillway.benchmarks.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a program launched, one launch after the other, and what each touched.
 *
 * <p>Held in columns, some 30 bytes a touch, so that tens of millions fit; {@link #launch} makes
 * one of them readable. Immutable.
 */
public final class Trace {

  /** The most touches a trace may have: at 30 bytes each, 2 GiB. */
  static final int MOST_TOUCHES = 1 << 26;

  private final String name;
  private final Set<Characteristic> characteristics;
  private final List<Region> regions;
  private final List<String> labels;
  private final int[] labelOf;
  private final int[] ordinalOf;
  private final long[] computeNanos;
  private final int[] firstTouch;
  private final int[] firstDead;
  private final int[] touchRegion;
  private final long[] touchOffset;
  private final long[] touchBytes;
  private final Effect[] touchEffect;
  private final float[] touchDensity;
  private final List<Span> dead;
  private final int[] lapStarts;
  private final Optional<String> timedOn;

  Trace(TraceBuilder builder) {
    name = builder.name;
    characteristics = Set.copyOf(builder.characteristics);
    regions = List.copyOf(builder.regions);
    labels = List.copyOf(builder.labelNumbers.keySet());
    int launches = builder.launches;
    labelOf = Arrays.copyOf(builder.labelOf, launches);
    ordinalOf = Arrays.copyOf(builder.ordinalOf, launches);
    computeNanos = Arrays.copyOf(builder.computeNanos, launches);
    firstTouch = Arrays.copyOf(builder.firstTouch, launches + 1);
    firstDead = Arrays.copyOf(builder.firstDead, launches + 1);
    touchRegion = Arrays.copyOf(builder.touchRegion, builder.touches);
    touchOffset = Arrays.copyOf(builder.touchOffset, builder.touches);
    touchBytes = Arrays.copyOf(builder.touchBytes, builder.touches);
    touchEffect = Arrays.copyOf(builder.touchEffect, builder.touches);
    touchDensity = Arrays.copyOf(builder.touchDensity, builder.touches);
    dead = List.copyOf(builder.dead);
    lapStarts = builder.lapStarts.stream().mapToInt(Integer::intValue).toArray();
    timedOn = builder.timedOn;
  }

  /** Its name in reports. */
  public String name() {
    return name;
  }

  /** What it tells. */
  public Set<Characteristic> characteristics() {
    return characteristics;
  }

  /** Whether it tells that. */
  public boolean has(Characteristic characteristic) {
    return characteristics.contains(characteristic);
  }

  /** The program's allocations. */
  public List<Region> regions() {
    return regions;
  }

  /** Bytes of all regions. */
  public long footprintBytes() {
    return regions.stream().mapToLong(Region::bytes).sum();
  }

  /** How many launches there are. */
  public int launches() {
    return computeNanos.length;
  }

  /** How many laps there are: rounds of the program's main loop; 1 if that is not told. */
  public int laps() {
    return Math.max(1, lapStarts.length);
  }

  /** The launch with which the last lap begins: what all later laps would be like. */
  public int lastLapStart() {
    return lapStarts.length == 0 ? 0 : lapStarts[lapStarts.length - 1];
  }

  /**
   * How many laps at the end are steady: the second half of those that are told, rounded down, so
   * that whoever learns has had as many laps to do so. 0 if there are less than two.
   */
  public int steadyLaps() {
    return lapStarts.length / 2;
  }

  /** The launch with which the steady laps begin; empty if there are none. */
  public OptionalInt steadyStart() {
    int laps = steadyLaps();
    return laps == 0 ? OptionalInt.empty() : OptionalInt.of(lapStarts[lapStarts.length - laps]);
  }

  /** Whether a lap begins with that launch. */
  public boolean beginsLap(int index) {
    return Arrays.binarySearch(lapStarts, index) >= 0;
  }

  /**
   * The GPU model that launches' compute times are of, as {@link
   * io.spillway.driver.sim.GpuModel#named} knows it; empty if that is not known.
   */
  public Optional<String> timedOn() {
    return timedOn;
  }

  /** How many touches there are. */
  public int touches() {
    return touchRegion.length;
  }

  /** How many touches there are in the launches before that one. */
  public int touchesBefore(int index) {
    return firstTouch[index];
  }

  /** The launch at that place. */
  public TraceLaunch launch(int index) {
    List<Touch> touches = new ArrayList<>(firstTouch[index + 1] - firstTouch[index]);
    for (int t = firstTouch[index]; t < firstTouch[index + 1]; t++) {
      touches.add(
          new Touch(
              touchRegion[t], touchOffset[t], touchBytes[t], touchEffect[t], touchDensity[t]));
    }
    return new TraceLaunch(
        index,
        labels.get(labelOf[index]),
        ordinalOf[index],
        computeNanos[index],
        touches,
        dead.subList(firstDead[index], firstDead[index + 1]));
  }

  @Override
  public String toString() {
    return "%s: %d launches, %d touches, %d bytes"
        .formatted(name, launches(), touches(), footprintBytes());
  }
}
