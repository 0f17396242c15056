package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What is to come before anything else, in order: what launches lack that wait for it, and what the
 * program asked for. A launch that has been issued waits no longer: it had what it lacked in place,
 * or faults. Not thread-safe.
 */
final class Demands {

  /** In place of a launch's number: the program asked. */
  private static final long PROGRAM = -1;

  private record Demand(Piece piece, long sequence) {}

  private final Deque<Demand> queue = new ArrayDeque<>();
  private final LongPredicate unissued;

  /**
   * None yet.
   *
   * @param unissued whether the launch of that number is still to be issued
   */
  Demands(LongPredicate unissued) {
    this.unissued = unissued;
  }

  /** A launch lacks it. */
  void add(Piece piece, long sequence) {
    queue.add(new Demand(piece, sequence));
  }

  /** The program asks for it. */
  void add(Piece piece) {
    add(piece, PROGRAM);
  }

  /** It was to come and does not yet: for its last launch, or else for the program. */
  void again(Piece piece) {
    long last = piece.lastSequence();
    add(piece, unissued.test(last) ? last : PROGRAM);
  }

  /** What comes first, as it is cut now; null if there is nothing. It stays the first. */
  @Nullable Piece first() {
    for (Demand demand = queue.peek(); demand != null; demand = queue.peek()) {
      boolean stands = demand.sequence() == PROGRAM || unissued.test(demand.sequence());
      List<Piece> parts = Piece.current(List.of(demand.piece()));
      if (stands && parts.size() == 1 && parts.getFirst() == demand.piece()) {
        return demand.piece();
      }
      queue.remove();
      if (stands) {
        for (Piece part : parts.reversed()) {
          queue.addFirst(new Demand(part, demand.sequence()));
        }
      }
    }
    return null;
  }

  /** The first comes, or is there. */
  void removeFirst() {
    queue.remove();
  }

  /** Forgets all. */
  void clear() {
    queue.clear();
  }
}
