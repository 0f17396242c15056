package io.spillway.prefetch;

import io.spillway.access.AccessKind;
import io.spillway.allocate.LiveAllocation;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.evict.Victims;
import io.spillway.predict.Predictor;
import io.spillway.predict.ScheduleFollower;
import io.spillway.predict.Touches;
import io.spillway.profile.RunSchedule;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final Predictor predictor = new Predictor();
  private final Pieces pieces;
  private final Victims victims;
  private final Window window;
  private final Outcomes outcomes;
  private final InPlaceTrials trials;
  private final Admission admission;
  private final LapStays laps;
  private final long pieceBytes;
  private final long roomBytes;
  private final Predictor.Bounds bounds;

  private final Map<Long, OpenLaunch> unissued = new HashMap<>();
  private final Deque<Piece> demanded = new ArrayDeque<>();

  /** The layout that what is demanded was last brought up to date with. */
  private int cuts;

  private final List<Piece> doubtful = new ArrayList<>();
  private final List<Piece> placing = new ArrayList<>();
  private final List<Piece> unplacing = new ArrayList<>();
  private final List<Piece> scratch = new ArrayList<>();
  private int mostAhead = Integer.MAX_VALUE;
  private boolean looksAhead = true;
  private boolean times;
  private @Nullable RecordedRun recorded;

  /** The window that was told what a recorded lap only reads. */
  private long told;

  /**
   * Nothing is known, nothing resident.
   *
   * @param prices what moving costs
   * @param sizing in what pieces data is moved
   * @param bounds which memory strides may lead into
   * @param droppable whether the device copy of memory that is new here can be dropped
   */
  public Planner(
      Prices prices,
      MoveSizing sizing,
      Predictor.Bounds bounds,
      Predicate<AddressRange> droppable) {
    this.pieceBytes = sizing.pieceBytes();
    this.roomBytes = sizing.roomBytes();
    this.bounds = bounds;
    pieces = new Pieces(pieceBytes, droppable);
    victims = new Victims(pieces, prices);
    window = new Window(predictor, pieces);
    outcomes = new Outcomes(prices);
    trials = new InPlaceTrials(prices);
    admission = new Admission(pieces, victims, prices, this::evictable);
    laps = new LapStays(predictor, window, prices, trials, sizing.roomBytes());
  }

  /** Expects what a recorded run launched, before anything is. */
  public void expect(RunSchedule run) {
    recorded = new RecordedRun(run, predictor.launches());
    predictor.expect(recorded.follower());
  }

  /** Managed memory was allocated: what a recorded run launched may touch it. */
  public void allocated(LiveAllocation allocation) {
    if (recorded != null) {
      recorded.allocated(allocation);
    }
  }

  /**
   * A launch is about to touch a range: its pieces stay until it is issued, and what is missing
   * comes first.
   *
   * @param sequence the launch's number
   * @param site its site, as {@link Touches#site} has it
   * @param limitBytes the most bytes on the device; what a launch needs beyond is left to page
   *     faults
   */
  public void declare(
      long sequence, long site, long address, long bytes, AccessKind kind, long limitBytes) {
    OpenLaunch launch = unissued.computeIfAbsent(sequence, _ -> new OpenLaunch(site));
    long next = predictor.position() + 1;
    scratch.clear();
    pieces.cover(address, bytes, scratch);
    for (Piece piece : scratch) {
      launch.bytes += piece.bytes();
    }
    for (Piece piece : scratch) {
      if (kind.mayWrite() && piece.advised()) {
        doubtful.add(piece);
        gone(piece); // taking read-mostly back leaves the host's copy alone
      }
      piece.use(next, sequence, kind);
      outcomes.used(piece);
      launch.pieces.add(piece);
      times |= !piece.droppable();
      if (!piece.resident() && launch.bytes <= limitBytes) {
        comeOrStay(piece, launch, next, limitBytes);
      }
    }
  }

  /** What is not there is demanded, unless it is, and had better be, accessed where it is. */
  private void comeOrStay(Piece piece, OpenLaunch launch, long now, long limitBytes) {
    boolean room = trials.room(launch.site, now, launch.inPlaceBytes);
    if (!laps.active()) {
      piece.setSuitsInPlace(room && !admission.worthItsRoom(piece, now, limitBytes));
    }
    if (piece.suitsInPlace() && room) {
      launch.inPlaceBytes += piece.bytes();
      launch.inPlace.add(piece);
      place(piece);
    } else {
      demanded.add(piece);
    }
  }

  private void place(Piece piece) {
    if (!piece.placed()) {
      piece.setPlaced(true);
      placing.add(piece);
    }
  }

  /**
   * The launch is in its stream: what it still lacks comes by page faults.
   *
   * @param launch all that it touches
   * @return its number among the distinct launches
   */
  public int issued(long sequence, Touches launch, long limitBytes) {
    if (!unissued.containsKey(sequence)) { // what was declared was not heard
      for (int i = 0; i < launch.count(); i++) {
        declare(
            sequence,
            launch.site(),
            launch.address(i),
            launch.bytes(i),
            launch.kind(i),
            limitBytes);
      }
    }
    OpenLaunch open = unissued.remove(sequence);
    if (open != null) {
      for (Piece piece : open.current()) {
        if (!piece.placed()) {
          pieces.arrive(piece);
        }
      }
    }
    if (recorded != null) {
      recorded.place();
    }
    int number = predictor.observe(launch, bounds);
    window.follow();
    window.piecesOf(number);
    window.slide();
    victims.setTold(followsEarlierRun() ? window.reach() : predictor.position());
    if (recorded != null && recorded.inLap() && told != window.builds()) {
      told = window.builds();
      recorded.tellWhatIsRead(window.lap(), predictor.position());
    }
    laps.follow(limitBytes);
    return number;
  }

  /**
   * Launches went by unseen: what is expected, and what is declared and not issued, is void. What
   * they brought in themselves is not in the account until it is used again.
   */
  public void resynchronise() {
    unissued.clear();
    demanded.clear();
    predictor.lose();
    window.follow();
    window.slide();
  }

  /** What a declared launch still lacks. */
  List<Piece> missing(long sequence) {
    OpenLaunch open = unissued.get(sequence);
    return open == null ? List.of() : open.current().stream().filter(Piece::missing).toList();
  }

  /** What to make of the time that a declared launch takes; null if nothing, as when it faults. */
  @Nullable Timed timed(long sequence) {
    OpenLaunch open = unissued.get(sequence);
    return open == null || open.current().stream().anyMatch(Piece::missing)
        ? null
        : new Timed(open.site, open.bytes, open.inPlaceBytes, List.copyOf(open.inPlace));
  }

  /**
   * A launch that lacked nothing.
   *
   * @param bytes what it touches, in whole pieces
   * @param inPlaceBytes how much of that it accesses in place
   * @param inPlace what that is
   */
  record Timed(long site, long bytes, long inPlaceBytes, List<Piece> inPlace) {}

  /** A launch was issued of which the time will be told. */
  void timing(Timed launch) {
    trials.issued(launch.site(), launch.inPlaceBytes());
  }

  /** Whether it matters how long launches take: something may be better off in place. */
  boolean times() {
    return times;
  }

  /** A launch took that long. */
  void took(Timed launch, long nanos) {
    if (!trials.took(
        launch.site(), predictor.position(), launch.bytes(), launch.inPlaceBytes(), nanos)) {
      for (Piece piece : current(launch.inPlace())) {
        piece.setSuitsInPlace(false);
        if (piece.placed()) {
          piece.setPlaced(false);
          unplacing.add(piece);
        }
      }
    }
  }

  /** A launch that was declared and is not issued yet. */
  private static final class OpenLaunch {
    private final long site;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Piece> inPlace = new ArrayList<>();
    private long bytes;
    private long inPlaceBytes;

    OpenLaunch(long site) {
      this.site = site;
    }

    List<Piece> current() {
      return Planner.current(pieces);
    }
  }

  /** What there is of pieces that may have been cut or freed meanwhile. */
  private static List<Piece> current(Iterable<Piece> of) {
    List<Piece> there = new ArrayList<>();
    of.forEach(piece -> piece.addCurrent(there));
    return there;
  }

  /** The launch took that long on the device. */
  public void took(int launch, long nanos) {
    predictor.launches().took(launch, nanos);
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
    Step advice = advise();
    if (advice != null) {
      return advice;
    }
    if (pieces.residentBytes() > limitBytes) {
      Step shrink = shrink(limitBytes);
      if (shrink != null) {
        return shrink;
      }
    }
    Step demand = demand(limitBytes);
    if (demand != null) {
      return demand;
    }
    return looksAhead ? fetchAhead(limitBytes) : null;
  }

  private @Nullable Step advise() {
    if (doubtful.isEmpty() && placing.isEmpty() && unplacing.isEmpty()) {
      return null;
    }
    Step advice = Step.advising(current(doubtful), current(placing), current(unplacing));
    doubtful.clear();
    placing.clear();
    unplacing.clear();
    return advice.advises() ? advice : null;
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
    return leaving.isEmpty() ? null : Step.moving(leaving, List.of(), List.of(), List.of(), true);
  }

  /** Whether a step that already moves so much has no place for the piece. */
  private boolean full(long bytes, Piece piece) {
    return bytes > 0 && bytes + piece.bytes() > pieceBytes;
  }

  private @Nullable Step demand(long limitBytes) {
    List<Piece> leaving = new ArrayList<>();
    List<Piece> coming = new ArrayList<>();
    long now = predictor.position();
    long bytes = 0;
    if (cuts != pieces.layout()) {
      List<Piece> there = current(demanded);
      demanded.clear();
      demanded.addAll(there);
      cuts = pieces.layout();
    }
    while (!demanded.isEmpty()) {
      Piece piece = demanded.peek();
      if (!piece.resident()) {
        if (full(bytes, piece)
            || ((!laps.active() || !makeRoom(piece, now, now, limitBytes, leaving, Choice.PASSING))
                && !makeRoom(piece, now, now, limitBytes, leaving, Choice.ANY))) {
          break;
        }
        pieces.arrive(piece);
        coming.add(piece);
        bytes += piece.bytes();
      }
      demanded.remove();
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
      if (piece.suitsInPlace() && mayPlace(window.scannedLaunch(), now)) {
        place(piece);
        continue;
      }
      if (full(bytes, piece)
          || !makeRoom(
              piece,
              now,
              window.scanned(),
              limitBytes,
              leaving,
              laps.active() ? Choice.PASSING : Choice.ANY)) {
        break;
      }
      pieces.arrive(piece);
      outcomes.fetched(piece);
      coming.add(piece);
      bytes += piece.bytes();
    }
    if (leaving.isEmpty() && coming.isEmpty() && !placing.isEmpty()) {
      return advise();
    }
    return step(leaving, coming, false);
  }

  /** Whether an expected launch may access one more piece in place. */
  private boolean mayPlace(int launch, long now) {
    long inPlaceBytes = 0;
    for (Piece piece : window.piecesOf(launch)) {
      inPlaceBytes += piece.placed() && !piece.resident() ? piece.bytes() : 0;
    }
    return trials.room(predictor.launches().site(launch), now, inPlaceBytes);
  }

  private @Nullable Step step(List<Piece> leaving, List<Piece> coming, boolean demanding) {
    if (leaving.isEmpty() && coming.isEmpty()) {
      return null;
    }
    List<Piece> readMostly = new ArrayList<>();
    List<Piece> unplaced = new ArrayList<>();
    long now = predictor.position();
    long lap = predictor.lapConfirmed() ? predictor.lapLength() : 0;
    for (Piece piece : coming) {
      if (!piece.droppable() && piece.onlyReadFor(lap, now)) {
        readMostly.add(piece);
      }
    }
    for (Piece piece : readMostly) {
      if (piece.placed()) { // read-mostly goes before in place
        piece.setPlaced(false);
        unplaced.add(piece);
      }
    }
    return Step.moving(leaving, coming, readMostly, unplaced, demanding);
  }

  /**
   * The step without advice that a launch told meanwhile makes wrong, or that has no piece left.
   */
  Step reconsidered(Step step) {
    long now = predictor.position();
    long lap = predictor.lapConfirmed() ? predictor.lapLength() : 0;
    return new Step(
        step.leaving(),
        step.coming(),
        current(step.readMostly()).stream()
            .filter(piece -> !piece.droppable() && piece.onlyReadFor(lap, now))
            .toList(),
        step.notReadMostly(),
        step.placing(),
        step.unplacing(),
        step.afterSequence(),
        step.demanded());
  }

  /** Lets pieces go until there is room; those that went stay gone even if it is not enough. */
  private boolean makeRoom(
      Piece coming, long now, long use, long limitBytes, List<Piece> leaving, Choice choice) {
    while (pieces.residentBytes() + coming.bytes() > limitBytes) {
      Piece victim =
          switch (choice) {
            case PASSING -> victims.oldest(now, use, this::passing);
            case ANY -> victims.choose(now, use, this::evictable);
          };
      if (victim == null || (choice == Choice.ANY && tooEarly(use))) {
        return false;
      }
      leave(victim, coming);
      leaving.add(victim);
    }
    return true;
  }

  /** Whether it is too early to make room: an earlier run tells more than can come in soon. */
  private boolean tooEarly(long use) {
    return followsEarlierRun() && !window.near(use, roomBytes);
  }

  private boolean followsEarlierRun() {
    return recorded != null && recorded.follower().state() == ScheduleFollower.State.FOLLOWED;
  }

  /** Among which pieces a victim is chosen. */
  private enum Choice {
    /** Those that do not stay until their next use in the lap. */
    PASSING,
    /** All that no launch is waiting to use. */
    ANY
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

  /** The program asks for a range. */
  public void bring(AddressRange range, long limitBytes) {
    scratch.clear();
    pieces.cover(range.address(), range.bytes(), scratch);
    if (scratch.stream().mapToLong(Piece::bytes).sum() <= limitBytes) {
      demanded.addAll(scratch);
    }
  }

  /**
   * Somebody took read-mostly back, because of a write to come; of these pieces that leaves the
   * host's copy alone.
   */
  public List<Piece> expectWrite(AddressRange range) {
    List<Piece> collapsed = new ArrayList<>();
    for (Piece piece : pieces.within(range)) {
      if (piece.resident() && piece.droppable()) {
        gone(piece);
        collapsed.add(piece);
      }
      piece.expectWrite(predictor.position());
    }
    return collapsed;
  }

  /** What is advised of a range has changed: asks anew which of its pieces can be dropped. */
  public void adviceChanged(AddressRange range, Predicate<AddressRange> droppable) {
    // Advice is about whole blocks: those that it leaves out make pieces of their own.
    Blocks.inside(range).ifPresent(pieces::within);
    for (Piece piece : pieces.within(range)) {
      piece.setDroppable(droppable.test(piece.range()));
    }
  }

  private void gone(Piece piece) {
    pieces.leave(piece);
    window.left(piece);
  }

  /** The driver would not let a piece go: it is still there. */
  public void refused(Piece piece) {
    current(List.of(piece)).forEach(pieces::arrive);
  }

  /** Memory is being freed. */
  public void freed(AddressRange range) {
    pieces.remove(range).forEach(outcomes::gone);
    if (recorded != null) {
      recorded.freed(range);
    }
    window.follow();
    window.slide();
  }

  /** Memory was brought to the device, or taken from it, by somebody else; in these pieces. */
  public List<Piece> moved(AddressRange range, boolean toDevice) {
    List<Piece> covered = new ArrayList<>();
    pieces.cover(range.address(), range.bytes(), covered);
    for (Piece piece : covered) {
      if (toDevice) {
        pieces.arrive(piece);
      } else {
        gone(piece);
      }
    }
    return covered;
  }

  /** The pieces of a launch, as far as it is known. */
  public List<Piece> piecesOf(int launch) {
    return window.piecesOf(launch);
  }

  /** How far ahead to look, in launches; 0 is not at all. */
  public void lookAhead(int launches) {
    mostAhead = launches;
    looksAhead = launches > 0;
  }

  /** What came of what was fetched ahead. */
  public Outcomes outcomes() {
    return outcomes;
  }

  /** What is expected. */
  public Predictor predictor() {
    return predictor;
  }

  /** How it goes with the recorded run that is expected, if one is. */
  public Optional<ScheduleFollower.State> earlierRun() {
    return recorded == null ? Optional.empty() : Optional.of(recorded.follower().state());
  }

  /** The account of residency. */
  public Pieces pieces() {
    return pieces;
  }
}
