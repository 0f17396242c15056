package io.spillway.prefetch.move;

import io.spillway.driver.EventHandle;
import io.spillway.evict.Piece;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A fetch: planned, then called for by its lane's thread, then on its way until its event is
 * complete. The mover's thread's, except that a lane says when it is called.
 */
final class Flight {

  private final int number;
  private final List<Piece> pieces;
  private final FetchLane lane;
  private final EventHandle event;
  private final List<Departure> after;
  private final CompletableFuture<@Nullable Void> called = new CompletableFuture<>();

  /**
   * Nothing is called for yet.
   *
   * @param number its number among those on their way
   * @param after what has to have left before it is called
   */
  Flight(int number, List<Piece> pieces, FetchLane lane, List<Departure> after) {
    this.number = number;
    this.pieces = pieces;
    this.lane = lane;
    this.event = lane.event();
    this.after = after;
  }

  int number() {
    return number;
  }

  List<Piece> pieces() {
    return pieces;
  }

  FetchLane lane() {
    return lane;
  }

  /** Recorded after it once it {@linkplain #isCalled is called}. */
  EventHandle event() {
    return event;
  }

  /**
   * Waits until all that was leaving has left, what it brings included; its lane's thread.
   *
   * @return whether there is room; not if the driver would not let something go
   */
  boolean awaitRoom() {
    after.forEach(departure -> departure.await(lane.driver()));
    return after.stream().noneMatch(Departure::refused);
  }

  /** Whether it is yet to wait for that. */
  boolean waitsFor(Departure departure) {
    return !isCalled() && after.contains(departure);
  }

  /** The driver has been called, or never will be. */
  void setCalled() {
    called.complete(null);
  }

  boolean isCalled() {
    return called.isDone();
  }

  /** Waits until it is called, interrupted or not. */
  void awaitCalled() {
    called.join();
  }

  /**
   * Waits for that at most so long, interrupted or not.
   *
   * @return whether it is so
   */
  boolean awaitCalled(long nanos) {
    return called.thenApply(_ -> true).completeOnTimeout(false, nanos, TimeUnit.NANOSECONDS).join();
  }

  /** Whether it brings any of these, as pieces are cut now. */
  boolean brings(List<Piece> some) {
    return brings(pieces, some);
  }

  /** Whether any of these is among some, as pieces are cut now. */
  static boolean brings(List<Piece> coming, List<Piece> some) {
    return Piece.current(coming).stream().anyMatch(some::contains);
  }

  /** Whether all has come. */
  boolean isComplete() {
    return isCalled() && lane.driver().isComplete(event);
  }

  /** Waits until all has come. */
  void await() {
    awaitCalled();
    lane.driver().await(event);
  }
}
