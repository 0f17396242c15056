package io.spillway.driver;

import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Lets chosen calls fail, counts all of them, and knows what was never given back.
 *
 * <p>A planned failure is thrown before the upstream driver is asked, so it changes nothing, as the
 * seam promises of a refused call. What is handed out and not returned is remembered with the stack
 * of the call that made it. Calls are named as the seam's methods are.
 */
public final class FaultInjectingDriver extends ForwardingDriver {

  private record Fault(long call, CudaStatus status) {}

  private final Map<String, Long> calls = new HashMap<>();
  private final Map<String, List<Fault>> faults = new HashMap<>();
  private final Map<AddressRange, Throwable> ranges = new TreeMap<>();
  private final Map<StreamHandle, Throwable> streams = new HashMap<>();
  private final Map<EventHandle, Throwable> events = new HashMap<>();
  private final Map<AddressRange, Long> managed = new HashMap<>();
  private long managedBytes;
  private long mostManagedBytes;
  private int closings;
  private final List<FaultInjectingDriver> openSiblings = new ArrayList<>();

  /** Counts the calls of this driver and all its siblings; itself unless it is one. */
  private final FaultInjectingDriver counter;

  /** Watches {@code upstream}; nothing fails until asked to. */
  public FaultInjectingDriver(UnifiedMemoryDriver upstream) {
    super(upstream);
    this.counter = this;
  }

  private FaultInjectingDriver(UnifiedMemoryDriver sibling, FaultInjectingDriver counter) {
    super(sibling);
    this.counter = counter;
  }

  /** Makes the {@code nth} call of {@code method} from now on (1 is the next) fail, once. */
  public synchronized FaultInjectingDriver fail(String method, long nth, CudaStatus status) {
    faults
        .computeIfAbsent(method, m -> new ArrayList<>())
        .add(new Fault(calls(method) + nth, status));
    return this;
  }

  /** How often {@code method} was called, failures included. */
  public synchronized long calls(String method) {
    return calls.getOrDefault(method, 0L);
  }

  /** The most bytes of managed memory that were ever allocated at once. */
  public synchronized long mostManagedBytes() {
    return mostManagedBytes;
  }

  /** How often it was closed. */
  public synchronized int closings() {
    return closings;
  }

  /** What was handed out and not returned, each with where that was; empty if nothing. */
  public synchronized List<String> leaks() {
    List<String> leaks = new ArrayList<>();
    ranges.forEach((range, at) -> leaks.add(described(range, at)));
    streams.forEach((stream, at) -> leaks.add(described(stream, at)));
    events.forEach((event, at) -> leaks.add(described(event, at)));
    for (FaultInjectingDriver sibling : openSiblings) {
      leaks.add("a sibling is open");
      leaks.addAll(sibling.leaks());
    }
    return leaks;
  }

  /** Returns what was not returned, as far as the driver lets it. */
  public void releaseLeaks() {
    List<Runnable> releases = new ArrayList<>();
    synchronized (this) {
      ranges.keySet().forEach(range -> releases.add(() -> upstream().free(range)));
      streams.keySet().forEach(stream -> releases.add(() -> upstream().destroyStream(stream)));
      events.keySet().forEach(event -> releases.add(() -> upstream().destroyEvent(event)));
      ranges.clear();
      streams.clear();
      events.clear();
      for (FaultInjectingDriver sibling : openSiblings) {
        releases.add(sibling::releaseLeaks);
        releases.add(sibling.upstream()::close);
      }
      openSiblings.clear();
    }
    for (Runnable release : releases) {
      try {
        release.run();
      } catch (RuntimeException e) {
        // The test has failed already; what it left cannot be released either.
      }
    }
  }

  private static String described(Object leaked, Throwable at) {
    StringBuilder text = new StringBuilder(leaked.toString()).append(" from");
    for (StackTraceElement frame : at.getStackTrace()) {
      if (!frame.getClassName().equals(FaultInjectingDriver.class.getName())
          && frame.getClassName().startsWith("io.spillway")) {
        text.append(' ').append(frame);
      }
    }
    return text.toString();
  }

  private void arrive(String method, long address, long bytes) {
    counter.count(method, address, bytes);
  }

  private synchronized void count(String method, long address, long bytes) {
    long call = calls.merge(method, 1L, Long::sum);
    List<Fault> planned = faults.getOrDefault(method, List.of());
    for (Fault fault : planned) {
      if (fault.call() == call) {
        planned.remove(fault);
        throw DriverException.of(method, fault.status(), address, bytes);
      }
    }
  }

  private AddressRange allocate(String method, long bytes, Supplier<AddressRange> allocation) {
    arrive(method, 0, bytes);
    AddressRange range = allocation.get();
    synchronized (this) {
      ranges.put(range, new Throwable());
      if (method.equals("allocateManaged")) {
        managed.put(range, bytes);
        managedBytes += bytes;
        mostManagedBytes = Math.max(mostManagedBytes, managedBytes);
      }
    }
    return range;
  }

  private static long first(List<AddressRange> of) {
    return of.isEmpty() ? 0 : of.getFirst().address();
  }

  private static long sum(List<AddressRange> of) {
    return of.stream().mapToLong(AddressRange::bytes).sum();
  }

