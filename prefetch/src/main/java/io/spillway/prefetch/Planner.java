package io.spillway.prefetch;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.evict.Victims;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.predict.LaunchTable;
import io.spillway.predict.Predictor;
import io.spillway.predict.Touches;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Plans what comes and what leaves, from the launches told: pure, without threads or a driver, so
 * that it runs on recorded traces as well.
 *
 * <p>What a launch that is about to be issued lacks comes first. Then come the pieces that expected
 * launches use, earliest first, as long as something can leave for each that is used later. These
 * are the rules of optimal prefetching (Cao, Felten, Karlin and Li, SIGMETRICS'95: fetch what is
 * used next, replace what is used last, do no harm, at the first opportunity), except that what
 * leaves is weighed by its price and that a launch's pieces stay while it runs.
 *
 * <p>Not thread-safe.
 */
public final class Planner {

  /**
   * Bytes of a piece, and of a step, at most: 128 MiB is where a fetch no longer holds the calling
   * thread (measurements h200: {@code prefetch.h2d.issue}, 1.5% of the time instead of 70%) and
   * runs at 46 GB/s; larger ones gain little and cannot be cancelled.
   */
  public static final long PIECE_BYTES = 128L << 20;

  /** Pieces on their way at a time: while one moves, the next one's call is being made. */
  static final int PIECES_IN_FLIGHT = 2;

  private final Predictor predictor = new Predictor();
  private final Pieces pieces;
  private final Victims victims;
  private final Window window;
  private final Outcomes outcomes;
  private final LapStays laps;
  private final long pieceBytes;
  private final Predictor.Bounds bounds;

  private final Map<Long, Integer> unissued = new HashMap<>();
  private final List<Piece> demanded = new ArrayList<>();
  private int nextDemanded;
  private int current = -1;
  private int mostAhead = Integer.MAX_VALUE;
  private boolean ahead = true;

  /**
   * Nothing is known, nothing resident.
   *
   * @param prices what moving costs
   * @param pieceBytes the most bytes moved at once, whole blocks
   * @param bounds which memory strides may lead into
   */
  public Planner(Prices prices, long pieceBytes, Predictor.Bounds bounds) {
    this.pieceBytes = pieceBytes;
    this.bounds = bounds;
    pieces = new Pieces(pieceBytes);
    victims = new Victims(pieces, prices);
    window = new Window(predictor, pieces);
    outcomes = new Outcomes(prices);
    laps = new LapStays(predictor, window, prices, PIECES_IN_FLIGHT * pieceBytes);
  }

  /** A launch of whole pieces up to {@link #PIECE_BYTES} at the prices of an H200. */
  public Planner(Predictor.Bounds bounds) {
    this(Prices.H200, PIECE_BYTES, bounds);
  }

  /**
   * A launch is about to be issued.
   *
   * @param sequence its number, rising from launch to launch
   * @param launch the managed ranges it touches
   * @param limitBytes the most bytes on the device; a launch that needs more is left to page faults
   */
  public void announce(long sequence, Touches launch, long limitBytes) {
    current = predictor.observe(launch, bounds);
    unissued.put(sequence, current);
    window.follow();
    long now = predictor.position();
    demanded.clear();
    nextDemanded = 0;
    LaunchTable launches = predictor.launches();
    long neededBytes = 0;
    List<Piece> touched = window.piecesOf(current);
    int range = 0;
    for (Piece piece : touched) {
      while (range + 1 < launch.count() && !holds(launch, range, piece)) {
        range++;
      }
      AccessKind kind = launches.count(current) == 0 ? AccessKind.UNKNOWN : launch.kind(range);
      piece.use(now, sequence, kind);
      neededBytes += piece.bytes();
      outcomes.used(piece, now);
      if (!piece.resident()) {
        demanded.add(piece);
      }
    }
    if (neededBytes > limitBytes) {
      demanded.clear();
    }
    window.slide();
    laps.follow(limitBytes);
  }

  private static boolean holds(Touches launch, int range, Piece piece) {
    return piece.address() < launch.address(range) + launch.bytes(range)
        && piece.end() > launch.address(range);
  }

  /** The launch is in its stream: what it still lacks comes by page faults. */
  public void issued(long sequence) {
    Integer launch = unissued.remove(sequence);
    if (launch != null) {
      for (Piece piece : window.piecesOf(launch)) {
        pieces.arrive(piece);
      }
    }
  }

  /** The launch took that long on the device. */
  public void took(int launch, long nanos) {
    predictor.launches().took(launch, nanos);
  }

  /** The number of the launch announced last. */
  public int current() {
    return current;
  }

  /** The program says what it launches next. */
  public void upcoming(Iterable<Touches> launches) {
    predictor.upcoming(launches);
    window.follow();
    window.slide();
  }

  /**
   * The next thing to do, which then counts as done; null if there is nothing, or no room for it.
   *
   * @param limitBytes the most bytes on the device
   */
  public @Nullable Step next(long limitBytes) {
    if (pieces.residentBytes() > limitBytes) {
      Step shrink = shrink(limitBytes);
      if (shrink != null) {
        return shrink;
      }
    }
    Step demand = demand(limitBytes);
    return demand != null || !ahead ? demand : fetchAhead(limitBytes);
  }

