package io.spillway.prefetch.govern;

import io.spillway.driver.NanoClock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides when launches should no longer wait for their data: after several in a row waited in
 * vain, none does for a while; each time that this happens again at once, for twice as long. Safe
 * for use by any thread; {@link #pausing} takes no lock.
 */
public final class Patience {

  /**
   * So many launches in a row may wait in vain: one long kernel, which keeps what it uses from
   * leaving, holds up the one or two launches behind it and no more.
   */
  private static final int MOST_IN_VAIN = 3;

  /**
   * The first pause and the longest, in nanoseconds: a minute and an hour, so that the five seconds
   * which a try may cost are a twelfth of the time at first, and a thousandth in the end.
   */
  private static final long FIRST_PAUSE = TimeUnit.MINUTES.toNanos(1);

  private static final long LONGEST_PAUSE = TimeUnit.HOURS.toNanos(1);

  private record Pause(long endNanos, String reason) {}

  private final NanoClock clock;
  private int inVain;
  private long nextPause = FIRST_PAUSE;
  private volatile @Nullable Pause pause;

  public Patience(NanoClock clock) {
    this.clock = clock;
  }

  /** Whether launches are left alone now. */
  public boolean pausing() {
    Pause now = pause;
    return now != null && clock.nanoTime() - now.endNanos() < 0;
  }

  /** Why they are; null if they are not. */
  public @Nullable String reason() {
    Pause now = pause;
    return now == null || !pausing() ? null : now.reason();
  }

  /**
   * A launch waited in vain.
   *
   * @return whether a pause begins with that
   */
  public synchronized boolean inVain(String what) {
    inVain++;
    if (inVain < MOST_IN_VAIN || pausing()) {
      return false;
    }
    pause =
        new Pause(
            clock.nanoTime() + nextPause,
            "%s; next try after %d s".formatted(what, TimeUnit.NANOSECONDS.toSeconds(nextPause)));
    nextPause = Math.min(LONGEST_PAUSE, 2 * nextPause);
    inVain = MOST_IN_VAIN - 1; // the next try is one
    return true;
  }

  /** A launch got what it waited for. */
  public synchronized void met() {
    inVain = 0;
    nextPause = FIRST_PAUSE;
    pause = null;
  }
}
