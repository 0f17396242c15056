package io.spillway.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Launches in order, those of one lap as a rule: what to expect, and what to replay. Immutable, and
 * equal to another by content.
 */
public final class LapSchedule {

  /** No lap. */
  public static final LapSchedule EMPTY = new LapSchedule(List.of(), new int[0]);

  private final List<LaunchShape> shapes;
  private final int[] steps;

  /**
   * A lap.
   *
   * @param shapes its distinct launches
   * @param steps for each step of the lap an index in {@code shapes}
   * @throws IndexOutOfBoundsException if a step is no such index
   */
  public LapSchedule(List<LaunchShape> shapes, int[] steps) {
    this.shapes = List.copyOf(shapes);
    this.steps = steps.clone();
    for (int step : steps) {
      if (step < 0 || step >= shapes.size()) {
        throw new IndexOutOfBoundsException("shape %d of %d".formatted(step, shapes.size()));
      }
    }
  }

  /** Launches of those shapes, in order. */
  static LapSchedule of(List<Shape> launched) {
    Map<Shape, Integer> indices = new HashMap<>();
    List<LaunchShape> distinct = new ArrayList<>();
    int[] steps = new int[launched.size()];
    for (int i = 0; i < steps.length; i++) {
      Integer known = indices.get(launched.get(i));
      if (known == null) {
        known = distinct.size();
        indices.put(launched.get(i), known);
        distinct.add(launched.get(i).profile());
      }
      steps[i] = known;
    }
    return new LapSchedule(distinct, steps);
  }

  /** How many launches a lap has. */
  public int length() {
    return steps.length;
  }

  /** The distinct launches. */
  public List<LaunchShape> shapes() {
    return shapes;
  }

  /**
   * Which of {@link #shapes} is launched at a step.
   *
   * @param step from 0 to {@link #length}, exclusive
   */
  public int shapeIndex(int step) {
    return steps[step];
  }

  /**
   * What is launched at a step.
   *
   * @param step from 0 to {@link #length}, exclusive
   */
  public LaunchShape step(int step) {
    return shapes.get(steps[step]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LapSchedule that
        && shapes.equals(that.shapes)
        && Arrays.equals(steps, that.steps);
  }

  @Override
  public int hashCode() {
    return 31 * shapes.hashCode() + Arrays.hashCode(steps);
  }

  @Override
  public String toString() {
    return "%d launches, %d of them distinct".formatted(steps.length, shapes.size());
  }
}
