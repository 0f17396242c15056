package io.spillway.profile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The first launches of a recording, in order: what comes before the laps, or all there is where
 * nothing repeats. Of a program that launches more before that, nothing is kept.
 */
final class Opening {

  /** Launches kept at most: as many as the longest lap has. */
  static final int MOST_LAUNCHES = LapDetector.LONGEST_LAP;

  /** Accesses kept over all of them, as of the shapes of laps. */
  private static final int MOST_ACCESSES = ShapeTable.MOST_ACCESSES;

  /** Launches after which a lap is taken to have begun; a shorter one has to come whole. */
  private static final int BEGINNING = 16;

  private final List<Shape> shapes = new ArrayList<>();
  private final List<Long> sequences = new ArrayList<>();
  private long accesses;
  private boolean overrun;

  /** The next launch. */
  void add(Shape shape, OpenLaunch launch) {
    accesses += launch.accesses();
    overrun |= !shape.kept || shapes.size() == MOST_LAUNCHES || accesses > MOST_ACCESSES;
    if (!overrun) {
      shapes.add(shape);
      sequences.add(launch.sequence());
    }
  }

  /** All launches, if they were kept; else none. */
  LapSchedule all() {
    return overrun ? LapSchedule.EMPTY : upTo(shapes.size());
  }

  /**
   * The launches before those of a lap, if they were kept; else none.
   *
   * @param phase which launched the lap
   */
  LapSchedule before(PhaseProfile phase) {
    LapSchedule lap = phase.schedule();
    int needed = Math.min(BEGINNING, lap.length());
    Map<Shape, LaunchShape> known = new HashMap<>();
    for (int at = 0; lap.length() > 0 && at + needed <= shapes.size(); at++) {
      if (sequences.get(at) >= phase.firstSequence() && begins(lap, at, needed, known)) {
        return upTo(at);
      }
    }
    return LapSchedule.EMPTY;
  }

  /** A lap that was lost and found again is kept from wherever it was found. */
  private boolean begins(LapSchedule lap, int at, int needed, Map<Shape, LaunchShape> known) {
    for (int i = 0; i < needed; i++) {
      LaunchShape launched = known.computeIfAbsent(shapes.get(at + i), Shape::profile);
      if (!launched.equals(lap.step(i))) {
        return false;
      }
    }
    return true;
  }

  private LapSchedule upTo(int end) {
    return LapSchedule.of(shapes.subList(0, end));
  }
}
