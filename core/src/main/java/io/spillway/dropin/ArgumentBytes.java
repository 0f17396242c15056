package io.spillway.dropin;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the program hands over in host memory: kernel arguments, which may hold addresses, and
 * modules.
 */
final class ArgumentBytes {

  /** Most bytes of one argument that are read: CUDA's limit for all parameters of a kernel. */
  private static final int MOST_BYTES = 32_764;

  private static final int STEP_BYTES = Long.BYTES;

  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private ArgumentBytes() {}

  /** Every eighth byte may begin an address: alone, or in a structure. */
  static void scan(Buffer memory, long offset, PointerReader.AddressSink sink) {
    if (memory.capacity() == 1
        && !(memory instanceof LongBuffer || memory instanceof DoubleBuffer)) {
      return; // A number too short for an address, as most arguments are that are not pointers.
    }
    // All of it: JCuda's pointer may begin before the buffer's position.
    MemorySegment bytes = MemorySegment.ofBuffer(memory.duplicate().clear());
    long end = Math.min(bytes.byteSize(), offset + MOST_BYTES);
    for (long at = Math.max(0, offset); at + STEP_BYTES <= end; at += STEP_BYTES) {
      sink.accept(bytes.get(WORD, at));
    }
  }

  /**
   * A copy of {@code bytes} from {@code offset} on, fewer where the memory ends before; null if
   * that is not in the memory, or more than {@code most}.
   */
  static byte @Nullable [] copy(Buffer memory, long offset, long bytes, int most) {
    MemorySegment all = MemorySegment.ofBuffer(memory.duplicate().clear());
    if (offset < 0 || offset > all.byteSize()) {
      return null;
    }
    long length = Math.min(bytes, all.byteSize() - offset);
    return length < 0 || length > most
        ? null
        : all.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
