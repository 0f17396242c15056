package io.spillway.prefetch.move;

import io.spillway.SessionContext;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.evict.Piece;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is written back beside fetches, by lanes of its own: one context writes back 10 to 12 GB/s
 * however it is called, two 16, and fetches go on at 44 of 49 (H200; docs/moving.md). Lanes are
 * opened when there is something to write back for the first time, by a thread of their own, since
 * a context takes 0.3 s; until then, and where there are none, the mover writes back. Mover's
 * thread only.
 */
public final class WriteBacks implements AutoCloseable {

  /** Lanes at most: four write back 20 GB/s, and take two contexts more (docs/moving.md). */
  public static final int LANES = 2;

  /** Bytes per call at most: calls of 8 to 128 MiB are as fast as each other (docs/moving.md). */
  private static final long CALL_BYTES = 32 * ByteSize.MIB;

  /** What a lane is given at least of a step that several share. */
  private static final long LEAST_PART_BYTES = 8 * ByteSize.MIB;

  private final SessionContext context;
  private final int most;
  private final Mover.Calls calls;
  private final Deque<Departure> underWay = new ArrayDeque<>();
  private @Nullable CompletableFuture<List<WriteBackLane>> opening;

  /** Whether no more are wanted. */
  private volatile boolean closing;

  /**
   * None is open.
   *
   * @param most how many lanes to open
   */
  WriteBacks(SessionContext context, int most, Mover.Calls calls) {
    this.context = context;
    this.most = most;
    this.calls = calls;
  }

  /** How many lanes there are once they are open. */
  int lanesAtMost() {
    return most;
  }

  /** Whether lanes are open; begins to open them if they are not. */
  boolean ready() {
    if (most == 0) {
      return false;
    }
    CompletableFuture<List<WriteBackLane>> begun = opening;
    if (begun == null) {
      begun = new CompletableFuture<>();
      opening = begun;
      begin(begun);
    }
    return !lanes().isEmpty();
  }

  private void begin(CompletableFuture<List<WriteBackLane>> opened) {
    boolean begun = false;
    try {
      context
          .driver()
          .virtualThread("spillway-open")
          .orElse(WriteBacks::onThread)
          .execute(() -> open(opened));
      begun = true;
    } finally {
      if (!begun) {
        opened.complete(List.of());
      }
    }
  }

  /** Whether it was tried to open lanes, and there are none. */
  boolean refused() {
    CompletableFuture<List<WriteBackLane>> begun = opening;
    return begun != null && begun.isDone() && lanes().isEmpty();
  }