  @Override
  public MemoryInfo memoryInfo() {
    arrive("memoryInfo", 0, 0);
    return super.memoryInfo();
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    return allocate("allocateDevice", bytes, () -> super.allocateDevice(bytes));
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    return allocate("allocateManaged", bytes, () -> super.allocateManaged(bytes));
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    return allocate("allocatePinned", bytes, () -> super.allocatePinned(bytes));
  }

  @Override
  public void free(AddressRange range) {
    arrive("free", range.address(), range.bytes());
    Throwable at;
    Long bytes;
    synchronized (this) {
      // Taken off first: once it is free, another thread may be given the same addresses.
      at = ranges.remove(range);
      bytes = managed.remove(range);
      managedBytes -= bytes == null ? 0 : bytes;
    }
    try {
      super.free(range);
    } catch (RuntimeException e) {
      synchronized (this) {
        if (at != null) {
          ranges.put(range, at);
        }
        if (bytes != null) {
          managed.put(range, bytes);
          managedBytes += bytes;
        }
      }
      throw e;
    }
  }

  @Override
  public MemorySegment hostView(AddressRange range) {
    arrive("hostView", range.address(), range.bytes());
    return super.hostView(range);
  }

  @Override
  public void advise(AddressRange range, Advice advice, Location location) {
    arrive("advise", range.address(), range.bytes());
    super.advise(range, advice, location);
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    arrive("prefetch", range.address(), range.bytes());
    super.prefetch(range, target, stream);
  }

  @Override
  public void prefetchBatch(List<AddressRange> batch, Location target, StreamHandle stream) {
    arrive("prefetchBatch", first(batch), sum(batch));
    super.prefetchBatch(batch, target, stream);
  }

  @Override
  public void discard(List<AddressRange> batch, StreamHandle stream) {
    arrive("discard", first(batch), sum(batch));
    super.discard(batch, stream);
  }

  @Override
  public void discardAndPrefetch(List<AddressRange> batch, Location target, StreamHandle stream) {
    arrive("discardAndPrefetch", first(batch), sum(batch));
    super.discardAndPrefetch(batch, target, stream);
  }

  @Override
  public RangeAttributes attributes(AddressRange range) {
    arrive("attributes", range.address(), range.bytes());
    return super.attributes(range);
  }

  @Override
  public void copy(AddressRange destination, long sourceAddress, StreamHandle stream) {
    arrive("copy", destination.address(), destination.bytes());
    super.copy(destination, sourceAddress, stream);
  }

  @Override
  public void fill(AddressRange range, byte value, StreamHandle stream) {
    arrive("fill", range.address(), range.bytes());
    super.fill(range, value, stream);
  }

  @Override
  public StreamHandle createStream() {
    arrive("createStream", 0, 0);
    StreamHandle stream = super.createStream();
    synchronized (this) {
      streams.put(stream, new Throwable());
    }
    return stream;
  }

  @Override
  public void destroyStream(StreamHandle stream) {
    arrive("destroyStream", 0, 0);
    Throwable at;
    synchronized (this) {
      at = streams.remove(stream);
    }
    try {
      super.destroyStream(stream);
    } catch (RuntimeException e) {
      synchronized (this) {
        streams.put(stream, at);
      }
      throw e;
    }
  }

  @Override
  public void synchronize(StreamHandle stream) {
    arrive("synchronize", 0, 0);
    super.synchronize(stream);
  }

  @Override
  public EventHandle createEvent() {
    arrive("createEvent", 0, 0);
    return live(super.createEvent());
  }

  @Override
  public EventHandle createTimingEvent() {
    arrive("createTimingEvent", 0, 0);
    return live(super.createTimingEvent());
  }

  private synchronized EventHandle live(EventHandle event) {
    events.put(event, new Throwable());
    return event;
  }

  @Override
  public long nanosBetween(EventHandle start, EventHandle end) {
    arrive("nanosBetween", 0, 0);
    return super.nanosBetween(start, end);
  }

  @Override
  public void destroyEvent(EventHandle event) {
    arrive("destroyEvent", 0, 0);
    Throwable at;
    synchronized (this) {
      at = events.remove(event);
    }
    try {
      super.destroyEvent(event);
    } catch (RuntimeException e) {
      synchronized (this) {
        events.put(event, at);
      }
      throw e;
    }
  }

  @Override
  public void record(EventHandle event, StreamHandle stream) {
    arrive("record", 0, 0);
    super.record(event, stream);
  }

  @Override
  public void streamWait(StreamHandle stream, EventHandle event) {
    arrive("streamWait", 0, 0);
    super.streamWait(stream, event);
  }

  @Override
  public CaptureMode exchangeCaptureMode(CaptureMode mode) {
    arrive("exchangeCaptureMode", 0, 0);
    return super.exchangeCaptureMode(mode);
  }

  @Override
  public boolean isComplete(EventHandle event) {
    arrive("isComplete", 0, 0);
    return super.isComplete(event);
  }

  @Override
  public void await(EventHandle event) {
    arrive("await", 0, 0);
    super.await(event);
  }

  /** Watched as this driver is; calls of both are counted together. */
  @Override
  public UnifiedMemoryDriver openSibling() {
    arrive("openSibling", 0, 0);
    FaultInjectingDriver sibling = new FaultInjectingDriver(super.openSibling(), counter);
    synchronized (counter) {
      counter.openSiblings.add(sibling);
    }
    return sibling;
  }

  @Override
  public void close() {
    synchronized (counter) {
      if (!counter.openSiblings.remove(this)) {
        closings++;
      }
    }
    super.close();
  }
}
