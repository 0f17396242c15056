package io.spillway.prefetch.message;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Messages from many threads to one, in order, without a lock: a sender takes the next place and
 * puts its message there. Bounded: what does not fit is refused, and counted by the caller.
 */
final class MessageRing {

  /** Longs that a processor hands over together: two lines of 64 bytes, as x86 prefetches them. */
  private static final int LINE = 16;

  // Where in positions; each alone in its line, since senders write one and the reader the other.
  private static final int TAIL = LINE;
  private static final int HEAD = 2 * LINE;

  /** Up to which place there is room, as a sender last saw: so that few look at the head. */
  private static final int ROOM = TAIL + 1;

  private final AtomicReferenceArray<@Nullable Message> slots;
  private final int mask;
  private final AtomicLongArray positions = new AtomicLongArray(3 * LINE);

  /** Takes room for {@code messages}, a power of two. */
  MessageRing(int messages) {
    if (Integer.bitCount(messages) != 1) {
      throw new IllegalArgumentException(
          "ring of %d messages: must be a power of two".formatted(messages));
    }
    slots = new AtomicReferenceArray<>(messages);
    mask = messages - 1;
  }

  /**
   * Sends a message; any thread.
   *
   * @return whether there was room
   */
  boolean offer(Message message) {
    while (true) {
      long place = positions.get(TAIL);
      if (place >= positions.getOpaque(ROOM) && !hasRoom(place)) {
        return false;
      }
      if (positions.compareAndSet(TAIL, place, place + 1)) {
        slots.setRelease((int) place & mask, message);
        return true;
      }
    }
  }

  private boolean hasRoom(long place) {
    long room = positions.get(HEAD) + mask + 1;
    positions.setOpaque(ROOM, room);
    return place < room;
  }

  /**
   * The next message; null if there is none, or its sender has not put it there yet. One thread.
   */
  @Nullable Message poll() {
    long place = positions.getOpaque(HEAD);
    int slot = (int) place & mask;
    Message message = slots.getAcquire(slot);
    if (message != null) {
      slots.setRelease(slot, null);
      positions.setRelease(HEAD, place + 1);
    }
    return message;
  }

  /**
   * Whether there is a message to {@link #poll}: of which who spins on this looks at nothing but
   * its slot. One thread.
   */
  boolean hasNext() {
    return slots.getAcquire((int) positions.getOpaque(HEAD) & mask) != null;
  }

  /** How many places senders have taken so far. */
  long taken() {
    return positions.get(TAIL);
  }

  /** How many of them have been read. One thread. */
  long read() {
    return positions.getOpaque(HEAD);
  }

  /** Whether all places that senders took have been read. One thread. */
  boolean isEmpty() {
    return positions.get(TAIL) == positions.getOpaque(HEAD);
  }
}