  private @Nullable Step shrink(long limitBytes) {
    List<Piece> leaving = new ArrayList<>();
    long now = predictor.position();
    while (pieces.residentBytes() > limitBytes) {
      Piece victim = victims.choose(now, now, this::evictable);
      if (victim == null) {
        break;
      }
      leave(victim, null);
      leaving.add(victim);
    }
    return leaving.isEmpty()
        ? null
        : new Step(leaving, List.of(), List.of(), lastSequence(leaving), true);
  }

  private @Nullable Step demand(long limitBytes) {
    List<Piece> leaving = new ArrayList<>();
    List<Piece> coming = new ArrayList<>();
    long now = predictor.position();
    long bytes = 0;
    while (nextDemanded < demanded.size()) {
      Piece piece = demanded.get(nextDemanded);
      if (piece.resident()) {
        nextDemanded++;
        continue;
      }
      if (bytes > 0 && bytes + piece.bytes() > pieceBytes
          || !makeRoom(piece, now, now, limitBytes, leaving, this::passing)
              && !makeRoom(piece, now, now, limitBytes, leaving, this::evictable)) {
        break;
      }
      pieces.arrive(piece);
      coming.add(piece);
      bytes += piece.bytes();
      nextDemanded++;
    }
    return step(leaving, coming, true);
  }

  private @Nullable Step fetchAhead(long limitBytes) {
    List<Piece> leaving = new ArrayList<>();
    List<Piece> coming = new ArrayList<>();
    long now = predictor.position();
    long bytes = 0;
    for (Piece piece = window.firstMissing(mostAhead);
        piece != null;
        piece = window.firstMissing(mostAhead)) {
      if (bytes > 0 && bytes + piece.bytes() > pieceBytes
          || !makeRoom(
              piece,
              now,
              window.scanned(),
              limitBytes,
              leaving,
              laps.active() ? this::passing : this::evictable)) {
        break;
      }
      pieces.arrive(piece);
      outcomes.fetched(piece, now);
      coming.add(piece);
      bytes += piece.bytes();
    }
    return step(leaving, coming, false);
  }

  private @Nullable Step step(List<Piece> leaving, List<Piece> coming, boolean demanding) {
    if (leaving.isEmpty() && coming.isEmpty()) {
      return null;
    }
    List<Piece> readMostly = new ArrayList<>();
    long now = predictor.position();
    long lap = predictor.inLap() ? predictor.lapLength() : 0;
    for (Piece piece : coming) {
      if (!piece.droppable() && piece.onlyReadFor(lap, now)) {
        readMostly.add(piece);
      }
    }
    return new Step(leaving, coming, readMostly, lastSequence(leaving), demanding);
  }

  /** Lets pieces go until there is room; those that went stay gone even if it is not enough. */
  private boolean makeRoom(
      Piece coming,
      long now,
      long use,
      long limitBytes,
      List<Piece> leaving,
      Predicate<Piece> free) {
    while (pieces.residentBytes() + coming.bytes() > limitBytes) {
      Piece victim = victims.choose(now, use, free);
      if (victim == null) {
        return false;
      }
      leave(victim, coming);
      leaving.add(victim);
    }
    return true;
  }

  private boolean evictable(Piece piece) {
    return !unissued.containsKey(piece.lastSequence());
  }

  private boolean passing(Piece piece) {
    return !piece.stays() && evictable(piece);
  }

  private void leave(Piece victim, @Nullable Piece coming) {
    pieces.leave(victim);
    outcomes.evicted(victim, coming);
    window.left(victim);
  }

  private static long lastSequence(List<Piece> leaving) {
    return leaving.stream().mapToLong(Piece::lastSequence).max().orElse(Piece.NOT_YET);
  }

  /** Everything that can be done at once, as one plan. */
  public Plan onLaunch(long sequence, Touches launch, long limitBytes) {
    announce(sequence, launch, limitBytes);
    List<Hint> hints = new ArrayList<>();
    for (Step step = next(limitBytes); step != null; step = next(limitBytes)) {
      hints.addAll(step.whole().hints());
      step.readMostly().forEach(piece -> piece.setDroppable(true));
    }
    issued(sequence);
    return new Plan(hints);
  }

  /** The driver would not let a piece go: it is still there. */
  public void refused(Piece piece) {
    pieces.arrive(piece);
  }

  /** Memory is being freed. */
  public void freed(AddressRange range) {
    pieces.inside(Blocks.covering(range)).forEach(outcomes::gone);
    pieces.remove(range);
    demanded.clear();
    nextDemanded = 0;
    window.follow();
    window.slide();
  }

  /** Memory was brought to the device, or taken from it, by somebody else. */
  public void moved(AddressRange range, boolean toDevice) {
    List<Piece> covered = new ArrayList<>();
    pieces.cover(range.address(), range.bytes(), covered);
    for (Piece piece : covered) {
      if (toDevice) {
        pieces.arrive(piece);
      } else {
        pieces.leave(piece);
        window.left(piece);
      }
    }
  }

  /** The pieces of a launch, as far as it is known. */
  public List<Piece> piecesOf(int launch) {
    return window.piecesOf(launch);
  }

  /** How far ahead to look, in launches; 0 is not at all. */
  public void lookAhead(int launches) {
    mostAhead = launches;
    ahead = launches > 0;
  }

  /** What came of what was fetched ahead. */
  public Outcomes outcomes() {
    return outcomes;
  }

  /** What is expected. */
  public Predictor predictor() {
    return predictor;
  }

  /** The account of residency. */
  public Pieces pieces() {
    return pieces;
  }
}
