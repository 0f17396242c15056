package io.spillway.profile;

import io.spillway.access.Launch;
import io.spillway.profile.cupti.ActivityRecording;
import io.spillway.range.AddressRange;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tells CUPTI which launch the calling thread is about to make, and keeps what launches touch for
 * who reads CUPTI's records. Safe for use by any thread; each launch is declared and issued by one.
 */
final class DeclaredLaunches {

  /** Ranges that wait for the reader, 64 Ki: it comes by every 20 ms. */
  private static final int MOST_WAITING = 1 << 16;

  /**
   * One range of one launch.
   *
   * @param sequence the launch
   * @param range what it touches
   */
  record Touch(long sequence, AddressRange range) {}

  /** Launches that this thread has declared and not issued, innermost last. */
  private static final class Open {
    private long[] sequences = new long[4];
    private int count;

    boolean has(long sequence) {
      for (int i = count - 1; i >= 0; i--) {
        if (sequences[i] == sequence) {
          return true;
        }
      }
      return false;
    }

    void push(long sequence) {
      if (count == sequences.length) {
        sequences = Arrays.copyOf(sequences, 2 * count);
      }
      sequences[count++] = sequence;
    }

    long pop() {
      return sequences[--count];
    }
  }

  private final ThreadLocal<Open> open = ThreadLocal.withInitial(Open::new);
  private final BlockingQueue<Touch> touches = new ArrayBlockingQueue<>(MOST_WAITING);
  private final LongAdder forgotten = new LongAdder();

  /** {@code launch} touches {@code range}; kernels that this thread launches next are its. */
  void declared(Launch launch, AddressRange range, ActivityRecording cupti) {
    Open own = open.get();
    if (!own.has(launch.sequence())) {
      own.push(launch.sequence());
      cupti.enter(launch.sequence());
    }
    if (!touches.offer(new Touch(launch.sequence(), range))) {
      forgotten.increment();
    }
  }

  /** {@code launch} has been made. Launches that were declared later may still be open. */
  void issued(Launch launch, ActivityRecording cupti) {
    Open own = open.get();
    if (!own.has(launch.sequence())) {
      return;
    }
    long sequence = leave(own, cupti);
    if (sequence != launch.sequence()) {
      issued(launch, cupti);
      own.push(sequence);
      cupti.enter(sequence);
    }
  }

  private static long leave(Open own, ActivityRecording cupti) {
    cupti.leave();
    return own.pop();
  }

  /** Gives what was declared so far to {@code correlator}. */
  void drainTo(Correlator correlator) {
    for (Touch touch = touches.poll(); touch != null; touch = touches.poll()) {
      correlator.touches(touch.sequence, touch.range);
    }
  }

  /** Ranges that there was no room for: what overlaps is attributed without them. */
  long forgotten() {
    return forgotten.sum();
  }
}
