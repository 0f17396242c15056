package io.spillway.profile;

import org.jspecify.annotations.Nullable;

/**
 * The shapes of launches, by symbol. Shapes that no launch had for longer than a lap can be are
 * forgotten when room is needed.
 */
final class ShapeTable {

  /** Twice the launches of the longest lap, so that forgetting makes as much room as it takes. */
  static final int MOST_SHAPES = 2 * LapDetector.LONGEST_LAP;

  /** Accesses kept over all shapes: some 50 bytes each, 50 MB. */
  static final int MOST_ACCESSES = 1 << 20;

  /** 256 slots to begin with. */
  private static final int FIRST_CAPACITY = 256;

  private @Nullable Shape[] slots = new @Nullable Shape[FIRST_CAPACITY];
  private int count;
  private int accesses;
  private long forgotten;

  /** The shape with a symbol, null if it is not known. */
  @Nullable Shape find(long symbol) {
    return slots[slot(symbol)];
  }

  /**
   * The shape with a symbol, made if it is not known.
   *
   * @param site where it is launched
   * @param ranges how many accesses it has
   * @param number which launch this is
   */
  Shape of(long symbol, SiteRow site, int ranges, long number) {
    Shape known = slots[slot(symbol)];
    if (known != null) {
      return known;
    }
    boolean full = count == MOST_SHAPES || accesses + ranges > MOST_ACCESSES;
    if (full && number - forgotten >= LapDetector.LONGEST_LAP / 4) {
      forgotten = number; // not with every launch: it takes as long as the table is large
      rebuild(slots.length, number - LapDetector.LONGEST_LAP);
    } else if (!full && 2 * (count + 1) > slots.length) {
      rebuild(2 * slots.length, -1);
    }
    if (count == MOST_SHAPES) {
      return new Shape(symbol, site, false); // a longer lap than any that is looked for
    }
    boolean kept = accesses + ranges <= MOST_ACCESSES;
    Shape made = new Shape(symbol, site, kept);
    slots[slot(symbol)] = made;
    count++;
    accesses += kept ? ranges : 0;
    return made;
  }

  private int slot(long symbol) {
    int mask = slots.length - 1;
    int slot = (int) symbol & mask;
    for (Shape shape = slots[slot]; shape != null; shape = slots[slot]) {
      if (shape.symbol == symbol) {
        break;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void rebuild(int capacity, long oldest) {
    @Nullable Shape[] old = slots;
    slots = new @Nullable Shape[capacity];
    count = 0;
    accesses = 0;
    for (Shape shape : old) {
      if (shape != null && shape.lastLaunch() > oldest) {
        slots[slot(shape.symbol)] = shape;
        count++;
        accesses += shape.accesses().length;
      }
    }
  }
}
