package io.spillway.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The phases of a recording: which laps the launches repeat, and what lies outside of all.
 *
 * <p>A lap becomes known when it has been seen twice; the launches of those two are its phase's,
 * and phases that turn out to be loops inside of it become part of it.
 */
final class PhaseTable {

  /** Phases kept; of more, those of the fewest launches count as outside of laps. */
  static final int MOST_PHASES = 8;

  /** Fewer launches in laps that did not go on are chance, and count as outside of laps. */
  private static final long LEAST_LAUNCHES = 16;

  private final List<AllocationRow> rows;
  private final ShapeTable shapes;
  private final LapDetector lap = new LapDetector();
  private final PhaseRow outside = new PhaseRow();
  private final List<PhaseRow> phases = new ArrayList<>();
  private PhaseRow current = outside;
  private long lapRun;

  // Of the launches lately, by number: what to give to the phase whose lap they turn out to be.
  private final long[] sequences = new long[2 * LapDetector.LONGEST_LAP];
  private final @Nullable PhaseRow[] owners = new @Nullable PhaseRow[2 * LapDetector.LONGEST_LAP];

  PhaseTable(List<AllocationRow> rows, ShapeTable shapes) {
    this.rows = rows;
    this.shapes = shapes;
    phases.add(outside);
  }

  /** The phase that launches belong to now. */
  PhaseRow current() {
    return current;
  }

  /** How many launches there were. */
  long launches() {
    return lap.launches();
  }

  /**
   * A launch was made.
   *
   * @param beforeChange what to do before the current phase changes
   */
  void add(long symbol, long sequence, Runnable beforeChange) {
    int slot = (int) (lap.launches() % owners.length);
    lap.add(symbol);
    sequences[slot] = sequence;
    if (lap.recognised()) {
      owners[slot] = current;
      current.add(sequence);
      beforeChange.run();
      recognise();
    } else {
      if (lap.lost()) {
        beforeChange.run();
        leave();
      }
      owners[slot] = current;
      current.add(sequence);
      if (current != outside) {
        current.follow(lap);
      }
    }
  }

  /** Which step of its lap the last launch is, -1 if it is none, or made the lap known. */
  int position() {
    return lap.recognised() ? -1 : lap.position();
  }

  /** The lap that the last launch lies in, by a number that tells it from all others. */
  long lapNumber() {
    return (lapRun << Integer.SIZE) + lap.lap();
  }

  private void leave() {
    PhaseRow left = current;
    current = outside;
    if (left != outside && left.lapLaunches() < LEAST_LAUNCHES) {
      drop(left);
    }
  }

  private void drop(PhaseRow phase) {
    phases.remove(phase);
    phase.mergeInto(outside, rows);
  }

  private void recognise() {
    Shape[] steps = steps();
    long[] symbols = symbols();
    PhaseRow before = current;
    PhaseRow phase = null;
    for (PhaseRow known : phases) {
      if (known != outside && known.like(symbols, lap.period())) {
        phase = known;
        break;
      }
    }
    if (phase == null) {
      phase = new PhaseRow();
      phases.add(phase);
    }
    phase.begin(lap, steps, symbols, phase == before);
    lapRun++;
    current = phase;
    claim(phase);
    if (before != phase && before != outside && before.root() == before) {
      if (before.lapLaunches() < LEAST_LAUNCHES) {
        drop(before);
      }
    }
    if (phases.size() > MOST_PHASES) {
      dropSmallest();
    }
  }

  /** The launches since the lap began are its own. */
  private void claim(PhaseRow phase) {
    long end = lap.launches();
    for (long i = Math.max(lap.start(), end - owners.length); i < end; i++) {
      int slot = (int) (i % owners.length);
      PhaseRow owner = owners[slot];
      PhaseRow root = owner == null ? outside : owner.root();
      if (root != phase) {
        root.remove(sequences[slot]);
        phase.add(sequences[slot]);
        if (root != outside && root.launches() == 0) {
          phases.remove(root);
          root.mergeInto(phase, rows);
        }
      }
      owners[slot] = phase;
    }
  }

  private void dropSmallest() {
    PhaseRow smallest = null;
    for (PhaseRow phase : phases) {
      if (phase != outside
          && phase != current
          && (smallest == null || phase.launches() < smallest.launches())) {
        smallest = phase;
      }
    }
    if (smallest != null) {
      drop(smallest);
    }
  }

  /** The shapes of the lap; none if one of them was not kept. */
  private Shape[] steps() {
    Shape[] steps = new Shape[lap.period()];
    for (int i = 0; i < steps.length; i++) {
      Shape shape = shapes.find(lap.symbol(i));
      if (shape == null || !shape.kept) {
        return new Shape[0];
      }
      steps[i] = shape;
    }
    return steps;
  }

  private long[] symbols() {
    long[] symbols = new long[lap.period()];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = lap.symbol(i);
    }
    return Arrays.stream(symbols).sorted().distinct().toArray();
  }

  /** What was collected; for each row of {@code totals} the columns of all phases too. */
  List<PhaseProfile> profiles(PhaseRow totals, boolean deviceTime) {
    phases.forEach(phase -> phase.addTo(totals, rows));
    List<PhaseProfile> profiles = new ArrayList<>();
    for (PhaseRow phase : phases) {
      profiles.add(phase.profile(profiles.size(), rows, deviceTime));
    }
    return profiles;
  }
}
