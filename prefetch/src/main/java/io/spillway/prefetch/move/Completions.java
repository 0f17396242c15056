package io.spillway.prefetch.move;

import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.TimedLaunch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Knows when launches are done, and how long they took: one driver event per launch, used again
 * once it has passed. Launching threads {@link #mark}; all else is the mover's thread's.
 */
public final class Completions implements AutoCloseable {

  /** Told how long a launch took. */
  public interface Durations {
    /** The launch of that number took so many nanoseconds, about. */
    void took(int launch, long nanos);

    /** A launch that was timed took so many nanoseconds of the device's. */
    void took(TimedLaunch launch, long nanos);

    /** The lap that ended with that turn took so many nanoseconds of the device's. */
    void took(LapTurn turn, long nanos);
  }

  /** A launch's marks in its stream; the first only if it is timed. */
  public record Marks(@Nullable EventHandle start, EventHandle end) {}

  private record Pending(
      long sequence,
      int launch,
      long issuedAt,
      Marks marks,
      @Nullable TimedLaunch timed,
      @Nullable LapTurn turn) {
    EventHandle event() {
      return marks.end();
    }
  }

  private final UnifiedMemoryDriver driver;
  private final Durations durations;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final ConcurrentLinkedQueue<Marks> spare = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<EventHandle> spareTiming = new ConcurrentLinkedQueue<>();

  /** All that were made, since threads keep one each for launches to come. */
  private final Set<EventHandle> timing = ConcurrentHashMap.newKeySet();

  private long lastDone;

  /** The last turn of a lap that is done, and the marks of its launch; of no meaning without. */
  private LapTurn lastTurn = new LapTurn(0, false);

  private @Nullable Marks lastTurnMarks;

  public Completions(UnifiedMemoryDriver driver, Durations durations) {
    this.driver = driver;
    this.durations = durations;
  }

  /**
   * Marks what is in {@code stream} now. Any thread; no lock.
   *
   * @param start where the launch started, if it is timed: one of {@link #timing}
   */
  public Marks mark(@Nullable EventHandle start, StreamHandle stream) {
    Marks marks = start == null ? plain() : new Marks(start, timing());
    boolean recorded = false;
    try {
      driver.record(marks.end(), stream);
      recorded = true;
    } finally {
      if (!recorded) {
        giveBack(marks);
      }
    }
    return marks;
  }

  private Marks plain() {
    Marks marks = spare.poll();
    return marks == null ? new Marks(null, driver.createEvent()) : marks;
  }

  /** An event that takes time, to be recorded where a launch starts. Any thread; no lock. */
  public EventHandle timing() {
    EventHandle event = spareTiming.poll();
    if (event == null) {
      event = driver.createTimingEvent();
      timing.add(event);
    }
    return event;
  }

  /** Marks that are not needed after all, or any more. Any thread. */
  public void giveBack(Marks marks) {
    EventHandle start = marks.start();
    if (start == null) {
      spare.add(marks);
    } else {
      spareTiming.add(start);
      spareTiming.add(marks.end());
    }
  }

  /**
   * The launch is marked.
   *
   * @param timed what to make of its time, if anything
   * @param turn the turn of a lap that it is, if it is one
   */
  public void issued(
      long sequence,
      int launch,
      long issuedAt,
      Marks marks,
      @Nullable TimedLaunch timed,
      @Nullable LapTurn turn) {
    pending.add(new Pending(sequence, launch, issuedAt, marks, timed, turn));
  }

  /** Gives back the events of launches that are done. */
  public void retire() {
    while (!pending.isEmpty() && driver.isComplete(pending.peek().event())) {
      done(pending.remove());
    }
  }

  private void done(Pending launch) {
    EventHandle start = launch.marks().start();
    TimedLaunch timed = launch.timed();
    if (start != null && timed != null) {
      durations.took(timed, driver.nanosBetween(start, launch.event()));
    }
    LapTurn turn = launch.turn();
    if (start == null || turn == null) {
      giveBack(launch.marks());
    } else {
      turned(turn, launch.marks());
    }
  }

  /** Keeps the marks until the lap's next turn. */
  private void turned(LapTurn turn, Marks marks) {
    Marks before = lastTurnMarks;
    LapTurn turnBefore = lastTurn;
    lastTurn = turn;
    lastTurnMarks = marks;
    if (before != null) {
      if (turn.number() == turnBefore.number() + 1) {
        durations.took(turn, driver.nanosBetween(before.end(), marks.end()));
      }
      giveBack(before);
    }
  }

  /** Waits until every launch with a sequence up to this one is done. */
  void awaitUpTo(long sequence) {
    for (Iterator<Pending> all = pending.iterator(); all.hasNext(); ) {
      Pending launch = all.next();
      if (launch.sequence() > sequence) {
        continue; // another thread's, whose launches come in an order of their own
      }
      boolean waits = !driver.isComplete(launch.event());
      if (waits) {
        driver.await(launch.event());
      }
      all.remove(); // only now: where the driver fails, the event is still to be destroyed
      if (waits) {
        long now = driver.clock().nanoTime();
        durations.took(launch.launch(), now - Math.max(lastDone, launch.issuedAt()));
        lastDone = now;
      }
      done(launch);
    }
  }

  @Override
  public void close() {
    pending.forEach(launch -> giveBack(launch.marks()));
    pending.clear();
    lastTurnMarks = null;
    List<EventHandle> all = new ArrayList<>(timing);
    for (Marks marks = spare.poll(); marks != null; marks = spare.poll()) {
      all.add(marks.end());
    }
    for (EventHandle event : all) {
      try {
        driver.destroyEvent(event);
      } catch (DriverException e) {
        System.getLogger(Completions.class.getName())
            .log(System.Logger.Level.WARNING, "while closing the prefetcher", e);
      }
    }
  }
}
