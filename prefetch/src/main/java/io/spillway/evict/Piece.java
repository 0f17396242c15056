package io.spillway.evict;

import io.spillway.access.AccessKind;
import io.spillway.predict.GoneRound;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of managed memory, whole blocks, that is moved as one, and what is known of it: when it
 * is used, whether it is read-mostly and whether it is in place. Positions count launches. Not
 * thread-safe.
 */
public final class Piece {

  /** Of a piece that is not used again, as far as is known. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Of a piece that no launch has used yet. */
  public static final long NOT_YET = -1;

  private final long address;
  private final long bytes;
  private final UseHistory history = new UseHistory();
  private final ReadMostlyState readMostly = new ReadMostlyState();
  private final InPlaceState inPlace = new InPlaceState();

  /** Whether the program asked for it before any launch used it. */
  private boolean wanted;

  private int arrivals;
  private boolean usedSince;
  private boolean stays;

  /** Launches that were declared with it and are not issued yet. */
  private int holders;

  private long lastHolder;

  private boolean overtaken;

  /** Before which position it does not leave, since the driver would not let it go. */
  private long stuckUntil = NOT_YET;

  /** Whether its owner discarded what it holds, and no launch has used it since. */
  private boolean dead;

  /** What it was cut into, if it was. */
  private @Nullable Piece front;

  private @Nullable Piece back;
  private boolean removed;

  /** Index among the resident ones; negative if not resident. */
  int residentIndex = -1;

