package io.spillway.profile.cupti;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the records in a buffer. CUPTI says where each begins, so kinds that are not asked for, or
 * not known, are stepped over.
 *
 * <p>Belongs to one thread.
 */
final class ActivityReader {

  /** The most kernel names kept, 64 Ki: more than programs have kernels. */
  private static final int MOST_NAMES = 1 << 16;

  /** A kernel's name, which CUPTI keeps. */
  @SuppressWarnings("restricted") // Only read as a C string.
  private static final AddressLayout C_STRING =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private final Cupti cupti;
  private final int memoryCounterBytes;
  private final Consumer<Activity> sink;
  private final MemorySegment record = Arena.ofAuto().allocate(ADDRESS);
  private final Map<Long, String> namesByAddress = new HashMap<>();
  private long broken;
  private long unknown;
  private long untimed;

  ActivityReader(Cupti cupti, CuptiVersion version, Consumer<Activity> sink) {
    this.cupti = cupti;
    this.memoryCounterBytes = version.memoryCounterBytes();
    this.sink = sink;
  }

  /** Gives every record to the consumer. */
  void read(ActivityBuffers.Filled filled) {
    MemorySegment buffer = filled.segment();
    record.set(ADDRESS, 0, MemorySegment.NULL);
    int status;
    while ((status = cupti.getNextRecord(buffer, filled.validBytes(), record)) == Cupti.SUCCESS) {
      long offset = record.get(ADDRESS, 0).address() - buffer.address();
      if (offset < 0 || offset + Integer.BYTES > filled.validBytes()) {
        broken++;
        return;
      }
      read(buffer, offset, filled.validBytes() - offset);
    }
    if (status != Cupti.MAX_LIMIT_REACHED && filled.validBytes() > 0) {
      broken++; // incomplete, as a forced flush may leave one; what follows it cannot be found
    }
  }

  private void read(MemorySegment buffer, long offset, long bytes) {
    int kind = buffer.get(JAVA_INT, offset);
    if (kind == ActivityKind.UNIFIED_MEMORY_COUNTER.code()) {
      memoryCounter(buffer, offset, bytes);
    } else if (kind == ActivityKind.CONCURRENT_KERNEL.code()) {
      kernel(buffer, offset, bytes);
    } else if (kind == ActivityKind.EXTERNAL_CORRELATION.code()) {
      correlation(buffer, offset, bytes);
    } else if (kind != ActivityKind.DRIVER.code() && kind != ActivityKind.RUNTIME.code()) {
      unknown++;
    }
  }

  private void memoryCounter(MemorySegment buffer, long offset, long bytes) {
    if (bytes < memoryCounterBytes) {
      broken++;
      return;
    }
    Optional<MemoryActivity> activity = MemoryCounterRecord.read(buffer, offset);
    if (activity.isPresent()) {
      sink.accept(activity.get());
    } else {
      unknown++;
    }
  }

  private void kernel(MemorySegment buffer, long offset, long bytes) {
    if (bytes < KernelRecord.READ_BYTES) {
      broken++;
      return;
    }
    KernelActivity activity =
        new KernelActivity(
            buffer.get(JAVA_INT, offset + KernelRecord.CORRELATION),
            name(buffer.get(C_STRING, offset + KernelRecord.NAME)),
            buffer.get(JAVA_LONG, offset + KernelRecord.START),
            buffer.get(JAVA_LONG, offset + KernelRecord.END),
            buffer.get(JAVA_INT, offset + KernelRecord.STREAM));
    if (activity.timed()) {
      sink.accept(activity);
    } else {
      untimed++;
    }
  }

  private String name(MemorySegment pointer) {
    if (pointer.address() == 0) {
      return "";
    }
    String known = namesByAddress.get(pointer.address());
    if (known == null) {
      if (namesByAddress.size() == MOST_NAMES) {
        namesByAddress.clear();
      }
      known = pointer.getString(0);
      namesByAddress.put(pointer.address(), known);
    }
    return known;
  }

  private void correlation(MemorySegment buffer, long offset, long bytes) {
    if (bytes < CorrelationRecord.BYTES) {
      broken++;
    } else if (buffer.get(JAVA_INT, offset + CorrelationRecord.EXTERNAL_KIND)
        == Cupti.CORRELATION_CUSTOM0) {
      sink.accept(
          new CallActivity(
              buffer.get(JAVA_INT, offset + CorrelationRecord.CORRELATION),
              buffer.get(JAVA_LONG, offset + CorrelationRecord.EXTERNAL_ID)));
    }
  }

  /** Buffers whose rest could not be read, and records cut short. */
  long broken() {
    return broken;
  }

  /** Records of kinds that are not known here. */
  long unknown() {
    return unknown;
  }

  /** Kernels that CUPTI could not time. */
  long untimed() {
    return untimed;
  }
}
