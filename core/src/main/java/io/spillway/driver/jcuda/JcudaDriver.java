package io.spillway.driver.jcuda;

import io.spillway.driver.Advice;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.MemoryInfo;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.binding.AdviceNumber;
import io.spillway.driver.binding.BindingCalls;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.range.AddressRange;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The seam over JCuda 12.6, and over {@link PanamaDriver} for what JCuda lacks: one NUMA node of
 * the host as a location, batches, discard, pinned memory (JCuda wraps it in a {@code ByteBuffer},
 * which ends at 2 GiB), host views, and streams and events that were not made here.
 *
 * <p>Works in the device's primary context ({@link #open}), which it retains and releases, or in
 * the caller's ({@link #openCurrent}). Thread rules, errors and behaviour after {@link #close} are
 * those of {@link PanamaDriver}. JCuda's process-wide {@code setExceptionsEnabled} makes no
 * difference and is not touched.
 */
public final class JcudaDriver extends ForwardingDriver {

  // CUmem_range_attribute of cuda.h 13.0; JCuda 12.6 names the first four.
  private static final int CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY = 1;
  private static final int CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY = 3;
  private static final int CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION = 2;
  private static final int CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION = 4;

  /** {@code CU_DEVICE_INVALID}, cuda.h 13.0. */
  private static final int DEVICE_INVALID = -2;

  private final PanamaDriver panama;
  private final JcudaCalls jcuda;
  private final BindingCalls calls;
  private final DeviceInfo info;
  private final Set<Long> pinnedAddresses = ConcurrentHashMap.newKeySet();

  private JcudaDriver(PanamaDriver panama, JcudaCalls jcuda) {
    super(panama);
    this.panama = panama;
    this.jcuda = jcuda;
    this.calls = new BindingCalls(panama.capabilities(), panama::makeCurrent);
    DeviceInfo of = panama.device();
    this.info =
        new DeviceInfo(
            "jcuda",
            of.simulated(),
            of.ordinal(),
            of.deviceName(),
            of.computeMajor(),
            of.computeMinor(),
            of.totalBytes(),
            of.cudaVersion());
  }

  /**
   * Opens a device in its primary context, the one the CUDA runtime uses.
   *
   * @param ordinal the CUDA device ordinal, from 0
   * @throws DriverUnavailableException if there is no usable driver, no device, or no JCuda; the
   *     message says what to do
   * @throws DriverException if there is no such device ({@link CudaStatus#INVALID_DEVICE}), or its
   *     context cannot be had
   */
  public static JcudaDriver open(int ordinal) {
    return over(PanamaDriver.open(ordinal));
  }

  /**
   * Opens the context current on the calling thread, and its device. If it is the device's primary
   * context, it is retained until this driver is closed; any other stays the caller's and must
   * outlive this driver.
   *
   * @throws DriverUnavailableException if there is no usable driver, no device, or no JCuda
   * @throws DriverException with {@link CudaStatus#INVALID_CONTEXT} if no context is current
   */
  public static JcudaDriver openCurrent() {
    return over(PanamaDriver.openCurrent());
  }

  private static JcudaDriver over(PanamaDriver panama) {
    try {
      return new JcudaDriver(panama, new JcudaCalls());
    } catch (LinkageError e) {
      panama.close();
      throw new DriverUnavailableException(
          "JCuda cannot be loaded (%s): put org.jcuda:jcuda:12.6.0 and this platform's org.jcuda:jcuda-natives:12.6.0 on the class path"
              .formatted(String.valueOf(e).lines().findFirst().orElse("")),
          e);
    } catch (DriverException e) {
      panama.close();
      throw e;
    }
  }

  @Override
  public DeviceInfo device() {
    return info;
  }

  @Override
  public MemoryInfo memoryInfo() {
    try (var _ = panama.makeCurrent()) {
      return jcuda.memGetInfo();
    }
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    BindingCalls.requireSize("cuMemAlloc", bytes);
    return calls.create(() -> jcuda.memAlloc(bytes), this::free);
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    BindingCalls.requireSize("cuMemAllocManaged", bytes);
    calls.require(Capability.MANAGED_MEMORY, "cuMemAllocManaged", 0, bytes);
    return calls.create(() -> jcuda.memAllocManaged(bytes), this::free);
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    AddressRange range = super.allocatePinned(bytes);
    pinnedAddresses.add(range.address());
    return range;
  }

  @Override
  public void free(AddressRange range) {
    // Removed first: once it is freed, another thread may be given the same address.
    if (pinnedAddresses.remove(range.address())) {
      try {
        super.free(range);
      } catch (DriverException e) {
        pinnedAddresses.add(range.address());
        throw e;
      }
      return;
    }
    try (var _ = panama.makeCurrentToRelease()) {
      jcuda.memFree(range);
    }
  }

  @Override
  public void advise(AddressRange range, Advice advice, Location location) {
    // CUDA ignores the location of these.
    Location where =
        switch (advice) {
          case SET_READ_MOSTLY, UNSET_READ_MOSTLY, UNSET_PREFERRED_LOCATION -> info.location();
          case SET_PREFERRED_LOCATION, SET_ACCESSED_BY, UNSET_ACCESSED_BY -> location;
        };
    if (where instanceof Location.HostNode) {
      super.advise(range, advice, where);
      return;
    }
    calls.require(Capability.ADVISE, "cuMemAdvise", range.address(), range.bytes());
    try (var _ = panama.makeCurrent()) {
      jcuda.memAdvise(range, AdviceNumber.of(advice), deviceNumber(where));
    }
  }