  private static void onThread(Runnable task) {
    Thread thread = new Thread(task, "spillway-open");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whatever fails, whoever closes learns what there is to close. */
  private void open(CompletableFuture<List<WriteBackLane>> done) {
    List<WriteBackLane> opened = new ArrayList<>();
    try {
      while (opened.size() < most && !closing) {
        UnifiedMemoryDriver sibling = context.driver().openSibling();
        opened.add(WriteBackLane.of(sibling, context.applier().through(sibling)));
      }
    } catch (RuntimeException e) { // whatever it is, nothing depends on them
      System.getLogger(WriteBacks.class.getName())
          .log(
              System.Logger.Level.INFO,
              "{0} of {1} contexts to write back with: {2}",
              opened.size(),
              most,
              e.getMessage());
    } finally {
      done.complete(opened);
    }
  }

  private List<WriteBackLane> lanes() {
    CompletableFuture<List<WriteBackLane>> begun = opening;
    return begun == null ? List.of() : begun.getNow(List.of());
  }

  /**
   * Has pieces written back that no launch uses any more and that are gone for launches to come;
   * lanes are {@link #ready}.
   */
  void send(List<Piece> pieces) {
    List<WriteBackLane> lanes = lanes();
    long bytes = pieces.stream().mapToLong(Piece::bytes).sum();
    int sharing = Math.clamp(bytes / LEAST_PART_BYTES, 1, lanes.size());
    long callBytes = Math.min(CALL_BYTES, Blocks.ceil(Math.ceilDiv(bytes, sharing)));
    List<AddressRange> ranges = ranges(pieces, callBytes);
    Departure departure = new Departure(pieces);
    underWay.add(departure);
    for (int i = 0; i < Math.min(sharing, ranges.size()); i++) {
      departure.add(new Departure.Part(lanes.get(i), dealt(ranges, i, sharing)));
    }
    for (Departure.Part part : departure.parts()) {
      part.lane().send(departure, part, calls::failed, calls::called);
    }
  }

  /** In calls of so many bytes at most. */
  private static List<AddressRange> ranges(List<Piece> pieces, long callBytes) {
    List<AddressRange> ranges = new ArrayList<>();
    for (Piece piece : pieces) {
      for (long at = 0; at < piece.bytes(); at += callBytes) {
        ranges.add(piece.range().slice(at, Math.min(callBytes, piece.bytes() - at)));
      }
    }
    return ranges;
  }

  private static List<AddressRange> dealt(List<AddressRange> all, int first, int every) {
    List<AddressRange> own = new ArrayList<>();
    for (int i = first; i < all.size(); i += every) {
      own.add(all.get(i));
    }
    return own;
  }

  /** What has not left yet, oldest first. */
  List<Departure> underWay() {
    return List.copyOf(underWay);
  }

  /** Whether a part of any of these has not left yet. */
  boolean leaving(List<Piece> pieces) {
    return !underWay.isEmpty()
        && underWay.stream()
            .filter(departure -> !departure.hasLeft())
            .anyMatch(departure -> touches(departure, pieces));
  }

  /** Whether any of it will stay, since the driver would not let it go. */
  boolean refusedAny() {
    return underWay.stream().anyMatch(Departure::refused);
  }

  /** Whether anything has not left yet. */
  boolean leavingAny() {
    return underWay.stream().anyMatch(departure -> !departure.hasLeft());
  }

  private static boolean touches(Departure departure, List<Piece> pieces) {
    return pieces.stream().anyMatch(piece -> departure.touches(piece.range()));
  }

  /** Waits until none of these is still leaving, by the calls of {@code driver}. */
  void await(List<Piece> pieces, UnifiedMemoryDriver driver) {
    for (Departure departure : underWay) {
      if (touches(departure, pieces)) {
        departure.await(driver);
      }
    }
  }

  /** Waits until all has left, or will not, of which the driver would not let some go. */
  void awaitRefused(UnifiedMemoryDriver driver) {
    for (Departure departure : underWay) {
      if (departure.refused()) {
        departure.await(driver);
      }
    }
  }

  /** Memory is being freed: nothing more of it is written back. */
  void freed(AddressRange range) {
    underWay.forEach(departure -> departure.freed(range));
  }

  /**
   * Looks what has left.
   *
   * @param awaited whether somebody is yet to wait for it
   * @param left is told
   */
  void reap(Predicate<Departure> awaited, Consumer<Departure> left) {
    for (Iterator<Departure> all = underWay.iterator(); all.hasNext(); ) {
      Departure departure = all.next();
      if (departure.isComplete() && !awaited.test(departure)) {
        all.remove();
        left.accept(departure);
        departure.giveBack();
      }
    }
  }

  /**
   * Waits, interrupted or not, until all has left.
   *
   * @param nanos for how long at most for each
   * @return whether it has
   */
  boolean await(long nanos) {
    return underWay.stream().allMatch(departure -> departure.await(nanos));
  }

  /** Waits for what is leaving. */
  @Override
  public void close() {
    closing = true;
    CompletableFuture<List<WriteBackLane>> begun = opening;
    if (begun == null) {
      return;
    }
    List<WriteBackLane> lanes = begun.join();
    underWay.forEach(departure -> departure.await(context.driver()));
    underWay.forEach(Departure::giveBack);
    lanes.forEach(WriteBackLane::close);
  }
}
