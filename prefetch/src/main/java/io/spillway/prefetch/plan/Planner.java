package io.spillway.prefetch.plan;

import io.spillway.access.AccessKind;
import io.spillway.allocate.LiveAllocation;
import io.spillway.evict.FirstReuse;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.evict.Victims;
import io.spillway.predict.Predictor;
import io.spillway.predict.ScheduleFollower;
import io.spillway.predict.Touches;
import io.spillway.prefetch.inplace.Admission;
import io.spillway.prefetch.inplace.Backlog;
import io.spillway.prefetch.inplace.Bypass;
import io.spillway.prefetch.inplace.ForeseenInPlace;
import io.spillway.prefetch.inplace.InPlaceChoice;
import io.spillway.prefetch.inplace.Promotions;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.launch.DeclaredLaunches;
import io.spillway.prefetch.launch.OpenLaunch;
import io.spillway.prefetch.launch.RecordedRun;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.step.PendingAdvice;
import io.spillway.prefetch.step.Step;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.profile.RunSchedule;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
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
  private final Prices prices;
  private final Pieces pieces;
  private final Victims victims;
  private final Window window;
  private final Outcomes outcomes;
  private final InPlaceTrials trials;
  private final Admission admission;
  private final Bypass bypass;
  private final InPlaceChoice inPlace;
  private final Room room;
  private final Refusals refusals = new Refusals();
  private final LookAhead ahead;
  private final Promotions promotions;
  private final NextStep next;
  private final LapStays laps;
  private final OthersMoves others;
  private final AnnouncedSteps announced;
  private final LaunchTimes times;
  private final Predictor.Bounds bounds;

  private final DeclaredLaunches declared = new DeclaredLaunches();
  private final FirstReuse reuse = new FirstReuse();
  private final Demands demands = new Demands(declared::contains);

  private final PendingAdvice advice = new PendingAdvice();
  private final List<Piece> scratch = new ArrayList<>();
  private @Nullable RecordedRun recorded;

  /** The window that was told what a recorded lap only reads. */
  private long told;

  /**
   * Nothing is known, nothing resident.
   *
   * @param prices what moving costs
   * @param pieceBytes bytes of a piece at most, and of what a step brings
   * @param roomBytes room that a lap has to leave for what is in flight
   * @param bounds which memory strides may lead into
   * @param droppable whether the device copy of memory that is new here can be dropped
   */
  public Planner(
      Prices prices,
      long pieceBytes,
      long roomBytes,
      Predictor.Bounds bounds,
      Predicate<AddressRange> droppable) {
    this.prices = prices;
    this.bounds = bounds;
    pieces = new Pieces(pieceBytes, droppable);
    victims = new Victims(pieces, prices);
    window = new Window(predictor, pieces);
    outcomes = new Outcomes(prices);
    trials = new InPlaceTrials();
    laps = new LapStays(predictor, window, prices, trials, roomBytes);
    admission = new Admission(pieces, victims, prices, this::evictable);
    bypass =
        new Bypass(
            () -> followsEarlierRun() && !laps.decided(),
            victims,
            prices,
            new Backlog(window, prices, trials),
            this::evictable);
    inPlace = new InPlaceChoice(prices, trials, admission, bypass, laps, advice);
    room =
        new Room(
            pieces,
            victims,
            admission,
            outcomes,
            window,
            this::evictable,
            use -> !window.near(use, roomBytes));
    ahead =
        new LookAhead(
            predictor,
            window,
            room,
            outcomes,
            admission,
            new ForeseenInPlace(
                window,
                trials,
                admission,
                bypass,
                laps,
                advice,
                roomBytes,
                this::followsEarlierRun),
            laps);
    times = new LaunchTimes(predictor, declared, trials, inPlace, laps);
    promotions = new Promotions(prices, () -> laps.decided() || bypass.applies());
    next =
        new NextStep(
            predictor,
            new Drafts(predictor, pieces, advice, this::followsEarlierRun, pieceBytes),
            room,
            demands,
            ahead,
            promotions,
            advice,
            laps);
    others = new OthersMoves(predictor, pieces, demands, outcomes, room, window, this::gone);
    announced =
        new AnnouncedSteps(predictor, pieces, demands, outcomes, window, advice, this::gone);
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
   * @param limitBytes the most bytes on the device; what a launch needs beyond is accessed where it
   *     is, or left to page faults
   */
  public void declare(
      long sequence, long site, long address, long bytes, AccessKind kind, long limitBytes) {
    OpenLaunch launch = declared.find(sequence);
    if (launch == null) {
      launch = new OpenLaunch(sequence, site, recordedBytes(site));
      declared.add(launch);
    }
    long next = predictor.position() + 1;
    scratch.clear();
    pieces.cover(address, bytes, scratch);
    List<Piece> added = new ArrayList<>();
    launch.touches(scratch, added);
    int nextAdded = 0;
    for (Piece piece : scratch) {
      boolean isAdded = nextAdded < added.size() && added.get(nextAdded) == piece;
      nextAdded += isAdded ? 1 : 0;
      if (kind.mayWrite() && piece.advised()) {
        doubt(piece);
      }
      if (isAdded && piece.resident() && !piece.usedSince()) {
        launch.mayWaitFor(piece, prices.comeAndGo());
      }
      reuse.used(piece, site, next, kind);
      piece.use(next, sequence, kind);
      outcomes.used(piece);
      times.declared(piece, launch, limitBytes);
      if (isAdded && !piece.resident()) {
        boolean stays = inPlace.chosen(piece, launch, kind, next, limitBytes);
        if (!stays && launch.bytes() <= limitBytes) {
          launch.mayWaitFor(piece, prices.comeAndGo());
          demands.add(piece, sequence);
        }
      }
    }
  }

  /** What the next launch touches as recorded, if it is of that site; 0 if that is not known. */
  private long recordedBytes(long site) {
    return followsEarlierRun() ? window.nextBytes(site) : 0;
  }

  private void doubt(Piece piece) {
    if (piece.suspended()) {
      piece.takeBack();
    } else {
      advice.doubt(piece);
      gone(piece); // taking read-mostly back leaves the host's copy alone
    }
  }

  /**
   * The launch is in its stream: what it still lacks comes by page faults.
   *
   * @param launch all that it touches
   * @return its number among the distinct launches
   */
  public int issued(long sequence, Touches launch, long limitBytes) {
    if (!declared.contains(sequence)) { // what was declared was not heard
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
    OpenLaunch open = declared.release(sequence);
    if (open != null) {
      for (Piece piece : open.current()) {
        if (!piece.placed()) {
          pieces.arrive(piece);
        }
      }
    }
    if (open != null) {
      trials.issued(launch.site(), open.bytes());
      promotions.issued(open, trials.lastNanos(launch.site()));
    }
    if (recorded != null) {
      recorded.place();
    }
    int number = predictor.observe(launch, bounds);
    times.issued(number, open != null && open.inPlaceBytes() > 0);
    window.follow();
    window.piecesOf(number);
    window.slide();
    if (open != null) { // others may have been issued since it was declared
      open.current().forEach(piece -> piece.passed(predictor.position()));
    }
    tellVictims();
    if (recorded != null && recorded.inLap() && told != window.builds()) {
      told = window.builds();
      recorded.tellWhatIsRead(window.lap(), predictor.position());
    }
    laps.follow(limitBytes);
    if (room.exceeded(limitBytes)) {
      refusals.exceeds(predictor.position());
    } else {
      refusals.fits();
    }
    return number;
  }

  /**
   * Launches went by unseen: what is expected, and what is declared and not issued, is void. What
   * they brought in themselves is not in the account until it is used again.
   */
  public void resynchronise() {
    declared.releaseAll();
    demands.clear();
    predictor.lose();
    window.follow();
    window.slide();
    tellVictims();
  }

  /** A launch that was declared is not heard of again. */
  public void abandoned(long sequence) {
    declared.release(sequence);
  }

  /** There are no contexts to write back with after all. */
  public void writeBackInTurn() {
    laps.writeBackInTurn();
  }

  /** The program says what it launches next. */
  public void upcoming(Iterable<Touches> launches) {
    predictor.upcoming(launches);
    window.follow();
    window.slide();
    tellVictims();
  }

  /** Says up to where all uses are expected: what is not named is used after what is. */
  private void tellVictims() {
    victims.setTold(
        followsEarlierRun() ? window.reach() : predictor.position() + predictor.named());
  }

  /**
   * The next thing to do, which then counts as done; null if there is nothing, or no room for it.
   *
   * @param limitBytes the most bytes on the device
   */
  public @Nullable Step next(long limitBytes) {
    outcomes.left();
    Step said = advice.next();
    return said != null ? said : next.next(limitBytes);
  }

  /**
   * Nobody kept the budget while launches were only watched: of what is beyond it, the driver has
   * let go what came first. Only that is sure to be there which was used last.
   */
  public void oldestHaveLeft() {
    next.oldestHaveLeft();
  }

  /** Whether launches access nothing on the host. Looks at every piece. */
  public boolean nothingIsInPlace() {
    for (Piece piece : pieces.all()) {
      if (piece.placed() && !piece.resident()) {
        return false;
      }
    }
    return true;
  }

  /** Whether something is to be said before launches that were told of may go ahead. */
  public boolean advises() {
    return advice.pending();
  }

  private boolean followsEarlierRun() {
    return recorded != null && recorded.follower().state() == ScheduleFollower.State.FOLLOWED;
  }

  private boolean evictable(Piece piece) {
    return !piece.held() && !piece.stuck(predictor.position());
  }

  private void gone(Piece piece) {
    pieces.leave(piece);
    window.left(piece);
  }

  /** The driver would not let a piece go: it is still there, and others are to leave instead. */
  public void refused(Piece piece) {
    List<Piece> parts = Piece.current(List.of(piece));
    parts.forEach(pieces::stay);
    refusals.add(parts, predictor.position());
  }

  /** Whether more is on the device than may be, and the driver would not let some of it go. */
  public boolean heldBeyond(long limitBytes) {
    return room.exceeded(limitBytes) && refusals.any(predictor.position());
  }

  /** The driver may be asked once more to let go what it would not. */
  public void askAgain() {
    refusals.askAgain(predictor.position());
  }

  /**
   * All that was to leave has left, as far as it will.
   *
   * @return whether the driver let go any of what it would not before
   */
  public boolean settled() {
    return refusals.settled();
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

  /** The pieces of a launch, as far as it is known. */
  public List<Piece> piecesOf(int launch) {
    return window.piecesOf(launch);
  }

  /** How far ahead to look, in launches; 0 is not at all. */
  public void lookAhead(int launches) {
    ahead.lookAhead(launches);
  }

  /** Launches that were declared and are not issued yet. */
  public DeclaredLaunches declared() {
    return declared;
  }

  /** What becomes of steps between their announcement and their doing. */
  public AnnouncedSteps announced() {
    return announced;
  }

  /** What launches and laps take, and what is made of that. */
  public LaunchTimes times() {
    return times;
  }

  /** Where it is told what others do with memory. */
  public OthersMoves others() {
    return others;
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
