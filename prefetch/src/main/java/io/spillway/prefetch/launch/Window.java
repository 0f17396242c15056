package io.spillway.prefetch.launch;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.predict.LaunchTable;
import io.spillway.predict.Predictor;
import io.spillway.range.AddressRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The expected launches, in terms of pieces: tells each piece when it is used, and finds the next
 * that is missing. Moves on with the launches; is built anew when expectations change. Not
 * thread-safe.
 */
public final class Window {

  private static final int[] NO_VERSIONS = new int[0];

  /**
   * Launches that are near in any case. In the simulated matrix 2 to 4 cost the least; with 16,
   * what experts need comes in up to twice as often.
   */
  private static final int NEAR = 4;

  /** No position. */
  private static final long NONE = Long.MAX_VALUE;

  private final Predictor predictor;
  private final Pieces pieces;
  private List<List<Piece>> piecesByLaunch = new ArrayList<>();
  private int[] versions = NO_VERSIONS;

  /** The pieces that were told of each position from the next one to {@link #reach}. */
  private final Deque<List<Piece>> told = new ArrayDeque<>();

  private int layout;
  private long epoch;

  /** The first position of which what was told does not hold. */
  private long changedFrom = NONE;

  private boolean stale;
  private long builds;

  /** The last position of which the uses have been told. */
  private long reach;

  /** All positions up to here lack nothing. */
  private long scanned;

  private int scannedPieces;

  /** What the launch at a position touches, looked at last. */
  private long sum;

  private long summedAt;
  private long summedBuild;

  public Window(Predictor predictor, Pieces pieces) {
    this.predictor = predictor;
    this.pieces = pieces;
  }

  /** Sees whether what was told still holds; before the launch's pieces are asked for. */
  public void follow() {
    long missed = predictor.epoch() - epoch;
    if (missed > 0) {
      changedFrom = Math.min(changedFrom, missed == 1 ? predictor.changedFrom() : 0);
    }
    epoch = predictor.epoch();
  }

  /** Tells pieces what is expected, now that the launch itself has used its own. */
  public void slide() {
    tell();
    if (stale) {
      tell(); // ranges that are new have cut pieces which had been told: their parts know nothing
    }
  }

  private void tell() {
    long now = predictor.position();
    if (stale || layout != pieces.layout() || changedFrom <= now + 1) {
      expectNothing(now);
    } else if (changedFrom != NONE) {
      expectNothingFrom(changedFrom);
    }
    if (scanned < now) {
      scanned = now;
      scannedPieces = 0;
    }
    reach = Math.max(reach, now);
    while (told.size() > reach - now) {
      told.removeFirst();
    }
    long end = now + predictor.depth();
    while (reach < end) {
      reach++;
      List<Piece> used = piecesOf(predictor.launch((int) (reach - now)));
      for (Piece piece : used) {
        piece.expectUse(reach);
      }
      told.addLast(used);
    }
  }

  private void expectNothing(long now) {
    stale = false;
    changedFrom = NONE;
    builds++;
    for (Piece piece : pieces.all()) {
      piece.expectNothing();
    }
    told.clear();
    reach = now;
    scanned = now;
    scannedPieces = 0;
  }

  private void expectNothingFrom(long position) {
    changedFrom = NONE;
    builds++;
    for (; reach >= position; reach--) {
      for (Piece piece : told.removeLast()) {
        piece.expectNothingFrom(position);
      }
    }
    if (scanned >= position) {
      scanned = position;
      scannedPieces = 0;
    }
  }

  /** The pieces of a launch, made if they are not there yet. */
  public List<Piece> piecesOf(int launch) {
    if (layout != pieces.layout()) {
      piecesByLaunch = new ArrayList<>();
      versions = NO_VERSIONS;
      layout = pieces.layout();
      stale = true;
    }
    while (piecesByLaunch.size() <= launch) {
      piecesByLaunch.add(List.of());
    }
    if (versions.length <= launch) {
      int known = versions.length;
      versions = Arrays.copyOf(versions, Math.max(2 * known, launch + 1));
      Arrays.fill(versions, known, versions.length, -1);
    }
    LaunchTable launches = predictor.launches();
    if (versions[launch] != launches.version(launch)) {
      List<Piece> found = new ArrayList<>();
      for (int i = 0; i < launches.count(launch); i++) {
        pieces.coverLive(launches.address(launch, i), launches.bytes(launch, i), found);
      }
      piecesByLaunch.set(launch, found);
      versions[launch] = launches.version(launch);
      // Cutting made other launches' lists out of date; this one is kept, since it is new.
      stale |= layout != pieces.layout();
    }
    return piecesByLaunch.get(launch);
  }

