package io.spillway.driver.panama;

import io.spillway.driver.Advice;
import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CaptureMode;
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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The seam over libcuda through the Foreign Function and Memory API.
 *
 * <p>Works in one context: the device's primary one ({@link #open}), which it retains and releases,
 * the caller's ({@link #openCurrent}), which it only borrows, or one of its own ({@link
 * #openSibling}). Every method may be called by any thread, whatever context that thread has
 * current, and leaves it current; that costs one cheap call where it is the right one already.
 * After {@link #close} every method but {@link #device}, {@link #capabilities} and {@link #clock}
 * throws {@link IllegalStateException}; closing while another thread is inside a call is the
 * caller's mistake.
 *
 * <p>Beyond the seam it loads kernels ({@link #loadModule}).
 */
public final class PanamaDriver implements UnifiedMemoryDriver {

  // Constants of cuda.h 13.0.
  private static final int CU_MEM_ATTACH_GLOBAL = 0x1;
  private static final int CU_MEMHOSTALLOC_PORTABLE = 0x01;
  private static final int CU_MEMHOSTALLOC_DEVICEMAP = 0x02;
  private static final int CU_STREAM_NON_BLOCKING = 0x1;
  private static final int CU_EVENT_DEFAULT = 0x0;
  private static final int CU_EVENT_DISABLE_TIMING = 0x2;
  private static final int CU_MEMORYTYPE_HOST = 0x01;
  private static final int CU_POINTER_ATTRIBUTE_MEMORY_TYPE = 2;
  private static final int CU_POINTER_ATTRIBUTE_IS_MANAGED = 8;
  private static final int CU_POINTER_ATTRIBUTE_RANGE_START_ADDR = 11;
  private static final int CU_POINTER_ATTRIBUTE_RANGE_SIZE = 12;
  private static final int CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY = 1;
  private static final int CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION = 2;
  private static final int CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY = 3;
  private static final int CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION = 4;
  private static final int CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_TYPE = 5;
  private static final int CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_TYPE = 7;

  private static final double NANOS_PER_MILLI = 1e6;

  /** The {@code _ID} attribute of a location directly follows its {@code _TYPE}. */
  private static final int TYPE_TO_ID = 1;

  private final Libcuda cuda;
  private final CudaDevices devices;
  private final int ordinal;
  private final CudaContext context;
  private final DeviceInfo info;
  private final Capabilities capabilities;
  private final Set<Long> pinnedAddresses = ConcurrentHashMap.newKeySet();
  private final Set<StreamHandle> streams = ConcurrentHashMap.newKeySet();
  private final Set<EventHandle> events = ConcurrentHashMap.newKeySet();

  /** The time in which {@link #makeCurrent} holds, ended by the thread that began it. */
  @FunctionalInterface
  public interface ContextScope extends AutoCloseable {
    /** Makes the context current that was so before. */
    @Override
    void close();
  }

  private PanamaDriver(CudaDevices devices, CudaContext context) {
    this.cuda = devices.cuda();
    this.devices = devices;
    this.ordinal = context.device();
    this.context = context;
    this.info = devices.info(ordinal);
    this.capabilities = devices.capabilities(ordinal);
  }

  /**
   * What this machine has of CUDA. Never throws: a missing library, a driver that does not start
   * and a machine without a device are reports with a {@linkplain CudaReport#reason reason}.
   * Creates no context.
   */
  public static CudaReport probe() {
    String library = "";
    int cudaVersion = 0;
    try {
      CudaLibrary found = CudaLibrary.load();
      library = found.name();
      Libcuda cuda = new Libcuda(found);
      CudaDevices devices = CudaDevices.start(cuda);
      cudaVersion = devices.cudaVersion();
      List<CudaReport.Device> shown = new ArrayList<>();
      for (int i = 0; i < devices.count(); i++) {
        shown.add(new CudaReport.Device(devices.info(i), devices.capabilities(i)));
      }
      return shown.isEmpty()
          ? new CudaReport(library, CudaDevices.NO_DEVICE, cudaVersion, List.of())
          : new CudaReport(library, "", cudaVersion, shown);
    } catch (DriverUnavailableException | DriverException e) {
      return new CudaReport(library, String.valueOf(e.getMessage()), cudaVersion, List.of());
    }
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
   * launches in the same context wait for it (measurements in docs/drop-in.md).
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
      check("cuMemGetInfo", cuda.memGetInfo(scratch.first, scratch.second), 0, 0);
      return new MemoryInfo(scratch.firstLong(), scratch.secondLong());
    }
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    requireSize("cuMemAlloc", bytes);
    return create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          check("cuMemAlloc", cuda.memAlloc(scratch.first, bytes), 0, bytes);
          return new AddressRange(scratch.firstLong(), bytes);
        },
        this::free);
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    requireSize("cuMemAllocManaged", bytes);
    require(Capability.MANAGED_MEMORY, "cuMemAllocManaged", 0, bytes);
    return create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          int status = cuda.memAllocManaged(scratch.first, bytes, CU_MEM_ATTACH_GLOBAL);
          check("cuMemAllocManaged", status, 0, bytes);
          return new AddressRange(scratch.firstLong(), bytes);
        },
        this::free);
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    requireSize("cuMemHostAlloc", bytes);
    int flags = CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP;
    return create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          check("cuMemHostAlloc", cuda.memHostAlloc(scratch.first, bytes, flags), 0, bytes);
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
        check("cuMemFree", cuda.memFree(range.address()), range);
        return;
      }
      int status = cuda.memFreeHost(range.address());
      if (status != Libcuda.SUCCESS) {
        pinnedAddresses.add(range.address());
      }
      check("cuMemFreeHost", status, range);
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
      boolean hostReads =
          pointerInt(CU_POINTER_ATTRIBUTE_IS_MANAGED, range) != 0
              || pointerInt(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, range) == CU_MEMORYTYPE_HOST;
      long start = pointerLong(CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, range);
      long bytes = pointerLong(CU_POINTER_ATTRIBUTE_RANGE_SIZE, range);
      if (!hostReads || range.end() - start > bytes) {
        throw failure("cuPointerGetAttribute", CudaStatus.INVALID_VALUE, range);
      }
    }
    return MemorySegment.ofAddress(range.address()).reinterpret(range.bytes());
  }

  private int pointerInt(int attribute, AddressRange range) {
    return (int) pointerLong(attribute, range);
  }

  private long pointerLong(int attribute, AddressRange range) {
    CallScratch scratch = CallScratch.ofThread();
    scratch.first.set(ValueLayout.JAVA_LONG, 0, 0);
    check(
        "cuPointerGetAttribute",
        cuda.pointerGetAttribute(scratch.first, attribute, range.address()),
        range);
    return scratch.firstLong();
  }

  @Override
  public void advise(AddressRange range, Advice advice, Location location) {
    require(Capability.ADVISE, "cuMemAdvise", range.address(), range.bytes());
    // CUDA ignores the location of these; a plain one keeps the older form usable.
    Location where =
        switch (advice) {
          case SET_READ_MOSTLY, UNSET_READ_MOSTLY, UNSET_PREFERRED_LOCATION -> info.location();
          case SET_PREFERRED_LOCATION, SET_ACCESSED_BY, UNSET_ACCESSED_BY -> location;
        };
    if (where instanceof Location.HostNode) {
      require(Capability.HOST_NUMA_LOCATION, "cuMemAdvise", range.address(), range.bytes());
    }
    int number = number(advice);
    try (var _ = makeCurrent()) {
      int status;
      if (cuda.hasAdviseAtLocation()) {
        status = cuda.memAdviseAtLocation(range.address(), range.bytes(), number, structOf(where));
      } else {
        int device = deviceOf("cuMemAdvise", where, range);
        status = cuda.memAdviseAtDevice(range.address(), range.bytes(), number, device);
      }
      check("cuMemAdvise", status, range);
    }
  }

  /** {@code CUmem_advise}, cuda.h 13.0. */
  private static int number(Advice advice) {
    return switch (advice) {
      case SET_READ_MOSTLY -> 1;
      case UNSET_READ_MOSTLY -> 2;
      case SET_PREFERRED_LOCATION -> 3;
      case UNSET_PREFERRED_LOCATION -> 4;
      case SET_ACCESSED_BY -> 5;
      case UNSET_ACCESSED_BY -> 6;
    };
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    requirePrefetch("cuMemPrefetchAsync", target, range.address(), range.bytes());
    try (var _ = makeCurrent()) {
      int status;
      if (cuda.hasPrefetchToLocation()) {
        status =
            cuda.memPrefetchToLocation(
                range.address(), range.bytes(), structOf(target), 0, stream.value());
      } else {
        int device = deviceOf("cuMemPrefetchAsync", target, range);
        status = cuda.memPrefetchToDevice(range.address(), range.bytes(), device, stream.value());
      }
      check("cuMemPrefetchAsync", status, range);
    }
  }

  private void requirePrefetch(String call, Location target, long address, long bytes) {
    switch (target) {
      case Location.Device _ -> require(Capability.PREFETCH, call, address, bytes);
      case Location.Host _ -> require(Capability.PREFETCH_TO_HOST, call, address, bytes);
      case Location.HostNode _ -> {
        require(Capability.PREFETCH_TO_HOST, call, address, bytes);
        require(Capability.HOST_NUMA_LOCATION, call, address, bytes);
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>CUDA takes no batch in the legacy default stream. A failure names the first range and the
   * size of all. An empty list is refused with {@link CudaStatus#INVALID_VALUE}.
   */
  @Override
  public void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    try (Batch batch = new Batch("cuMemPrefetchBatchAsync", Capability.PREFETCH_BATCH, ranges);
        var _ = makeCurrent()) {
      batch.check(
          cuda.memPrefetchBatch(
              batch.addresses,
              batch.sizes,
              batch.count,
              structOf(target),
              batch.firstIndex,
              1,
              0,
              stream.value()));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>CUDA takes no batch in the legacy default stream. A failure names the first range and the
   * size of all. An empty list is refused with {@link CudaStatus#INVALID_VALUE}.
   */
  @Override
  public void discard(List<AddressRange> ranges, StreamHandle stream) {
    try (Batch batch = new Batch("cuMemDiscardBatchAsync", Capability.DISCARD, ranges);
        var _ = makeCurrent()) {
      batch.check(
          cuda.memDiscardBatch(batch.addresses, batch.sizes, batch.count, 0, stream.value()));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>CUDA takes no batch in the legacy default stream. A failure names the first range and the
   * size of all. An empty list is refused with {@link CudaStatus#INVALID_VALUE}.
   */
  @Override
  public void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    try (Batch batch =
            new Batch(
                "cuMemDiscardAndPrefetchBatchAsync", Capability.DISCARD_AND_PREFETCH, ranges);
        var _ = makeCurrent()) {
      batch.check(
          cuda.memDiscardAndPrefetchBatch(
              batch.addresses,
              batch.sizes,
              batch.count,
              structOf(target),
              batch.firstIndex,
              1,
              0,
              stream.value()));
    }
  }

  /** The argument arrays of a batch call: all ranges to or from one location. */
  private final class Batch implements AutoCloseable {
    private final String call;
    private final long firstAddress;
    private final long totalBytes;
    private final Arena arena;
    private final long count;
    private final MemorySegment addresses;
    private final MemorySegment sizes;
    private final MemorySegment firstIndex;

    Batch(String call, Capability capability, List<AddressRange> ranges) {
      long total = 0;
      for (AddressRange range : ranges) {
        total += range.bytes();
      }
      this.call = call;
      this.count = ranges.size();
      this.firstAddress = ranges.isEmpty() ? 0 : ranges.getFirst().address();
      this.totalBytes = total;
      requireSize(call, count);
      require(capability, call, firstAddress, totalBytes);
      arena = Arena.ofConfined();
      addresses = arena.allocate(ValueLayout.JAVA_LONG, count);
      sizes = arena.allocate(ValueLayout.JAVA_LONG, count);
      firstIndex = arena.allocate(ValueLayout.JAVA_LONG);
      int index = 0;
      for (AddressRange range : ranges) {
        addresses.setAtIndex(ValueLayout.JAVA_LONG, index, range.address());
        sizes.setAtIndex(ValueLayout.JAVA_LONG, index, range.bytes());
        index++;
      }
    }

    void check(int status) {
      PanamaDriver.this.check(call, status, firstAddress, totalBytes);
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  @Override
  public RangeAttributes attributes(AddressRange range) {
    require(Capability.RANGE_ATTRIBUTES, "cuMemRangeGetAttribute", range.address(), range.bytes());
    try (var _ = makeCurrent()) {
      boolean readMostly = rangeInt(CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY, range) != 0;
      return new RangeAttributes(
          readMostly,
          rangeLocation(
              CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_TYPE,
              CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION,
              range),
          accessedBy(range),
          rangeLocation(
              CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_TYPE,
              CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION,
              range));
    }
  }

  private int rangeInt(int attribute, AddressRange range) {
    check("cuMemRangeGetAttribute", rangeStatus(attribute, range), range);
    return CallScratch.ofThread().firstInt();
  }

  private int rangeStatus(int attribute, AddressRange range) {
    return cuda.memRangeGetAttribute(
        CallScratch.ofThread().first, Integer.BYTES, attribute, range.address(), range.bytes());
  }

  /** The location by type and id; where the driver knows no such attributes, by device number. */
  private Optional<Location> rangeLocation(
      int typeAttribute, int deviceAttribute, AddressRange range) {
    int status = rangeStatus(typeAttribute, range);
    if (status == CudaStatus.INVALID_VALUE.code() || status == CudaStatus.NOT_SUPPORTED.code()) {
      return locationOf(rangeInt(deviceAttribute, range));
    }
    check("cuMemRangeGetAttribute", status, range);
    return switch (CallScratch.ofThread().firstInt()) {
      case Libcuda.LOCATION_TYPE_DEVICE ->
          Optional.of(Location.device(rangeInt(typeAttribute + TYPE_TO_ID, range)));
      case Libcuda.LOCATION_TYPE_HOST -> Optional.of(Location.HOST);
      case Libcuda.LOCATION_TYPE_HOST_NUMA ->
          Optional.of(new Location.HostNode(rangeInt(typeAttribute + TYPE_TO_ID, range)));
      default -> Optional.empty();
    };
  }

  private static Optional<Location> locationOf(int device) {
    if (device == Libcuda.DEVICE_CPU) {
      return Optional.of(Location.HOST);
    }
    return device < 0 ? Optional.empty() : Optional.of(Location.device(device));
  }

  private Set<Location> accessedBy(AddressRange range) {
    int most = devices.count() + 1; // every device, and the host
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(ValueLayout.JAVA_INT, most);
      found.fill((byte) Libcuda.DEVICE_INVALID);
      check(
          "cuMemRangeGetAttribute",
          cuda.memRangeGetAttribute(
              found,
              found.byteSize(),
              CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY,
              range.address(),
              range.bytes()),
          range);
      Set<Location> locations = new HashSet<>();
      for (int i = 0; i < most; i++) {
        locationOf(found.getAtIndex(ValueLayout.JAVA_INT, i)).ifPresent(locations::add);
      }
      return locations;
    }
  }

  @Override
  public void copy(AddressRange destination, long sourceAddress, StreamHandle stream) {
    try (var _ = makeCurrent()) {
      check(
          "cuMemcpyAsync",
          cuda.memcpyAsync(
              destination.address(), sourceAddress, destination.bytes(), stream.value()),
          destination);
    }
  }

  @Override
  public void fill(AddressRange range, byte value, StreamHandle stream) {
    try (var _ = makeCurrent()) {
      check(
          "cuMemsetD8Async",
          cuda.memsetD8Async(range.address(), value, range.bytes(), stream.value()),
          range);
    }
  }

  @Override
  public StreamHandle createStream() {
    return create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          int status = cuda.streamCreate(scratch.first, CU_STREAM_NON_BLOCKING);
          check("cuStreamCreate", status, 0, 0);
          StreamHandle stream = new StreamHandle(scratch.firstLong());
          streams.add(stream);
          return stream;
        },
        this::destroyStream);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Refuses what {@link #createStream} did not make, or is destroyed already: CUDA takes a
   * handle for an address, and a wrong one may end the process.
   */
  @Override
  public void destroyStream(StreamHandle stream) {
    try (var _ = makeCurrentToRelease()) {
      if (!streams.remove(stream)) {
        throw DriverException.of("cuStreamDestroy", CudaStatus.INVALID_HANDLE, 0, 0);
      }
      int status = cuda.streamDestroy(stream.value());
      if (status != Libcuda.SUCCESS) {
        streams.add(stream);
      }
      check("cuStreamDestroy", status, 0, 0);
    }
  }

  @Override
  public void synchronize(StreamHandle stream) {
    try (var _ = makeCurrent()) {
      check("cuStreamSynchronize", cuda.streamSynchronize(stream.value()), 0, 0);
    }
  }

  @Override
  public EventHandle createEvent() {
    return createEvent(CU_EVENT_DISABLE_TIMING);
  }

  @Override
  public EventHandle createTimingEvent() {
    if (!cuda.hasTiming()) {
      throw DriverException.of("cuEventElapsedTime", CudaStatus.NOT_SUPPORTED, 0, 0);
    }
    return createEvent(CU_EVENT_DEFAULT);
  }

  @Override
  public long nanosBetween(EventHandle start, EventHandle end) {
    try (var _ = makeCurrent()) {
      CallScratch scratch = CallScratch.ofThread();
      int status = cuda.eventElapsedTime(scratch.first, start.value(), end.value());
      check("cuEventElapsedTime", status, 0, 0);
      return Math.round(scratch.first.get(ValueLayout.JAVA_FLOAT, 0) * NANOS_PER_MILLI);
    }
  }

  private EventHandle createEvent(int flags) {
    return create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          check("cuEventCreate", cuda.eventCreate(scratch.first, flags), 0, 0);
          EventHandle event = new EventHandle(scratch.firstLong());
          events.add(event);
          return event;
        },
        this::destroyEvent);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Refuses what {@link #createEvent} did not make, or is destroyed already: CUDA takes a handle
   * for an address, and a wrong one may end the process.
   */
  @Override
  public void destroyEvent(EventHandle event) {
    try (var _ = makeCurrentToRelease()) {
      if (!events.remove(event)) {
        throw DriverException.of("cuEventDestroy", CudaStatus.INVALID_HANDLE, 0, 0);
      }
      int status = cuda.eventDestroy(event.value());
      if (status != Libcuda.SUCCESS) {
        events.add(event);
      }
      check("cuEventDestroy", status, 0, 0);
    }
  }

  @Override
  public void record(EventHandle event, StreamHandle stream) {
    try (var _ = makeCurrent()) {
      check("cuEventRecord", cuda.eventRecord(event.value(), stream.value()), 0, 0);
    }
  }

  @Override
  public void streamWait(StreamHandle stream, EventHandle event) {
    try (var _ = makeCurrent()) {
      check("cuStreamWaitEvent", cuda.streamWaitEvent(stream.value(), event.value(), 0), 0, 0);
    }
  }

  @Override
  public boolean capturing(StreamHandle stream) {
    if (!cuda.hasStreamCapture()) {
      return false;
    }
    try (var _ = makeCurrent()) {
      CallScratch scratch = CallScratch.ofThread();
      return cuda.streamIsCapturing(stream.value(), scratch.first) != Libcuda.SUCCESS
          || scratch.firstInt() != 0;
    }
  }

  @Override
  public CaptureMode exchangeCaptureMode(CaptureMode mode) {
    if (!cuda.hasCaptureModes()) {
      return CaptureMode.GLOBAL;
    }
    try (var _ = makeCurrent()) {
      CallScratch scratch = CallScratch.ofThread();
      scratch.first.set(ValueLayout.JAVA_INT, 0, number(mode));
      int status = cuda.threadExchangeStreamCaptureMode(scratch.first);
      check("cuThreadExchangeStreamCaptureMode", status, 0, 0);
      int before = scratch.firstInt();
      return Stream.of(CaptureMode.values())
          .filter(other -> number(other) == before)
          .findFirst()
          .orElse(CaptureMode.GLOBAL); // cuda.h has no other
    }
  }

  /** {@code CUstreamCaptureMode}, cuda.h 13.0. */
  private static int number(CaptureMode mode) {
    return switch (mode) {
      case GLOBAL -> 0;
      case THREAD_LOCAL -> 1;
      case RELAXED -> 2;
    };
  }

  @Override
  public boolean isComplete(EventHandle event) {
    try (var _ = makeCurrent()) {
      int status = cuda.eventQuery(event.value());
      if (status == CudaStatus.NOT_READY.code()) {
        return false;
      }
      check("cuEventQuery", status, 0, 0);
      return true;
    }
  }

  @Override
  public void await(EventHandle event) {
    try (var _ = makeCurrent()) {
      check("cuEventSynchronize", cuda.eventSynchronize(event.value()), 0, 0);
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
    return CudaModule.load(this, cuda, image);
  }

  private void requireKernels(String call) {
    if (!cuda.hasKernels()) {
      throw DriverException.of(call, CudaStatus.NOT_SUPPORTED, 0, 0);
    }
  }

  /** Gives its context back, unless that is the caller's. Closing again does nothing. */
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

  /** Creates something in the context; it is undone if the context cannot be left afterwards. */
  private <T> T create(Supplier<T> creation, Consumer<T> undo) {
    @Nullable T created = null;
    try (var _ = makeCurrent()) {
      created = creation.get();
      return created;
    } catch (DriverException e) {
      if (created != null) {
        try {
          undo.accept(created);
        } catch (DriverException alsoFailed) {
          e.addSuppressed(alsoFailed);
        }
      }
      throw e;
    }
  }

  /** Throws unless {@code status} is success. */
  void check(String call, int status, long address, long bytes) {
    if (status != Libcuda.SUCCESS) {
      throw DriverException.of(call, cuda.status(status), address, bytes);
    }
  }

  private void check(String call, int status, AddressRange range) {
    check(call, status, range.address(), range.bytes());
  }

  private static DriverException failure(String call, CudaStatus status, AddressRange range) {
    return DriverException.of(call, status, range.address(), range.bytes());
  }

  private static void requireSize(String call, long bytes) {
    if (bytes <= 0) {
      throw DriverException.of(call, CudaStatus.INVALID_VALUE, 0, bytes);
    }
  }

  private void require(Capability capability, String call, long address, long bytes) {
    if (!capabilities.has(capability)) {
      throw DriverException.of(call, CudaStatus.NOT_SUPPORTED, address, bytes);
    }
  }

  private static MemorySegment structOf(Location location) {
    CallScratch scratch = CallScratch.ofThread();
    return switch (location) {
      case Location.Device(int id) -> scratch.location(Libcuda.LOCATION_TYPE_DEVICE, id);
      case Location.Host() -> scratch.location(Libcuda.LOCATION_TYPE_HOST, 0);
      case Location.HostNode(int node) -> scratch.location(Libcuda.LOCATION_TYPE_HOST_NUMA, node);
    };
  }

  private static int deviceOf(String call, Location location, AddressRange range) {
    return switch (location) {
      case Location.Device(int id) -> id;
      case Location.Host() -> Libcuda.DEVICE_CPU;
      case Location.HostNode _ -> throw failure(call, CudaStatus.NOT_SUPPORTED, range);
    };
  }
}
