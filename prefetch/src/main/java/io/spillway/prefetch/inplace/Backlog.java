package io.spillway.prefetch.inplace;

import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.trial.InPlaceTrials;

/**
 * What the link has to do before an expected launch, beside what the launches until then take: how
 * much of a fetch hides behind them. Not thread-safe.
 */
public final class Backlog {

  private final Window window;
  private final Prices prices;
  private final InPlaceTrials trials;
  private long from = Piece.NOT_YET;
  private long until;
  private long missingBytes;
  private long comingBytes;
  private double runningNanos;

  public Backlog(Window window, Prices prices, InPlaceTrials trials) {
    this.window = window;
    this.prices = prices;
    this.trials = trials;
  }

  /**
   * The part of a piece's coming that its launch would wait for, 0 to 1.
   *
   * @param now the position now
   * @param use the launch's
   * @param leave what it costs, for each byte, that others leave for what comes
   */
  double exposed(Piece piece, long now, long use, double leave) {
    if (from != now || until != use) {
      look(now, use);
    }
    double comes = prices.fetch() + leave;
    double moving = missingBytes * comes + comingBytes * prices.fetch();
    return Math.clamp((moving - runningNanos) / (piece.bytes() * comes), 0, 1);
  }

  /** Looked at once for all pieces of a launch: those that come meanwhile change little. */
  private void look(long now, long use) {
    from = now;
    until = use;
    missingBytes = 0;
    comingBytes = 0;
    runningNanos = 0;
    for (long at = now + 1; at <= use; at++) {
      for (Piece piece : window.expected(at)) {
        if (!piece.resident()) {
          missingBytes += piece.bytes();
        } else if (!piece.usedSince()) {
          comingBytes += piece.bytes();
        }
      }
      runningNanos += at < use ? trials.residentNanos(window.site(at), window.bytes(at)) : 0;
    }
  }
}