  /**
   * Cuts pieces where these ranges begin and end, and tells what there is now what is expected.
   *
   * @return whether any was cut
   */
  public boolean cut(Iterable<AddressRange> ranges) {
    int before = pieces.layout();
    ranges.forEach(pieces::cutAt);
    slide();
    return pieces.layout() != before;
  }

  /** What the launches of the lap use, from the next one to the one just announced. */
  public List<List<Piece>> lap() {
    List<List<Piece>> uses = new ArrayList<>();
    for (int step = 1; step <= predictor.lapLength(); step++) {
      uses.add(piecesOf(predictor.launch(step)));
    }
    return uses;
  }

  /** How a launch so many steps ahead uses one of its pieces. */
  public AccessKind kind(int step, Piece piece) {
    LaunchTable launches = predictor.launches();
    int launch = predictor.launch(step);
    AccessKind kind = null;
    for (int i = 0; i < launches.count(launch); i++) {
      long address = launches.address(launch, i);
      if (address < piece.end() && piece.address() < address + launches.bytes(launch, i)) {
        AccessKind other = launches.kind(launch, i);
        kind = kind == null || kind == other ? other : AccessKind.READ_WRITE;
      }
    }
    return kind == null ? AccessKind.UNKNOWN : kind;
  }

  /** Rises whenever what was told is withdrawn, all of it or its end. */
  public long builds() {
    return builds;
  }

  /**
   * The missing piece that is used first, within so many launches; null if none is expected.
   *
   * @param missing which are
   */
  public @Nullable Piece firstMissing(int mostAhead, Predicate<Piece> missing) {
    long now = predictor.position();
    long end = Math.min(reach, now + (long) mostAhead);
    for (long at = Math.max(scanned, now + 1); at <= end; at++) {
      if (at != scanned) {
        scanned = at;
        scannedPieces = 0;
      }
      List<Piece> used = piecesOf(predictor.launch((int) (at - now)));
      for (; scannedPieces < used.size(); scannedPieces++) {
        if (missing.test(used.get(scannedPieces))) {
          return used.get(scannedPieces);
        }
      }
    }
    return null;
  }

  /**
   * Whether what a launch uses is worth making room for already. Of all that could come, what the
   * next launches need keeps the link busy; to make room for more than that takes away what a later
   * look might have kept (Cao et al.: fetching as early as possible fetches more than the least).
   *
   * @param position the launch's
   * @param bytes as much as that, used by the launches before it
   */
  public boolean near(long position, long bytes) {
    long now = predictor.position();
    long left = bytes;
    for (long at = now + NEAR + 1; at <= Math.min(position, reach); at++) {
      for (Piece piece : piecesOf(predictor.launch((int) (at - now)))) {
        left -= piece.bytes();
        if (left < 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** The last position of which all uses have been told. */
  public long reach() {
    return reach;
  }

  /** What {@link #firstMissing} found is not to come for that launch. */
  public void passOver() {
    scannedPieces++;
  }

  /** The position that {@link #firstMissing} found its piece at. */
  public long scanned() {
    return scanned;
  }

  /** The pieces that the launch at that position is expected to use. */
  public List<Piece> expected(long position) {
    return piecesOf(predictor.launch((int) (position - predictor.position())));
  }

  /** The site of the launch at that position. */
  public long site(long position) {
    return predictor.launches().site(predictor.launch((int) (position - predictor.position())));
  }

  /** What the next launch is expected to touch if it is of that site; 0 if it is not. */
  public long nextBytes(long site) {
    long next = predictor.position() + 1;
    return next <= reach && site(next) == site ? bytes(next) : 0;
  }

  /** What the launch at that position is expected to touch, in whole pieces. */
  public long bytes(long position) {
    if (summedAt != position || summedBuild != builds) {
      summedAt = position;
      summedBuild = builds;
      sum = expected(position).stream().mapToLong(Piece::bytes).sum();
    }
    return sum;
  }

  /** The site of the launch at that position. */
  public long scannedSite() {
    return site(scanned);
  }

  /** Whether the program has named that launch. */
  public boolean scannedIsNamed() {
    return scanned - predictor.position() <= predictor.named();
  }

  /** A piece left: what was scanned may lack it now. */
  public void left(Piece piece) {
    long next = piece.nextUse(predictor.position());
    if (piece.expected() && next <= scanned) {
      scanned = next;
      scannedPieces = 0;
    }
  }
}
