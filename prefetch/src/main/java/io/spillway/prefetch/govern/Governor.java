package io.spillway.prefetch.govern;

import io.spillway.prefetch.plan.Outcomes;

/**
 * Decides from what became of fetches how far ahead the engine may act: all the lap, a few
 * launches, only what is declared, or nothing.
 *
 * <p>After every so many fetches that came to something it weighs device time saved against link
 * time wasted, by price. A loss steps down one level; after a pause, in launches, it tries one
 * level up again, and each try that fails doubles the pause. Pure; not thread-safe.
 */
public final class Governor {

  /** How far the engine may act, most first. */
  public enum Level {
    /** As far ahead as something is expected. */
    FULL(Integer.MAX_VALUE),
    /** The next few launches: a wrong guess is then found out soon. */
    NEAR(2),
    /** Only launches that are about to be issued. */
    DECLARED(0),
    /** Room is made and data left to page faults, as without the engine. */
    NOTHING(0);

    private final int launches;

    Level(int launches) {
      this.launches = launches;
    }

    /** How many launches ahead. */
    public int launches() {
      return launches;
    }
  }

  /** Fetches judged together: enough that a single one decides nothing, few against a lap. */
  private static final int JUDGED = 16;

  /** The first pause, in launches, and the longest: 2^6 to 2^16. */
  private static final long FIRST_PAUSE = 1 << 6;

  private static final long LONGEST_PAUSE = 1 << 16;

  private Level level = Level.FULL;
  private String reason = "nothing against it";
  private long pause = FIRST_PAUSE;
  private long retryAt = Long.MAX_VALUE;
  private long judged;
  private double saved;
  private double caused;

  /** Full trust. */
  public Governor() {}

  /**
   * Looks at what became of fetches so far.
   *
   * @param launches launches so far
   * @return whether the level changed
   */
  public boolean judge(Outcomes outcomes, long launches) {
    long all = outcomes.hits() + outcomes.useless() + outcomes.harmful();
    if (all - judged < JUDGED) {
      return level != Level.FULL && launches >= retryAt && tryAgain(launches);
    }
    double newlySaved = outcomes.savedNanos() - saved;
    double newlyCaused = outcomes.causedNanos() - caused;
    judged = all;
    saved = outcomes.savedNanos();
    caused = outcomes.causedNanos();
    if (newlyCaused > newlySaved) {
      return stepDown(newlySaved, newlyCaused, launches);
    }
    pause = Math.max(FIRST_PAUSE, pause / 2);
    return level != Level.FULL && launches >= retryAt && tryAgain(launches);
  }

  private boolean stepDown(double newlySaved, double newlyCaused, long launches) {
    if (level == Level.DECLARED || level == Level.NOTHING) {
      return false; // nothing is fetched ahead any more: these are the last ones' ends
    }
    level = level == Level.FULL ? Level.NEAR : Level.DECLARED;
    retryAt = launches + pause;
    reason =
        "the last %d fetches saved %.1f ms and cost %.1f ms; next try after %d launches"
            .formatted(JUDGED, newlySaved * 1e-6, newlyCaused * 1e-6, pause);
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
    return true;
  }

  private boolean tryAgain(long launches) {
    level =
        switch (level) {
          case NOTHING -> Level.DECLARED;
          case DECLARED -> Level.NEAR;
          case NEAR, FULL -> Level.FULL;
        };
    retryAt = launches + pause;
    reason = "tries again after a pause";
    return true;
  }

  /** How far the engine may act now. */
  public Level level() {
    return level;
  }

  /** Why. */
  public String reason() {
    return reason;
  }
}
