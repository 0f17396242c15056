package io.spillway.prefetch.move;

import io.spillway.driver.EventHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.evict.Piece;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What leaves by being written back, by one or several lanes: for launches it is gone from the
 * beginning, its room is free and it may come again once it has left. The mover's thread's, except
 * that lanes say when they are done, and that whoever fetches waits for it.
 */
final class Departure {

  /** What one lane writes back. */
  static final class Part {
    private final WriteBackLane lane;
    private final List<AddressRange> ranges;
    private final CompletableFuture<@Nullable Void> left = new CompletableFuture<>();

    /** What the driver would not let go. */
    private final List<AddressRange> kept = new CopyOnWriteArrayList<>();

    /** Recorded after the last of them, in the lane's time; null until then. */
    private volatile @Nullable EventHandle event;

    /** Nothing is called for yet. */
    Part(WriteBackLane lane, List<AddressRange> ranges) {
      this.lane = lane;
      this.ranges = ranges;
    }

    WriteBackLane lane() {
      return lane;
    }

    /** In the order in which they leave. */
    List<AddressRange> ranges() {
      return ranges;
    }

    /** Is about to be recorded after the last of them. */
    void setEvent(EventHandle recorded) {
      event = recorded;
    }

    /** The driver would not let these go. */
    void keep(List<AddressRange> ranges) {
      kept.addAll(ranges);
    }

    /** All is on the host, or never will be. */
    void setLeft() {
      left.complete(null);
    }

    private boolean isComplete() {
      EventHandle recorded = event;
      return left.isDone()
          && (lane.threaded() || recorded == null || lane.driver().isComplete(recorded));
    }

    /** A lane whose thread is real has waited for the event itself. */
    private void await(UnifiedMemoryDriver driver) {
      left.join();
      EventHandle recorded = event;
      if (!lane.threaded() && recorded != null) {
        driver.await(recorded);
      }
    }

    private boolean await(long nanos) {
      return left.thenApply(_ -> true).completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS).join();
    }

    private void giveBack() {
      EventHandle recorded = event;
      if (recorded != null) {
        lane.giveBack(recorded);
      }
    }
  }

  private final List<Piece> pieces;
  private final List<Part> parts = new ArrayList<>();

  /** What was freed since it was sent. */
  private final List<AddressRange> freed = new CopyOnWriteArrayList<>();

  Departure(List<Piece> pieces) {
    this.pieces = pieces;
  }

  void add(Part part) {
    parts.add(part);
  }

  List<Piece> pieces() {
    return pieces;
  }

  List<Part> parts() {
    return parts;
  }

  /** Whether any of a range is in it. */
  boolean touches(AddressRange range) {
    return parts.stream().flatMap(part -> part.ranges().stream()).anyMatch(range::overlaps);
  }

  /** Memory in it is being freed: what has not been called for stays out of it. */
  void freed(AddressRange range) {
    if (touches(range)) {
      freed.add(range);
    }
  }

  /** Whether a range is still to leave. */
  boolean goes(AddressRange range) {
    return freed.stream().noneMatch(range::overlaps);
  }

  /** Whether it has left as far as lanes have come. */
  boolean hasLeft() {
    return parts.stream().allMatch(part -> part.left.isDone());
  }

  /** Whether it has left by now, in the time of whoever asks. */
  boolean isComplete() {
    return parts.stream().allMatch(Part::isComplete);
  }

  /** Waits until it has left, interrupted or not, by the calls of {@code driver}. */
  void await(UnifiedMemoryDriver driver) {
    parts.forEach(part -> part.await(driver));
  }

  /**
   * Waits for that at most so long for each lane, interrupted or not.
   *
   * @return whether it is so
   */
  boolean await(long nanos) {
    return parts.stream().allMatch(part -> part.await(nanos));
  }

  /** Nobody waits for it any more. */
  void giveBack() {
    parts.forEach(Part::giveBack);
  }

  /** Whether the driver would not let all of it go, as far as lanes have come. */
  boolean refused() {
    return parts.stream().anyMatch(part -> !part.kept.isEmpty());
  }

  /** What it would not, as pieces are cut now. */
  List<Piece> kept() {
    return Piece.current(pieces).stream().filter(piece -> keeps(piece.range())).toList();
  }

  private boolean keeps(AddressRange range) {
    return parts.stream().flatMap(part -> part.kept.stream()).anyMatch(range::overlaps);
  }
}
