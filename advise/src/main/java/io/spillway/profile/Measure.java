package io.spillway.profile;

/** What one column of {@link Columns} holds: a kind of number, and how two of them become one. */
public interface Measure {

  /** Stands for "never" in measures that hold a position. */
  long NEVER = -1;

  /** How two numbers about the same thing become one. */
  Combination combination();

  /** The number before anything was seen. */
  default long unset() {
    return switch (combination()) {
      case SUM, UNION -> 0;
      case LEAST, GREATEST -> NEVER;
    };
  }

  /** How two numbers about the same thing become one. */
  enum Combination {
    /** They are amounts. */
    SUM,
    /** They are positions, the first counts. */
    LEAST,
    /** They are positions, the last counts. */
    GREATEST,
    /** They are sets of bits. */
    UNION;

    /** Combines two numbers, either of which may be unset. */
    public long of(long a, long b) {
      return switch (this) {
        case SUM -> a + b;
        case LEAST -> a == NEVER ? b : b == NEVER ? a : Math.min(a, b);
        case GREATEST -> Math.max(a, b);
        case UNION -> a | b;
      };
    }
  }
}
