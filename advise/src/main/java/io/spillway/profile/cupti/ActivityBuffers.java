package io.spillway.profile.cupti;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of native buffers that CUPTI fills with records. It asks for one and gives it back
 * on whatever thread it likes, the program's among them; nothing is read there.
 *
 * <p>If all are taken it gets none, and drops records: it counts those, and this counts how often.
 * Safe for use by any thread.
 */
final class ActivityBuffers {

  /**
   * Bytes of one buffer, 1 MiB: ten thousand memory counters. CUPTI holds one per thread that makes
   * CUDA calls.
   */
  static final int BUFFER_BYTES = 1 << 20;

  /** The most buffers, 64: half a million records, the reader's delay in the worst case. */
  static final int MOST_BUFFERS = 64;

  /** CUPTI wants its buffers aligned to 8 bytes (cupti_activity.h 13.0). */
  private static final int ALIGNMENT = 8;

  @SuppressWarnings("restricted") // CUPTI gives addresses of single words.
  private static final AddressLayout TO_WORD = ADDRESS.withTargetLayout(JAVA_LONG);

  private final int bufferBytes;
  private final int mostBuffers;
  private final Deque<Buffer> idle = new ArrayDeque<>();
  private final Map<Long, Buffer> lentByAddress = new HashMap<>();
  private final BlockingQueue<Filled> filled = new LinkedBlockingQueue<>();
  private final LongAdder refusals = new LongAdder();
  private final LongAdder callbackNanos = new LongAdder();
  private int created;
  private boolean closed;

  /** Native memory, and what frees it. */
  private record Buffer(MemorySegment segment, Arena arena) {}

  /**
   * A buffer that CUPTI is done with.
   *
   * @param segment all of it
   * @param validBytes how much of it are records
   */
  record Filled(MemorySegment segment, long validBytes) {}

  ActivityBuffers(int bufferBytes, int mostBuffers) {
    this.bufferBytes = bufferBytes;
    this.mostBuffers = mostBuffers;
  }

  /** {@code CUpti_BuffersCallbackRequestFunc}; there as long as the process. */
  MemorySegment requestedCallback() {
    return stub(
        "requested",
        FunctionDescriptor.ofVoid(TO_WORD, TO_WORD, TO_WORD),
        MethodType.methodType(
            void.class, MemorySegment.class, MemorySegment.class, MemorySegment.class));
  }

  /** {@code CUpti_BuffersCallbackCompleteFunc}; there as long as the process. */
  MemorySegment completedCallback() {
    return stub(
        "completed",
        FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        MethodType.methodType(
            void.class, long.class, int.class, long.class, long.class, long.class));
  }

  /** CUPTI keeps the callbacks, so they are never freed. */
  @SuppressWarnings("restricted") // Being called by CUPTI is what this class is for.
  private MemorySegment stub(String method, FunctionDescriptor shape, MethodType type) {
    try {
      MethodHandle target =
          MethodHandles.lookup().findVirtual(ActivityBuffers.class, method, type).bindTo(this);
      return Linker.nativeLinker().upcallStub(target, shape, Arena.global());
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Called by CUPTI. What is thrown here would end the process. */
  @SuppressWarnings("unused") // By name.
  private void requested(MemorySegment buffer, MemorySegment bytes, MemorySegment mostRecords) {
    long begun = System.nanoTime();
    Buffer lent = lend();
    buffer.set(ADDRESS, 0, lent == null ? MemorySegment.NULL : lent.segment);
    bytes.set(JAVA_LONG, 0, lent == null ? 0 : bufferBytes);
    mostRecords.set(JAVA_LONG, 0, 0); // as many as fit
    callbackNanos.add(System.nanoTime() - begun);
  }

  private synchronized @Nullable Buffer lend() {
    Buffer buffer = idle.poll();
    if (buffer == null && !closed && created < mostBuffers) {
      buffer = create();
    }
    if (buffer == null) {
      refusals.increment();
    } else {
      lentByAddress.put(buffer.segment.address(), buffer);
    }
    return buffer;
  }

  private @Nullable Buffer create() {
    Arena arena = Arena.ofShared();
    try {
      Buffer buffer = new Buffer(arena.allocate(bufferBytes, ALIGNMENT), arena);
      created++;
      return buffer;
    } catch (OutOfMemoryError e) {
      arena.close();
      return null; // counted like any refusal
    }
  }

  /** Called by CUPTI, like {@link #requested}. */
  @SuppressWarnings("unused") // By name.
  private void completed(long context, int stream, long address, long bytes, long validBytes) {
    long begun = System.nanoTime();
    MemorySegment segment = lent(address);
    if (segment != null) {
      filled.add(new Filled(segment, Math.clamp(validBytes, 0, bufferBytes)));
    }
    callbackNanos.add(System.nanoTime() - begun);
  }

  private synchronized @Nullable MemorySegment lent(long address) {
    Buffer buffer = lentByAddress.get(address);
    return buffer == null ? null : buffer.segment;
  }

  /** The next one to read; null if there is none for so long. */
  @Nullable Filled poll(long nanos) throws InterruptedException {
    return filled.poll(nanos, TimeUnit.NANOSECONDS);
  }

  /** Whether nothing waits to be read. */
  boolean caughtUp() {
    return filled.isEmpty();
  }

  /** It has been read. It is cleared here, since CUPTI would do that on the program's threads. */
  void recycle(Filled read) {
    read.segment.fill((byte) 0);
    synchronized (this) {
      Buffer buffer = lentByAddress.remove(read.segment.address());
      if (buffer != null && closed) {
        buffer.arena.close();
      } else if (buffer != null) {
        idle.push(buffer);
      }
    }
  }

  /** How often there was none to give. */
  long refusals() {
    return refusals.sum();
  }

  /** Time spent in callbacks, on CUPTI's and the program's threads. */
  long callbackNanos() {
    return callbackNanos.sum();
  }

  /** Gives no more, and frees those that CUPTI does not hold; the others when they come back. */
  synchronized void close() {
    closed = true;
    idle.forEach(buffer -> buffer.arena.close());
    idle.clear();
  }
}
