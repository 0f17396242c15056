package io.spillway.prefetch.trial;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much of its memory a site's launches may access in place: nothing says beforehand how often a
 * launch goes over what it touches, and in place it pays each time.
 *
 * <p>So it is tried. Once a site's time with all data on the device is known, one piece is left on
 * the host, and nothing else until the launch's time is known; with each launch that takes no
 * longer than is worth it, that many bytes more, so that they double as the window of TCP's slow
 * start does. Three launches in a row that take longer end it, or one that takes three times as
 * long, for a pause that doubles each time: what such a trial costs is a few launches, on one
 * piece. A launch that takes no longer than it may have waited for other data says neither, and one
 * that takes up to a quarter longer while others' data comes by the same link says little.
 *
 * <p>Launches that go over more than there is room for have no time with all data on the device;
 * what they take when they fault, for each byte, stands for it. Pure; not thread-safe.
 */
public final class InPlaceTrials {

  /** The first pause, in launches, and how often it can double: 2^8 to 2^20. */
  private static final long FIRST_PAUSE = 1 << 8;

  private static final int MOST_FAILURES = 12;

  /** How much of a site's usual time one more launch replaces: an eighth, as in LaunchTable. */
  private static final double NEW_PART = 1.0 / 8;

  /**
   * By how much the least time a site has taken is taken to have grown with each launch since, so
   * that what a program did long ago is forgotten in some hundred launches.
   */
  private static final double FORGETTING = 1.01;

  /** Launches in a row that take too long: one or two may have waited for something else. */
  private static final int STRIKES = 3;

  /**
   * How much longer a launch may take beside what comes for others, and say little: kernels that
   * access memory in place go first on the link, and keep 48.5 to 50.3 of 51.2 GB/s
   * (docs/moving.md); and as much again as launches differ anyway.
   */
  private static final double SHARED = 1.25;

  /**
   * How much a launch counts that took longer for what may be another reason: the link carried
   * others' data, what it lacked was on its way, or no launch alike was timed before, and those of
   * its site may do less work. After 8 such launches in a row it is no longer that.
   */
  private static final double WEAK_STRIKE = 3.0 / 8;

  /**
   * By how much launches of one site differ anyway: a tenth, of kernels on the H200 that do the
   * same each time (the layered demo's, 4%) and then some.
   */
  private static final double NOISE = 0.1;

  /** Deviations from what is usual up to which nothing is said: 2 of the 4 of RFC 6298. */
  private static final double DEVIATIONS = 2;

  /**
   * How many times more may be in place after a launch which lost nothing by it, at most: as many
   * as what it had there cost less than it was worth, so that if all of that is gone over as often
   * as pays at all, nothing is lost either. That it is eight is a judgement.
   */
  private static final double MOST_GROWTH = 8;

  /** Room for a first piece, of any size. */
  private static final long FIRST_BYTES = 1;

  /** Launches whose own time is kept, the latest: as many as a lap that is decided for has. */
  private static final int MOST_ALIKE = 1 << 14;

  /** Launches of one site over as many bytes, which likely do the same work. */
  private record Alike(long site, long bytes) {}

  private final Map<Long, Site> sites = new HashMap<>();

  /** The least that such launches have taken which waited for nothing. */
  private final Map<Alike, Double> leastAlone = latest();

  /** The least that such launches have taken which had all on the device or on its way. */
  private final Map<Alike, Double> leastMoving = latest();

  /** What is known of a site that was never seen. */
  private final Site unknown = new Site();

  private long changes;

  /** When the next pause ends. */
  private long retryAt = Long.MAX_VALUE;

  /** What is known of one site. */
  private static final class Site {
    double leastNanos = -1;
    double leastNanosPerByte;

    /** What launches usually take that have all on the device, or on its way; and how far off. */
    double usualNanos;

    double usualNanosPerByte;

    double deviationNanos;

    /** What launches take, for each byte, that go over more than there is room for, and fault. */
    double faultingNanosPerByte;

    /** What the last launch touched. */
    long lastBytes;

    /** What the last launch that was timed took. */
    long lastNanos;

    long allowedBytes = FIRST_BYTES;

    /** In place in launches that have been issued and whose time is not known yet. */
    long outstandingBytes;

    double strikes;
    long barredUntil;
    int failures;

    boolean known() {
      return leastNanos >= 0 || faultingNanosPerByte > 0;
    }

    boolean allowed(long now) {
      return known() && now >= barredUntil;
    }

    void tookResident(long bytes, long nanos) {
      double perByte = (double) nanos / bytes;
      if (leastNanos < 0) {
        leastNanos = nanos;
        leastNanosPerByte = perByte;
        usualNanos = nanos;
        usualNanosPerByte = perByte;
      } else {
        deviationNanos += NEW_PART * (Math.abs(nanos - usualNanos) - deviationNanos);
        usualNanos += NEW_PART * (nanos - usualNanos);
        usualNanosPerByte += NEW_PART * (perByte - usualNanosPerByte);
        leastNanos = Math.min((double) nanos, FORGETTING * leastNanos);
        leastNanosPerByte = Math.min(perByte, FORGETTING * leastNanosPerByte);
      }
    }

    void tookFaulting(long bytes, long nanos) {
      double perByte = (double) nanos / bytes;
      faultingNanosPerByte =
          faultingNanosPerByte == 0
              ? perByte
              : faultingNanosPerByte + NEW_PART * (perByte - faultingNanosPerByte);
    }

    /** What such a launch takes that moves what it lacks, or faults. */
    double movingNanos(TimedLaunch launch) {
      double usual = usualNanos + DEVIATIONS * deviationNanos;
      return launch.beyond() ? Math.max(usual, faultingNanosPerByte * launch.bytes()) : usual;
    }

