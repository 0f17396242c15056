package io.spillway.driver.panama;

import io.spillway.driver.Advice;
import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CaptureMode;
import io.spillway.driver.ContextScope;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.Location;
import io.spillway.driver.MemoryInfo;
import io.spillway.driver.NanoClock;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The seam over libcuda through the Foreign Function and Memory API.
 *
 * <p>Works in one context: the device's primary one ({@link #open}), which it retains and releases,
 * another one that the caller has current ({@link #openCurrent}), which it only borrows, or one of
 * its own ({@link #openSibling}). Every method may be called by any thread, whatever context that
 * thread has current, and leaves it current; that costs one cheap call where it is the right one
 * already. After {@link #close} every method but {@link #device}, {@link #capabilities} and {@link
 * #clock} throws {@link IllegalStateException}; closing while another thread is inside a call is
 * the caller's mistake.
 *
 * <p>Beyond the seam it loads kernels ({@link #loadModule}).
 */
public final class PanamaDriver implements UnifiedMemoryDriver {

  // Constants of cuda.h 13.0.
  private static final int CU_MEM_ATTACH_GLOBAL = 0x1;
  private static final int CU_MEMHOSTALLOC_PORTABLE = 0x01;
  private static final int CU_MEMHOSTALLOC_DEVICEMAP = 0x02;

  private static final double NANOS_PER_MILLI = 1e6;

  private final MemoryFunctions memory;
  private final StreamFunctions streams;
  private final KernelFunctions kernels;
  private final CudaDevices devices;
  private final int ordinal;
  private final CudaContext context;
  private final DeviceInfo info;
  private final Capabilities capabilities;
  private final Set<Long> pinnedAddresses = ConcurrentHashMap.newKeySet();
  private final ContextCalls calls;
  private final LiveHandles handles;
  private final PointerAttributes pointers;
  private final HintCalls hints;
  private final RangeAttributeQueries rangeAttributes;

  private PanamaDriver(CudaDevices devices, CudaContext context) {
    Libcuda cuda = devices.cuda();
    this.memory = cuda.memory();
    this.streams = cuda.streams();
    this.kernels = cuda.kernels();
    this.devices = devices;
    this.ordinal = context.device();
    this.context = context;
    this.info = devices.info(ordinal);
    this.capabilities = devices.capabilities(ordinal);
    this.calls = new ContextCalls(cuda, context, capabilities);
    this.handles = new LiveHandles(calls);
    this.pointers = new PointerAttributes(calls);
    this.hints = new HintCalls(calls, info.location());
    this.rangeAttributes = new RangeAttributeQueries(calls, devices.count());
  }

  /**
   * What this machine has of CUDA. Never throws: a missing library, a driver that does not start
   * and a machine without a device are reports with a {@linkplain CudaReport#reason reason}.
   * Creates no context.
   */
  public static CudaReport probe() {
    return CudaReport.ofThisMachine();
  }

  /**
   * Opens a device in its primary context, the one the CUDA runtime uses.
   *
   * @param ordinal the CUDA device ordinal, from 0
   * @throws DriverUnavailableException if there is no usable driver or no device; the message says
   *     what to do
   * @throws DriverException if there is no such device ({@link CudaStatus#INVALID_DEVICE}), or its
   *     context cannot be had
   */
  public static PanamaDriver open(int ordinal) {
    CudaDevices devices = startDriver();
    return in(devices, CudaContext.primary(devices, devices.handle(ordinal)));
  }

  /**
   * Opens the context current on the calling thread, and its device. If it is the device's primary
   * context, it is retained until this driver is closed; any other stays the caller's and must
   * outlive this driver.
   *
   * @throws DriverUnavailableException if there is no usable driver or no device
   * @throws DriverException with {@link CudaStatus#INVALID_CONTEXT} if no context is current
   */
  public static PanamaDriver openCurrent() {
    CudaDevices devices = startDriver();
    return in(devices, CudaContext.current(devices));
  }

  /**
   * {@inheritDoc}
   *
   * <p>In a context of its own: libcuda holds the lock of a context while it submits a move, and
   * launches in the same context wait for it (measurements in docs/moving.md).
   */
  @Override
  public UnifiedMemoryDriver openSibling() {
    return SiblingDriver.owning(in(devices, CudaContext.created(devices, ordinal)));
  }

  /** Takes over {@code context}. */
  private static PanamaDriver in(CudaDevices devices, CudaContext context) {
    try {
      return new PanamaDriver(devices, context);
    } catch (DriverException e) {
      try {
        context.close();
      } catch (DriverException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private static CudaDevices startDriver() {
    // First: if native access is denied, this says so, and Libcuda could not even be initialized.
    CudaLibrary library = CudaLibrary.load();
    return CudaDevices.start(new Libcuda(library));
  }

  @Override
  public DeviceInfo device() {
    return info;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public NanoClock clock() {
    return NanoClock.SYSTEM;
  }

  /** How many multiprocessors the device has: what a grid is sized by. */
  public int multiprocessorCount() {
    return devices.attribute(CudaDevices.MULTIPROCESSOR_COUNT, ordinal);
  }

  @Override
  public MemoryInfo memoryInfo() {
    CallScratch scratch = CallScratch.ofThread();
    try (var _ = makeCurrent()) {
      calls.check("cuMemGetInfo", memory.memGetInfo(scratch.first, scratch.second), 0, 0);
      return new MemoryInfo(scratch.firstLong(), scratch.secondLong());
    }
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    ContextCalls.requireSize("cuMemAlloc", bytes);
    return calls.create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          calls.check("cuMemAlloc", memory.memAlloc(scratch.first, bytes), 0, bytes);
          return new AddressRange(scratch.firstLong(), bytes);
        },
        this::free);
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    ContextCalls.requireSize("cuMemAllocManaged", bytes);
    calls.require(Capability.MANAGED_MEMORY, "cuMemAllocManaged", 0, bytes);
    return calls.create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          int status = memory.memAllocManaged(scratch.first, bytes, CU_MEM_ATTACH_GLOBAL);
          calls.check("cuMemAllocManaged", status, 0, bytes);
          return new AddressRange(scratch.firstLong(), bytes);
        },
        this::free);
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    ContextCalls.requireSize("cuMemHostAlloc", bytes);
    int flags = CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP;
    return calls.create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          calls.check("cuMemHostAlloc", memory.memHostAlloc(scratch.first, bytes, flags), 0, bytes);
          // With unified addressing the device reads it under the same address.
          AddressRange range = new AddressRange(scratch.firstLong(), bytes);
          pinnedAddresses.add(range.address());
          return range;
        },
        this::free);
  }

  @Override
  public void free(AddressRange range) {
    try (var _ = makeCurrentToRelease()) {
      // Removed first: once it is freed, another thread may be given the same address.
      if (!pinnedAddresses.remove(range.address())) {
        calls.check("cuMemFree", memory.memFree(range.address()), range);
        return;
      }
      int status = memory.memFreeHost(range.address());
      if (status != Libcuda.SUCCESS) {
        pinnedAddresses.add(range.address());
      }
      calls.check("cuMemFreeHost", status, range);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @param range all or part of one managed or pinned allocation, of this driver's or not
   */
  @Override
  @SuppressWarnings("restricted") // The driver was asked that the range is the host's to read.
  public MemorySegment hostView(AddressRange range) {
    try (var _ = makeCurrent()) {
      if (!pointers.hostReads(range)) {
        throw DriverException.of(
            "cuPointerGetAttribute", CudaStatus.INVALID_VALUE, range.address(), range.bytes());
      }
    }
    return MemorySegment.ofAddress(range.address()).reinterpret(range.bytes());
  }

  @Override
  public void advise(AddressRange range, Advice advice, Location location) {
    hints.advise(range, advice, location);
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    hints.prefetch(range, target, stream);
  }

  /**
   * {@inheritDoc}
   *
   * <p>CUDA takes no batch in the legacy default stream. A failure names the first range and the
   * size of all. An empty list is refused with {@link CudaStatus#INVALID_VALUE}.
   */
  @Override
  public void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    hints.prefetchBatch(ranges, target, stream);
  }

  /**
   * {@inheritDoc}
   *
   * <p>CUDA takes no batch in the legacy default stream. A failure names the first range and the
   * size of all. An empty list is refused with {@link CudaStatus#INVALID_VALUE}.
   */
  @Override
  public void discard(List<AddressRange> ranges, StreamHandle stream) {
    hints.discard(ranges, stream);
  }

  /**
   * {@inheritDoc}
   *
   * <p>CUDA takes no batch in the legacy default stream. A failure names the first range and the
   * size of all. An empty list is refused with {@link CudaStatus#INVALID_VALUE}.
   */
  @Override
  public void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    hints.discardAndPrefetch(ranges, target, stream);
  }

  @Override
  public RangeAttributes attributes(AddressRange range) {
    calls.require(
        Capability.RANGE_ATTRIBUTES, "cuMemRangeGetAttribute", range.address(), range.bytes());
    try (var _ = makeCurrent()) {
      return rangeAttributes.of(range);
    }
  }

  @Override
  public void copy(AddressRange destination, long sourceAddress, StreamHandle stream) {
    try (var _ = makeCurrent()) {
      calls.check(
          "cuMemcpyAsync",
          memory.memcpyAsync(
              destination.address(), sourceAddress, destination.bytes(), stream.value()),
          destination);
    }
  }

  @Override
  public void fill(AddressRange range, byte value, StreamHandle stream) {
    try (var _ = makeCurrent()) {
      calls.check(
          "cuMemsetD8Async",
          memory.memsetD8Async(range.address(), value, range.bytes(), stream.value()),
          range);
    }
  }

  @Override
  public StreamHandle createStream() {
    return handles.createStream();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Refuses what {@link #createStream} did not make, or is destroyed already: CUDA takes a
   * handle for an address, and a wrong one may end the process.
   */
  @Override
  public void destroyStream(StreamHandle stream) {
    handles.destroy(stream);
  }

  @Override
  public void synchronize(StreamHandle stream) {
    try (var _ = makeCurrent()) {
      calls.check("cuStreamSynchronize", streams.streamSynchronize(stream.value()), 0, 0);
    }
  }

  @Override
  public EventHandle createEvent() {
    return handles.createEvent();
  }

  @Override
  public EventHandle createTimingEvent() {
    return handles.createTimingEvent();
  }

  @Override
  public long nanosBetween(EventHandle start, EventHandle end) {
    try (var _ = makeCurrent()) {
      CallScratch scratch = CallScratch.ofThread();
      int status = streams.eventElapsedTime(scratch.first, start.value(), end.value());
      calls.check("cuEventElapsedTime", status, 0, 0);
      return Math.round(scratch.first.get(ValueLayout.JAVA_FLOAT, 0) * NANOS_PER_MILLI);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Refuses what {@link #createEvent} did not make, or is destroyed already: CUDA takes a handle
   * for an address, and a wrong one may end the process.
   */
  @Override
  public void destroyEvent(EventHandle event) {
    handles.destroy(event);
  }

  @Override
  public void record(EventHandle event, StreamHandle stream) {
    try (var _ = makeCurrent()) {
      calls.check("cuEventRecord", streams.eventRecord(event.value(), stream.value()), 0, 0);
    }
  }

  @Override
  public void streamWait(StreamHandle stream, EventHandle event) {
    try (var _ = makeCurrent()) {
      calls.check(
          "cuStreamWaitEvent", streams.streamWaitEvent(stream.value(), event.value(), 0), 0, 0);
    }
  }

  @Override
  public boolean capturing(StreamHandle stream) {
    if (!streams.hasStreamCapture()) {
      return false;
    }
    try (var _ = makeCurrent()) {
      CallScratch scratch = CallScratch.ofThread();
      return streams.streamIsCapturing(stream.value(), scratch.first) != Libcuda.SUCCESS
          || scratch.firstInt() != 0;
    }
  }

  @Override
  public CaptureMode exchangeCaptureMode(CaptureMode mode) {
    if (!streams.hasCaptureModes()) {
      return CaptureMode.GLOBAL;
    }
    try (var _ = makeCurrent()) {
      CallScratch scratch = CallScratch.ofThread();
      scratch.first.set(ValueLayout.JAVA_INT, 0, CaptureModeNumber.of(mode));
      int status = streams.threadExchangeStreamCaptureMode(scratch.first);
      calls.check("cuThreadExchangeStreamCaptureMode", status, 0, 0);
      return CaptureModeNumber.mode(scratch.firstInt());
    }
  }

  @Override
  public boolean isComplete(EventHandle event) {
    try (var _ = makeCurrent()) {
      int status = streams.eventQuery(event.value());
      if (status == CudaStatus.NOT_READY.code()) {
        return false;
      }
      calls.check("cuEventQuery", status, 0, 0);
      return true;
    }
  }

  @Override
  public void await(EventHandle event) {
    try (var _ = makeCurrent()) {
      calls.check("cuEventSynchronize", streams.eventSynchronize(event.value()), 0, 0);
    }
  }

  /**
   * Loads kernels from PTX text; the driver compiles it for the device.
   *
   * @throws ModuleLoadException if it does not compile; the message carries the compiler's log
   */
  public CudaModule loadModule(String ptx) {
    return loadModule((ptx + '\0').getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Loads kernels from a cubin or fatbin, or from PTX ending in a zero byte.
   *
   * @throws ModuleLoadException if the driver refuses it; the message carries its log
   */
  public CudaModule loadModule(byte[] image) {
    requireKernels("cuModuleLoadDataEx");
    return CudaModule.load(calls, image);
  }

  private void requireKernels(String call) {
    if (!kernels.hasKernels()) {
      throw DriverException.of(call, CudaStatus.NOT_SUPPORTED, 0, 0);
    }
  }

  /** Gives its context back, unless that is only borrowed. Closing again does nothing. */
  @Override
  public void close() {
    context.close();
  }

  /**
   * Makes this driver's context current on the calling thread until the scope is closed, for calls
   * of other CUDA bindings; this driver's own methods need no such care.
   *
   * <p>The current context belongs to the platform thread, so a virtual thread must not be
   * unmounted meanwhile: no lock, no I/O and no wait but CUDA's own inside a scope.
   *
   * @throws IllegalStateException if this driver is closed
   */
  public ContextScope makeCurrent() {
    return context.enter();
  }

  /**
   * {@link #makeCurrent} for a call that releases something. Where the context that was current
   * before cannot be restored, closing the scope logs that, the first time, instead of throwing: by
   * then the thing is gone, and a failure would say that it is not.
   *
   * @throws IllegalStateException if this driver is closed
   */
  public ContextScope makeCurrentToRelease() {
    return context.enterToRelease();
  }
}
