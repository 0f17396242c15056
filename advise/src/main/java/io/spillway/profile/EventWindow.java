package io.spillway.profile;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Puts events back in order that come out of it by less than half the window. JFR writes a buffer
 * for each thread, so events of one thread come in order, but those of several by the buffer.
 *
 * <p>Holds at most a window of events. When it is full the earlier half goes on, in order; events
 * that are then still earlier go on late, and are counted.
 */
final class EventWindow {

  /** Takes events in order. */
  interface Sink {

    /**
     * One event, an {@link EventRow} at {@code at} in {@code rows}, to be read before returning.
     */
    void accept(long[] rows, int at);
  }

  /** 1,024 events to begin with. */
  private static final int FIRST_EVENTS = 1 << 10;

  private final int mostEvents;
  private final Sink sink;
  private long[] rows;
  private long[] spare = new long[0];
  private long[] order = new long[0];
  private int count;
  private boolean ordered = true;
  private long greatest = Long.MIN_VALUE;
  private long passed = Long.MIN_VALUE;
  private long late;

  /**
   * An empty window.
   *
   * @param mostEvents how many it holds, a power of two, at least 2; each takes 64 bytes, and as
   *     many again if they are out of order
   */
  EventWindow(int mostEvents, Sink sink) {
    if (mostEvents < 2 || Integer.bitCount(mostEvents) != 1) {
      throw new IllegalArgumentException(
          "window of %d events: must be a power of two, at least 2".formatted(mostEvents));
    }
    this.mostEvents = mostEvents;
    this.sink = sink;
    this.rows = new long[Math.min(mostEvents, FIRST_EVENTS) * EventRow.LENGTH];
  }

  /** Makes room for one event; gives where in {@link #rows} to write it. Then {@link #added}. */
  int next() {
    if (count * EventRow.LENGTH == rows.length) {
      if (count < mostEvents) {
        rows = Arrays.copyOf(rows, 2 * rows.length);
      } else {
        pass(count / 2);
      }
    }
    return count * EventRow.LENGTH;
  }

  long[] rows() {
    return rows;
  }

  /** The event at {@link #next} has been written. */
  void added() {
    long time = rows[count * EventRow.LENGTH + EventRow.TIME];
    ordered &= time >= greatest;
    greatest = Math.max(greatest, time);
    if (time < passed) {
      late++;
    }
    count++;
  }

  /** How many events came too late to be put in order. */
  long late() {
    return late;
  }

  /** Passes all on. */
  void drain() {
    pass(count);
  }

  private void pass(int passing) {
    if (!ordered) {
      sort();
    }
    for (int i = 0; i < passing; i++) {
      sink.accept(rows, i * EventRow.LENGTH);
    }
    if (passing > 0) {
      passed = Math.max(passed, rows[(passing - 1) * EventRow.LENGTH + EventRow.TIME]);
    }
    count -= passing;
    System.arraycopy(rows, passing * EventRow.LENGTH, rows, 0, count * EventRow.LENGTH);
    ordered = true;
  }

  /** Orders by time, events of the same time as they came. */
  private void sort() {
    if (order.length < count) {
      order = new long[rows.length / EventRow.LENGTH];
      spare = new long[rows.length];
    }
    long least = Long.MAX_VALUE;
    long most = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, time(i));
      most = Math.max(most, time(i));
    }
    // Times as differences and indices in one long, so that longs are sorted.
    int indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(count);
    int timeBits = Long.SIZE - Long.numberOfLeadingZeros(most - least);
    if (indexBits + timeBits < Long.SIZE) {
      for (int i = 0; i < count; i++) {
        order[i] = (time(i) - least) << indexBits | i;
      }
      Arrays.sort(order, 0, count);
    } else {
      orderApart();
    }
    for (int i = 0; i < count; i++) {
      int from = (int) (order[i] & ((1L << indexBits) - 1));
      System.arraycopy(rows, from * EventRow.LENGTH, spare, i * EventRow.LENGTH, EventRow.LENGTH);
    }
    long[] sorted = spare;
    spare = rows;
    rows = sorted;
  }

  /** The same for times that lie hours apart, as those of a broken clock may, and slower. */
  private void orderApart() {
    Integer[] indices = new Integer[count];
    Arrays.setAll(indices, i -> i);
    Arrays.sort(indices, Comparator.comparingLong(this::time));
    for (int i = 0; i < count; i++) {
      order[i] = indices[i];
    }
  }

  private long time(int event) {
    return rows[event * EventRow.LENGTH + EventRow.TIME];
  }
}
