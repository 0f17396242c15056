package io.spillway.prefetch.govern;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Whether launches go untold: there is room for all that is managed, and for a while there was
 * nothing to do, so that nothing is to be gained. Launching threads still look whether what they
 * use is there, and end it where something is not; what they did meanwhile nobody knows.
 */
public final class Rest {

  /** Launches in a row with nothing to do, after which the next are not told of: a judgement. */
  public static final int QUIET_LAUNCHES = 64;

  private final AtomicBoolean taken = new AtomicBoolean();

  /** Launches heard of since there was something to do. Mover's thread. */
  private int quiet;

  /** There was something to do. Mover's thread. */
  public void disturbed() {
    quiet = 0;
  }

  /**
   * A launch was heard of. Mover's thread.
   *
   * @param roomForAll whether all that is managed fits
   * @param allIsThere whether nothing is in place that had better come; asked seldom
   */
  public void heard(boolean roomForAll, BooleanSupplier allIsThere) {
    quiet = roomForAll ? quiet + 1 : 0;
    if (quiet >= QUIET_LAUNCHES) {
      quiet = 0;
      taken.set(allIsThere.getAsBoolean());
    }
  }

  /** Whether it is being taken. Any thread. */
  public boolean taken() {
    return taken.get();
  }

  /** Ends it; returns whether it was being taken. Any thread. */
  public boolean end() {
    return taken.get() && taken.compareAndSet(true, false);
  }
}
