package io.spillway.profile;

import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Works out when in its lap each block is touched, and what is touched in between.
 *
 * <p>Blocks that every launch of the lap touches together are one stretch, so that it takes time
 * for each touch of a stretch, not of a block. How many bytes lie between two touches is counted
 * with a Fenwick tree over the steps of two laps, in which each stretch stands at its last touch.
 */
final class LapMeasures {

  /** Touches of stretches in a lap up to which bytes in between are counted: within seconds. */
  private static final long MOST_TOUCHES = 1L << 22;

  /** Blocks that are always touched together. */
  private static final class Stretch {
    final AllocationRow row;
    final int first;
    final int end;
    final long bytes;
    long touches;
    int firstStep = -1;
    int lastStep;
    int lastTouch = -1;
    long leastBetween = Measure.NEVER;

    Stretch(AllocationRow row, int first, int end) {
      this.row = row;
      this.first = first;
      this.end = end;
      this.bytes = Math.min(end * Blocks.BYTES, row.bytes) - first * Blocks.BYTES;
    }
  }

  private final Shape[] steps;
  private final Map<Shape, Stretch[]> touched = new HashMap<>();
  private final List<Stretch> stretches = new ArrayList<>();

  LapMeasures(Shape[] steps) {
    this.steps = steps;
    Map<Integer, NavigableMap<Integer, Stretch>> byRow = stretches();
    for (Shape shape : steps) {
      touched.computeIfAbsent(shape, each -> touched(each, byRow));
    }
  }

  /** Cuts each allocation wherever a range of the lap begins or ends, in blocks. */
  private Map<Integer, NavigableMap<Integer, Stretch>> stretches() {
    Map<Integer, TreeSet<Integer>> cuts = new TreeMap<>();
    Map<Integer, AllocationRow> rows = new TreeMap<>();
    Map<Shape, Boolean> seen = new HashMap<>();
    for (Shape shape : steps) {
      if (seen.put(shape, true) == null) {
        for (Shape.TouchedRange access : shape.accesses()) {
          AllocationRow row = access.row();
          rows.put(row.index, row);
          TreeSet<Integer> ends = cuts.computeIfAbsent(row.index, key -> new TreeSet<>());
          ends.add(row.block(access.offset()));
          ends.add(row.block(access.offset() + access.bytes() - 1) + 1);
        }
      }
    }
    Map<Integer, NavigableMap<Integer, Stretch>> byRow = new TreeMap<>();
    cuts.forEach(
        (index, ends) -> {
          NavigableMap<Integer, Stretch> ofRow = new TreeMap<>();
          int first = ends.first();
          for (int end : ends.tailSet(first, false)) {
            AllocationRow row = rows.get(index);
            if (row != null) {
              Stretch stretch = new Stretch(row, first, end);
              stretches.add(stretch);
              ofRow.put(first, stretch);
            }
            first = end;
          }
          byRow.put(index, ofRow);
        });
    return byRow;
  }

  private static Stretch[] touched(
      Shape shape, Map<Integer, NavigableMap<Integer, Stretch>> byRow) {
    Map<Stretch, Boolean> distinct = new HashMap<>();
    List<Stretch> inOrder = new ArrayList<>();
    for (Shape.TouchedRange access : shape.accesses()) {
      AllocationRow row = access.row();
      int first = row.block(access.offset());
      int last = row.block(access.offset() + access.bytes() - 1);
      NavigableMap<Integer, Stretch> ofRow = byRow.getOrDefault(row.index, new TreeMap<>());
      for (Stretch stretch : ofRow.subMap(first, true, last, true).values()) {
        if (distinct.put(stretch, true) == null) {
          inOrder.add(stretch);
        }
      }
    }
    return inOrder.toArray(Stretch[]::new);
  }

  private Stretch[] at(int step) {
    Stretch[] there = touched.get(steps[step]);
    return there == null ? new Stretch[0] : there;
  }

  /** Adds what was worked out to the columns of {@code phase}. */
  void add(PhaseRow phase) {
    long touches = 0;
    for (int step = 0; step < steps.length; step++) {
      for (Stretch stretch : at(step)) {
        touches++;
        stretch.touches++;
        stretch.firstStep = stretch.firstStep < 0 ? step : stretch.firstStep;
        stretch.lastStep = step;
      }
    }
    if (touches <= MOST_TOUCHES) {
      countBetween();
    }
    for (Stretch stretch : stretches) {
      if (stretch.touches > 0) {
        Columns.Builder<BlockMeasure> columns = phase.columns(stretch.row);
        for (int block = stretch.first; block < stretch.end; block++) {
          columns.set(BlockMeasure.LAP_TOUCHES, block, stretch.touches);
          columns.set(BlockMeasure.FIRST_IN_LAP, block, stretch.firstStep);
          columns.set(BlockMeasure.LAST_IN_LAP, block, stretch.lastStep);
          columns.set(BlockMeasure.LAP_REUSE_BYTES, block, stretch.leastBetween);
        }
      }
    }
  }

  private void countBetween() {
    long[] tree = new long[2 * steps.length + 1];
    for (int time = 0; time < 2 * steps.length; time++) {
      Stretch[] now = at(time % steps.length);
      for (Stretch stretch : now) {
        if (stretch.lastTouch >= 0) {
          long between = sum(tree, time) - sum(tree, stretch.lastTouch + 1);
          stretch.leastBetween = Measure.Combination.LEAST.of(stretch.leastBetween, between);
        }
      }
      for (Stretch stretch : now) {
        if (stretch.lastTouch >= 0) {
          add(tree, stretch.lastTouch, -stretch.bytes);
        }
        add(tree, time, stretch.bytes);
        stretch.lastTouch = time;
      }
    }
  }

  private static void add(long[] tree, int at, long value) {
    for (int i = at + 1; i < tree.length; i += i & -i) {
      tree[i] += value;
    }
  }

  /** The sum of all before {@code end}. */
  private static long sum(long[] tree, int end) {
    long sum = 0;
    for (int i = end; i > 0; i -= i & -i) {
      sum += tree[i];
    }
    return sum;
  }
}
