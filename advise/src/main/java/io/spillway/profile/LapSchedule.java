package io.spillway.profile;

import java.util.Arrays;
import java.util.List;

/**
 * The launches of one lap, in order: what to expect, and what to replay. Immutable, and equal to
 * another by content.
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