  Piece(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /** A part of a piece, which is used as that was. */
  Piece(long address, long bytes, Piece whole) {
    this(address, bytes);
    history.copyFrom(whole.history);
    readMostly.copyFrom(whole.readMostly);
    inPlace.copyFrom(whole.inPlace);
    wanted = whole.wanted;
    arrivals = whole.arrivals;
    usedSince = whole.usedSince;
    stays = whole.stays;
    holders = whole.holders;
    lastHolder = whole.lastHolder;
    overtaken = whole.overtaken;
    stuckUntil = whole.stuckUntil;
    dead = whole.dead;
  }

  /**
   * What there would be if it were cut into pieces of at most so many bytes, whole blocks; to plan
   * with, in no account.
   */
  public List<Piece> stripes(long most) {
    List<Piece> stripes = new ArrayList<>();
    for (long at = address; at < end(); at += most) {
      Piece stripe = new Piece(at, Math.min(most, end() - at), this);
      stripe.residentIndex = residentIndex;
      stripes.add(stripe);
    }
    return stripes;
  }

  /** It is no more; these two are in its place. */
  void cutInto(Piece first, Piece second) {
    front = first;
    back = second;
  }

  /** It is no more: its memory was freed. */
  void remove() {
    removed = true;
  }

  /** Adds what there is of it now: itself, what it was cut into, or nothing if it was freed. */
  public void addCurrent(List<Piece> into) {
    if (front != null && back != null) {
      front.addCurrent(into);
      back.addCurrent(into);
    } else if (!removed) {
      into.add(this);
    }
  }

  /** Whether it was neither cut nor freed since. */
  public boolean isCurrent() {
    return front == null && !removed;
  }

  /**
   * A launch was declared with it: until that is issued it does not leave.
   *
   * @return false if the launch holds it by an earlier declaration, the last of all
   */
  public boolean hold(long sequence) {
    if (holders > 0 && lastHolder == sequence) {
      return false;
    }
    holders++;
    lastHolder = sequence;
    return true;
  }

  /** The launch is issued, or no longer known. */
  public void release() {
    holders--;
  }

  /** Whether a launch that is not issued yet was declared with it. */
  public boolean held() {
    return holders > 0;
  }

  /** A launch goes ahead with it in place: until that has run the device has to access it there. */
  public void relyOn(long sequence) {
    inPlace.relyOn(sequence);
  }

  /** That launch is issued, or no longer known. */
  public void relyNoLonger() {
    inPlace.relyNoLonger();
  }

  /** Whether a launch that is not issued yet goes ahead with it in place. */
  public boolean reliedOn() {
    return inPlace.reliedOn();
  }

  /** The last launch, by its session's number, that went ahead with it in place. */
  public long lastRelier() {
    return inPlace.lastRelier();
  }

  /** It is about to leave, or to be in place no longer. */
  public void aboutToLeave() {
    overtaken = false;
  }

  /** Whether a launch was declared with it since then. */
  public boolean overtaken() {
    return overtaken;
  }

  /** The driver would not let it go, and is not asked again before that position. */
  public void stickUntil(long position) {
    stuckUntil = position;
  }

  /** Whether it does not leave yet, since the driver would not let it go. */
  public boolean stuck(long position) {
    return position < stuckUntil;
  }

  /** What there is of pieces that may have been cut or freed meanwhile. */
  public static List<Piece> current(Iterable<Piece> of) {
    List<Piece> there = new ArrayList<>();
    of.forEach(piece -> piece.addCurrent(there));
    return there;
  }

  /** It comes to the device. */
  void arrives() {
    arrivals++;
    usedSince = false;
  }

  /** Whether a launch used it since it came: until then it may still be on its way. */
  public boolean usedSince() {
    return usedSince;
  }

  /** It did not come after all. */
  void comesNot() {
    arrivals--;
  }

  /** How often it came to the device. */
  public int arrivals() {
    return arrivals;
  }

  /** Where it starts. */
  public long address() {
    return address;
  }

  /** Its length, whole blocks. */
  public long bytes() {
    return bytes;
  }

  /** The first address behind it. */
  public long end() {
    return address + bytes;
  }

  /** Where it is. */
  public AddressRange range() {
    return new AddressRange(address, bytes);
  }

  /** Whether it is on the device or on its way there. */
  public boolean resident() {
    return residentIndex >= 0;
  }

  /**
   * Whether it is to be brought in for launches to come: it is neither there nor better in place,
   * and holds something.
   */
  public boolean missing() {
    return !resident() && !dead && !(placed() && suitsInPlace());
  }

  /** Its owner discarded what it holds: until it is used again nothing of it need be kept. */
  public void discard() {
    dead = true;
  }

  /**
   * Whether what it holds is dead: it leaves by being forgotten, since the driver takes what is
   * discarded before anything else and copies none of it.
   */
  public boolean dead() {
    return dead;
  }

  /** Whether a launch has to wait for it: it is not there, and not to be accessed in place now. */
  public boolean lacking() {
    return !resident() && !inPlace();
  }

  /** Whether the device was told to access it in place wherever it is, so that it never faults. */
  public boolean placed() {
    return inPlace.placed();
  }

  /** Whether launches access it in place while it is not there: they can, and are meant to. */
  public boolean inPlace() {
    return inPlace.placed() && inPlace.left();
  }

  /** Says whether launches are meant to. */
  public void setLeftInPlace(boolean value) {
    inPlace.setLeft(value);
  }

  /** Says whether the device was told so. */
  public void setPlaced(boolean value) {
    inPlace.setPlaced(value);
  }

  /** Whether it is better accessed on the host than moved. */
  public boolean suitsInPlace() {
    return inPlace.suits();
  }

  /** Says whether it is. */
  public void setSuitsInPlace(boolean value) {
    inPlace.setSuits(value);
  }

  /**
   * Whether one launch alone has used it, to write: what it held before is not waited for, least of
   * all where it has to wait for another's write-back first. Of what none has used that is taken to
   * be so unless something tells that it holds what will be read.
   */
  public boolean onlyWritten() {
    return history.isNew()
        ? !(droppable() || wanted || history.recordedAsRead())
        : history.onlyWritten();
  }

  /** The program asks for it, so that it holds something. */
  public void want() {
    wanted = true;
  }

  /** Whether some launch used it before the one at that position. */
  public boolean usedBefore(long position) {
    return history.usedBefore(position);
  }

  /** Whether no launch has used it. */
  boolean isNew() {
    return history.isNew();
  }

  /** Whether all that a launch before that position did was to fill it for the first time. */
  boolean onlyMade(long position) {
    return onlyWritten() && usedBefore(position);
  }

  /** How many launches ago it was used last. */
  long sinceLastUse(long position) {
    return history.sinceLastUse(position);
  }

  /** A site's launch fills it first, and it is expected to be used so many launches later. */
  void madeBy(long site, double expectedGap) {
    history.madeBy(site, expectedGap);
  }

  /** The site whose launch filled it first. */
  long maker() {
    return history.maker();
  }

  /** A launch touches it. */
  public void use(long position, long sequence, AccessKind kind) {
    history.used(position, sequence, kind);
    usedSince = true;
    overtaken = true;
    dead = false; // who reads it has filled it, if only from the host
    if (kind.writes() && (droppable() || suspended())) {
      takeBack(); // the session does so before a write it knows of
    }
  }

  /** The launch that used it last is at that position after all. */
  public void passed(long position) {
    history.expected().passed(position);
  }

  /** A recorded run tells that launches only read it from a position on. */
  public void setReadFrom(long position) {
    history.readFrom(position);
  }

  /**
   * Whether every launch of at least one whole lap only read it, and it is no newer than the
   * present round; of twice as many laps after each time that this proved wrong. A recorded lap
   * counts as long as nothing has proved it wrong.
   */
  public boolean onlyReadFor(GoneRound lap, long position) {
    return history.onlyRead(lap, position, readMostly.laps());
  }

  /**
   * Whether it is to be read-mostly when it comes and is not yet.
   *
   * @param lap the lap that is followed
   */
  public boolean turnsReadMostly(GoneRound lap, long position) {
    return suspended() || (!droppable() && onlyReadFor(lap, position));
  }

  /** Whether its device copy can be dropped, now or once it has come again. */
  public boolean droppedSoon(GoneRound lap, long position) {
    return droppable() || turnsReadMostly(lap, position);
  }

  /** Whether that is so only once it has been copied to the host, as it leaves. */
  public boolean droppedOnceCopied(GoneRound lap, long position) {
    return !droppable() && !suspended() && onlyReadFor(lap, position);
  }

  /** The last launch, by its session's number, that was given it. */
  public long lastSequence() {
    return history.lastSequence();
  }

  /** A launch at that position is expected to use it; positions come in rising order. */
  public void expectUse(long position) {
    history.expected().add(position);
  }

  /** Forgets what was expected. */
  public void expectNothing() {
    history.expected().clear();
  }

  /** Forgets what was expected from a position on. */
  public void expectNothingFrom(long position) {
    history.expected().withdraw(position);
  }

  /**
   * When it is used next: the expected use if there is one, else the estimate.
   *
   * @param now the position now
   */
  public long nextUse(long now) {
    return history.nextUse(now);
  }

  /** When it is used next after an expected use: as expected, else by the estimate. */
  public long nextUseAfter(long use) {
    return history.nextUseAfter(use);
  }

  /** How often it is expected to be used after one position and before another. */
  public int usesBetween(long after, long before) {
    return history.expected().between(after + 1, before);
  }

  /**
   * The last use that is expected after a position as long as no two are farther apart than that;
   * the position itself if the next one is.
   */
  public long usedUntil(long from, long step) {
    return history.expected().reached(from, step);
  }

  /** How many uses are expected after a position until two are no farther apart than that. */
  public int usesApart(long from, long step) {
    return history.expected().apart(from, step);
  }

  /** Whether a use is expected, not only estimated. */
  public boolean expected() {
    return !history.expected().isEmpty();
  }

  /** Somebody took read-mostly back, so a write is to come. */
  public void expectWrite(long position) {
    history.mayBeWritten(position);
    takeBack();
  }

  /** Whether it is to stay on the device until its next use. */
  public boolean stays() {
    return stays;
  }

  /** Says whether it is to stay until its next use. */
  public void setStays(boolean value) {
    stays = value;
  }

  /** Whether its device copy can be dropped without a transfer. */
  public boolean droppable() {
    return readMostly.droppable();
  }

  /** It was found to be only read, and the driver told so. */
  public void adviseReadMostly() {
    readMostly.advise();
  }

  /** Whether it was told read-mostly because of what launches did, not by the program. */
  public boolean advised() {
    return readMostly.advised();
  }

  /** That was taken back. */
  public void takeBack() {
    readMostly.takeBack();
  }

  /** It is not read-mostly while it is in place, since kernels would fault a copy in. */
  public void suspendReadMostly() {
    readMostly.suspend();
  }

  /** Whether it is to be read-mostly again when it comes. */
  public boolean suspended() {
    return readMostly.suspended();
  }

  /** It is read-mostly again. */
  public void resumeReadMostly() {
    readMostly.resume();
  }

  /** Says whether its device copy can be dropped. */
  public void setDroppable(boolean value) {
    readMostly.set(value);
  }

  @Override
  public String toString() {
    return range() + (resident() ? " resident" : "");
  }
}
