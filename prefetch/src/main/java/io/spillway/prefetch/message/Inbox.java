package io.spillway.prefetch.message;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What the program's threads tell the mover's, in order. Where they are too far ahead, what is told
 * of launches is dropped and counted rather than waited for, and so is all that follows until the
 * reader has caught up: what is heard has no gap that the reader does not know of. What must not be
 * lost, such as a free, is kept meanwhile, however much.
 */
public final class Inbox {

  private final MessageRing ring;
  private final AtomicLong dropped = new AtomicLong();

  /** How many had been dropped when the reader last caught up. Written under the lock. */
  private volatile long caughtUp;

  private final Deque<Message> kept = new ArrayDeque<>();

  /** Takes room for so many messages, a power of two. */
  public Inbox(int messages) {
    ring = new MessageRing(messages);
  }

  private boolean outOfStep() {
    return dropped.get() != caughtUp;
  }

  /**
   * Tells, without ever waiting. Any thread.
   *
   * @return whether it will be heard
   */
  public boolean offer(Message message) {
    if (!outOfStep() && ring.offer(message)) {
      return true;
    }
    drop();
    return false;
  }

  /** Something was not told. Any thread. */
  public void drop() {
    dropped.incrementAndGet();
  }

  /** Tells what has to be heard; may wait for a reader that is catching up. Any thread. */
  public void deliver(Message message) {
    if (outOfStep() || !ring.offer(message)) {
      keep(message);
    }
  }

  private synchronized void keep(Message message) {
    if (!outOfStep()) { // it was, and the reader has caught up; or the ring was full
      if (ring.offer(message)) {
        return;
      }
      drop();
    }
    kept.add(message);
  }

  /**
   * Reads all there is. One thread.
   *
   * @param gap run where something was dropped, after all that was told before it
   */
  public void read(Consumer<Message> reader, Runnable gap) {
    readRing(reader);
    if (outOfStep() && ring.isEmpty()) {
      catchUp(reader, gap);
    }
  }

  private synchronized void catchUp(Consumer<Message> reader, Runnable gap) {
    long droppedBefore = dropped.get();
    readRing(reader); // from threads that had not seen yet that others are out of step
    for (Message message = kept.poll(); message != null; message = kept.poll()) {
      reader.accept(message);
    }
    gap.run();
    caughtUp = droppedBefore;
  }

  private void readRing(Consumer<Message> reader) {
    for (Message message = ring.poll(); message != null; message = ring.poll()) {
      reader.accept(message);
    }
  }

  /**
   * Reads all that was told before this, which a sender may be about to put in its place. One
   * thread.
   */
  public void readAllTold(Consumer<Message> reader, Runnable gap) {
    long told = ring.taken();
    read(reader, gap);
    while (ring.read() < told) {
      Thread.onSpinWait();
      read(reader, gap);
    }
  }

  /** Whether there is something to read that is in its place. One thread, which may spin on it. */
  public boolean hasNext() {
    return ring.hasNext() || outOfStep();
  }

  /** Whether there is nothing to read now, nor about to be put in its place. */
  public boolean isEmpty() {
    return ring.isEmpty() && !outOfStep();
  }

  /** How many messages were dropped so far. */
  public long dropped() {
    return dropped.get();
  }
}
