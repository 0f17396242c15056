package io.spillway.profile.cupti;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * {@code CUpti_ActivityUnifiedMemoryCounter2} and {@code 3} as cupti_activity_deprecated.h and
 * cupti_activity.h of CUDA 13.0 Update 1 declare them.
 *
 * <pre>
 *  0      4         8       16      24      32        40    44    48       52      56    60  64
 *  +------+---------+-------+-------+-------+---------+-----+-----+--------+-------+-----+---+ - - - +
 *  | kind | counter | value | start | end   | address | src | dst | stream | pid   |flags|pad| mask  |
 *  +------+---------+-------+-------+-------+---------+-----+-----+--------+-------+-----+---+ - - - +
 * </pre>
 *
 * The mask of five 64-bit words is in the third form alone; nothing of it is read.
 */
final class MemoryCounterRecord {

  /** Toolkits 7.0 to 12.6. */
  static final int BYTES_OF_COUNTER_2 = 64;

  /** Toolkits from 12.8 on. */
  static final int BYTES_OF_COUNTER_3 = 104;

  static final int COUNTER_KIND = 4;
  static final int VALUE = 8;
  static final int START = 16;
  static final int END = 24;
  static final int ADDRESS = 32;
  static final int SOURCE = 40;
  static final int DESTINATION = 44;
  static final int FLAGS = 56;

  private MemoryCounterRecord() {}

  /** The record at {@code offset}; empty if it counts something that is not known here. */
  static Optional<MemoryActivity> read(MemorySegment buffer, long offset) {
    Optional<MemoryCounter> counter = MemoryCounter.of(buffer.get(JAVA_INT, offset + COUNTER_KIND));
    if (counter.isEmpty()) {
      return Optional.empty();
    }
    long startNanos = buffer.get(JAVA_LONG, offset + START);
    return Optional.of(
        new MemoryActivity(
            counter.get(),
            buffer.get(JAVA_LONG, offset + VALUE),
            buffer.get(JAVA_LONG, offset + ADDRESS),
            startNanos,
            hasEnd(counter.get()) ? buffer.get(JAVA_LONG, offset + END) : startNanos,
            buffer.get(JAVA_INT, offset + SOURCE),
            buffer.get(JAVA_INT, offset + DESTINATION),
            buffer.get(JAVA_INT, offset + FLAGS)));
  }

  /** Where the header says to ignore the end. */
  private static boolean hasEnd(MemoryCounter counter) {
    return switch (counter) {
      case TRANSFER_TO_DEVICE, TRANSFER_TO_HOST, TRANSFER_BETWEEN_DEVICES, GPU_FAULT, THROTTLING ->
          true;
      case CPU_FAULT, THRASHING, REMOTE_MAP -> false;
    };
  }
}