    /** What a launch over so many bytes takes at least with all of them on the device. */
    double residentNanos(long bytes) {
      return Math.max(leastNanos, leastNanosPerByte * bytes);
    }
  }

  /** Nothing has been tried. */
  public InPlaceTrials() {}

  /**
   * Whether launches of a site may access anything in place.
   *
   * @param now the position now
   */
  public boolean allowed(long site, long now) {
    return sites.getOrDefault(site, unknown).allowed(now);
  }

  /** Whether nothing is known against it. */
  public boolean notBarred(long site, long now) {
    return now >= sites.getOrDefault(site, unknown).barredUntil;
  }

  /**
   * Whether a launch that has so many bytes in place may have one more piece, given those whose
   * time is not known yet.
   */
  public boolean room(long site, long now, long inPlaceBytes) {
    Site known = sites.getOrDefault(site, unknown);
    return known.allowed(now) && known.outstandingBytes + inPlaceBytes < known.allowedBytes;
  }

  /** What the last launch of the site took that was timed; 0 if none was. */
  public long lastNanos(long site) {
    return sites.getOrDefault(site, unknown).lastNanos;
  }

  /** What a launch of the site over so many bytes takes with all on the device; 0 if unknown. */
  public double residentNanos(long site, long bytes) {
    Double own = leastAlone.get(new Alike(site, bytes));
    return own != null ? own : Math.max(0, sites.getOrDefault(site, unknown).residentNanos(bytes));
  }

  /**
   * Whether the site's launches compute for as long as they would take to get or put each byte at
   * that price, so that it hides behind that.
   */
  public boolean hides(long site, double nanosPerByte) {
    return sites.getOrDefault(site, unknown).usualNanosPerByte >= nanosPerByte;
  }

  /** What the site's last launch touched; 0 if there was none. */
  public long lastBytes(long site) {
    return sites.getOrDefault(site, unknown).lastBytes;
  }

  /** A launch was issued. */
  public void issued(long site, long bytes) {
    sites.computeIfAbsent(site, _ -> new Site()).lastBytes = bytes;
  }

  /** A launch was issued that will be timed. */
  public void timing(TimedLaunch launch) {
    sites.computeIfAbsent(launch.site(), _ -> new Site()).outstandingBytes += launch.inPlaceBytes();
  }

  /**
   * A launch took that long.
   *
   * @return whether being in place was worth it, or there was none
   */
  public boolean took(TimedLaunch launch, long now, long nanos) {
    Site known = sites.computeIfAbsent(launch.site(), _ -> new Site());
    known.outstandingBytes -= launch.inPlaceBytes();
    known.lastNanos = nanos;
    if (launch.inPlaceBytes() == 0) {
      changes += known.known() ? 0 : 1;
      if (launch.faults()) {
        known.tookFaulting(launch.bytes(), nanos);
      } else {
        known.tookResident(launch.bytes(), nanos);
        tookMoving(launch, nanos);
      }
      return true;
    }
    if (launch.faults() || now < known.barredUntil) {
      return now >= known.barredUntil;
    }
    double resident = residentNanos(launch.site(), launch.bytes());
    double worth = resident * (1 + NOISE) + launch.worthNanos();
    Double before = leastMoving.get(new Alike(launch.site(), launch.bytes()));
    double moving = before == null ? 0 : before * (1 + NOISE);
    double accepted = Math.max(Math.max(worth, moving), known.movingNanos(launch));
    if (nanos <= accepted) {
      known.allowedBytes += Math.round(launch.inPlaceBytes() * growth(launch, nanos - resident));
      known.strikes = 0;
      return true;
    }
    if (nanos <= accepted + launch.waitNanos()) {
      return true;
    }
    boolean shared = launch.sharing() && nanos <= SHARED * accepted;
    if (shared) {
      known.allowedBytes += launch.inPlaceBytes(); // the more of it, the less comes by the link
    }
    boolean late = launch.sharing() && launch.waitNanos() > 0;
    if (shared || late || (before == null && !launch.beyond())) {
      known.strikes += WEAK_STRIKE;
    } else {
      known.strikes +=
          launch.sharing() ? 1 : Math.max(1, (int) Math.min(STRIKES, nanos / accepted));
    }
    if (known.strikes < STRIKES) {
      return true;
    }
    known.strikes = 0;
    known.barredUntil = now + (FIRST_PAUSE << known.failures);
    known.failures = Math.min(MOST_FAILURES, known.failures + 1);
    known.allowedBytes = FIRST_BYTES;
    retryAt = Math.min(retryAt, known.barredUntil);
    changes++;
    return false;
  }

  /** How many times what a launch had in place without a loss may follow. */
  private static double growth(TimedLaunch launch, double moreNanos) {
    return Math.clamp(launch.worthNanos() / Math.max(moreNanos, 1), 1, MOST_GROWTH);
  }

  private void tookMoving(TimedLaunch launch, long nanos) {
    Alike alike = new Alike(launch.site(), launch.bytes());
    leastMoving.merge(alike, (double) nanos, InPlaceTrials::least);
    if (launch.waitNanos() == 0) {
      leastAlone.merge(alike, (double) nanos, InPlaceTrials::least);
    }
  }

  private static double least(double before, double now) {
    return Math.min(FORGETTING * before, now);
  }

  private static Map<Alike, Double> latest() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<Alike, Double> eldest) {
        return size() > MOST_ALIKE;
      }
    };
  }

  /** Rises whenever another site may, or one may no longer, be in place. */
  public long changes(long now) {
    if (now >= retryAt) {
      retryAt =
          sites.values().stream()
              .mapToLong(site -> site.barredUntil)
              .filter(until -> until > now)
              .min()
              .orElse(Long.MAX_VALUE);
      changes++;
    }
    return changes;
  }
}