  private static int deviceNumber(Location location) {
    return location instanceof Location.Device(int ordinal) ? ordinal : JcudaCalls.DEVICE_CPU;
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    if (target instanceof Location.HostNode || !jcuda.knows(stream)) {
      super.prefetch(range, target, stream);
      return;
    }
    Capability needed =
        target instanceof Location.Device ? Capability.PREFETCH : Capability.PREFETCH_TO_HOST;
    calls.require(needed, "cuMemPrefetchAsync", range.address(), range.bytes());
    try (var _ = panama.makeCurrent()) {
      jcuda.memPrefetch(range, deviceNumber(target), stream);
    }
  }

  @Override
  public RangeAttributes attributes(AddressRange range) {
    if (capabilities().has(Capability.HOST_NUMA_LOCATION)) {
      // A location may be a NUMA node, which the attributes JCuda names cannot express.
      return super.attributes(range);
    }
    calls.require(
        Capability.RANGE_ATTRIBUTES, "cuMemRangeGetAttribute", range.address(), range.bytes());
    try (var _ = panama.makeCurrent()) {
      int most = jcuda.deviceCount() + 1; // every device, and the host
      int[] accessedBy = rangeInts(CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY, most, range);
      Set<Location> accessors = new HashSet<>();
      for (int device : accessedBy) {
        location(device).ifPresent(accessors::add);
      }
      return new RangeAttributes(
          rangeInts(CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY, 1, range)[0] != 0,
          location(rangeInts(CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION, 1, range)[0]),
          accessors,
          location(rangeInts(CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION, 1, range)[0]));
    }
  }

  private int[] rangeInts(int attribute, int count, AddressRange range) {
    int[] values = new int[count];
    Arrays.fill(values, DEVICE_INVALID);
    jcuda.memRangeGetAttribute(values, attribute, range);
    return values;
  }

  private static Optional<Location> location(int device) {
    if (device == JcudaCalls.DEVICE_CPU) {
      return Optional.of(Location.HOST);
    }
    return device < 0 ? Optional.empty() : Optional.of(Location.device(device));
  }

  @Override
  public void copy(AddressRange destination, long sourceAddress, StreamHandle stream) {
    if (!jcuda.knows(stream)) {
      super.copy(destination, sourceAddress, stream);
      return;
    }
    try (var _ = panama.makeCurrent()) {
      jcuda.memcpy(destination, sourceAddress, stream);
    }
  }

  @Override
  public void fill(AddressRange range, byte value, StreamHandle stream) {
    if (!jcuda.knows(stream)) {
      super.fill(range, value, stream);
      return;
    }
    try (var _ = panama.makeCurrent()) {
      jcuda.memset(range, value, stream);
    }
  }

  @Override
  public StreamHandle createStream() {
    return calls.create(jcuda::streamCreate, this::destroyStream);
  }

  @Override
  public void destroyStream(StreamHandle stream) {
    // The default stream belongs to the driver: JCuda would name it, and CUDA refuses.
    if (!jcuda.knows(stream) || stream.equals(StreamHandle.DEFAULT)) {
      super.destroyStream(stream);
      return;
    }
    try (var _ = panama.makeCurrentToRelease()) {
      jcuda.streamDestroy(stream);
    }
  }

  @Override
  public void synchronize(StreamHandle stream) {
    if (!jcuda.knows(stream)) {
      super.synchronize(stream);
      return;
    }
    try (var _ = panama.makeCurrent()) {
      jcuda.streamSynchronize(stream);
    }
  }

  @Override
  public EventHandle createEvent() {
    return calls.create(jcuda::eventCreate, this::destroyEvent);
  }

  @Override
  public void destroyEvent(EventHandle event) {
    if (!jcuda.knows(event)) {
      super.destroyEvent(event);
      return;
    }
    try (var _ = panama.makeCurrentToRelease()) {
      jcuda.eventDestroy(event);
    }
  }

  @Override
  public void record(EventHandle event, StreamHandle stream) {
    if (!jcuda.knows(event) || !jcuda.knows(stream)) {
      super.record(event, stream);
      return;
    }
    try (var _ = panama.makeCurrent()) {
      jcuda.eventRecord(event, stream);
    }
  }

  @Override
  public void streamWait(StreamHandle stream, EventHandle event) {
    if (!jcuda.knows(event) || !jcuda.knows(stream)) {
      super.streamWait(stream, event);
      return;
    }
    try (var _ = panama.makeCurrent()) {
      jcuda.streamWaitEvent(stream, event);
    }
  }

  @Override
  public boolean isComplete(EventHandle event) {
    if (!jcuda.knows(event)) {
      return super.isComplete(event);
    }
    try (var _ = panama.makeCurrent()) {
      return jcuda.eventQuery(event);
    }
  }

  @Override
  public void await(EventHandle event) {
    if (!jcuda.knows(event)) {
      super.await(event);
      return;
    }
    try (var _ = panama.makeCurrent()) {
      jcuda.eventSynchronize(event);
    }
  }
}
