package io.spillway.prefetch;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Messages from many threads to one, in order, without a lock: a sender takes the next place and
 * puts its message there. Bounded: what does not fit is refused, and counted by the caller.
 */
final class MessageRing {

  private final AtomicReferenceArray<@Nullable Message> slots;
  private final int mask;
  private final AtomicLong tail = new AtomicLong();
  private final AtomicLong head = new AtomicLong();

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
      long place = tail.get();
      if (place - head.get() > mask) {
        return false;
      }
      if (tail.compareAndSet(place, place + 1)) {
        slots.setRelease((int) place & mask, message);
        return true;
      }
    }
  }

  /**
   * The next message; null if there is none, or its sender has not put it there yet. One thread.
   */
  @Nullable Message poll() {
    long place = head.get();
    int slot = (int) place & mask;
    Message message = slots.getAcquire(slot);
    if (message != null) {
      slots.setRelease(slot, null);
      head.set(place + 1);
    }
    return message;
  }

  /** How many places senders have taken so far. */
  long taken() {
    return tail.get();
  }

  /** How many of them have been read. One thread. */
  long read() {
    return head.get();
  }

  /** Whether all places that senders took have been read. One thread. */
  boolean isEmpty() {
    return tail.get() == head.get();
  }
}
