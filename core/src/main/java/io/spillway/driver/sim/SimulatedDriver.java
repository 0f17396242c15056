package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CaptureMode;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.Location;
import io.spillway.driver.MemoryInfo;
import io.spillway.driver.NanoClock;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The seam over a model of the UVM driver, on a virtual clock.
 *
 * <p><b>Time.</b> Every call takes the virtual time of the host thread it is made on: the one named
 * {@code main}, or inside {@link HostThread#execute} that thread. {@link #clock} tells that time.
 * Calls that wait move it forward; nothing really waits. Kernels are launched with {@link #launch},
 * and since reads and writes of the host cannot be observed, the host says them with {@link
 * #hostTouch}.
 *
 * <p><b>Contents.</b> With {@link SimulatedDriverBuilder#backed} every allocation has real bytes,
 * which copies, fills, kernels' bodies and the host change in call order. Discarded contents are
 * overwritten. Otherwise only metadata is kept and {@link #hostView} is not available.
 *
 * <p>Safe for use by any thread, but deterministic only if the order of calls is: Java threads
 * share the virtual thread {@code main} unless they run inside a {@link HostThread}.
 */
public final class SimulatedDriver implements UnifiedMemoryDriver {

  private static final String HOST_ACCESS = "host access";

  private final VirtualTime time = new VirtualTime();
  private final GpuModel model;
  private final DeviceInfo device;
  private final boolean backed;
  private final Machine machine;
  private final HostMemory hostMemory;
  private final AddressSpace addresses;
  private final Heap heap;
  private final Streams streams = new Streams();
  private final KernelQueue kernels;
  private final ExplicitCopy copies;
  private final HintCalls hints;
  private final HostAccess hostAccess;
  private boolean closed;

  SimulatedDriver(SimulatedDriverBuilder builder) {
    model = builder.model;
    backed = builder.backed;
    device =
        new DeviceInfo(
            "sim",
            true,
            builder.ordinal,
            model.name() + " (simulated)",
            model.computeMajor(),
            model.computeMinor(),
            builder.deviceBytes,
            model.cudaVersion());
    machine = new Machine(model, builder.deviceBytes, new Announcer(builder.observer));
    addresses = new AddressSpace(backed);
    kernels = new KernelQueue(machine, addresses);
    hostMemory = new HostMemory(builder.hostBytes, machine.tally);
    heap = new Heap(machine, hostMemory, addresses);
    copies = new ExplicitCopy(machine);
    hints = new HintCalls(machine, device.ordinal(), time, streams, addresses, hostMemory);
    hostAccess = new HostAccess(machine);
  }

  /** A simulated GPU of {@code model} with its own memory size, contents not backed. */
  public static SimulatedDriver open(GpuModel model) {
    return builder(model).open();
  }

  /** A simulated GPU of {@code model}, with options. */
  public static SimulatedDriverBuilder builder(GpuModel model) {
    return new SimulatedDriverBuilder(model);
  }

  /** The model it was opened with. */
  public GpuModel model() {
    return model;
  }

  /** Whether allocations have real contents. */
  public boolean backed() {
    return backed;
  }

  /** The virtual host thread of that name, made at the first call, at the caller's time. */
  public HostThread hostThread(String name) {
    return time.thread(name);
  }

  /**
   * Launches a kernel. Its body, if any, runs before this returns. Kernels run one after the other
   * in the order of their launch, in whatever streams, and beside moves and copies.
   *
   * @throws DriverException if an access is not inside one live allocation
   */
  public void launch(SimulatedKernel kernel, StreamHandle stream) {
    time.locked(() -> run("cuLaunchKernel", kernel, stream));
    kernel.body().ifPresent(Runnable::run);
  }

  /**
   * Says that the host now reads or writes managed memory, with all its threads, and waits for it.
   * The bytes themselves go through {@link #hostView}.
   *
   * @throws DriverException if the range is not managed, or the host has no memory left for it
   */
  public void hostTouch(AddressRange range, TouchKind kind) {
    perform(
        HOST_ACCESS,
        () -> {
          List<Part> parts = addresses.managed(HOST_ACCESS, range);
          hostMemory.require(HOST_ACCESS, parts);
          time.waitUntil(hostAccess.touch(parts, kind, time.now()));
        });
  }

  /** Says that the calling host thread is busy for {@code nanos} with work of its own. */
  public void hostWork(long nanos) {
    perform("hostWork", () -> time.spend(Math.max(0, nanos)));
  }

  /** What moved since opening. */
  public SimulationCounters counters() {
    return time.locked(() -> machine.tally.snapshot(machine.link));
  }

  /** How many bytes of managed {@code range} have a copy on the device, in flight included. */
  public long residentBytes(AddressRange range) {
    return time.locked(
        () -> {
          long bytes = 0;
          for (Part part : addresses.managed("residency", range)) {
            for (BlockPages touched : part.blocks()) {
              bytes += touched.pages().and(touched.block().onDevice).bytes();
            }
          }
          return bytes;
        });
  }

  /**
   * The bytes of memory of any kind, as the device sees them, for kernels' bodies.
   *
   * @throws UnsupportedOperationException if contents are not backed
   */
  public MemorySegment contents(AddressRange range) {
    MemorySegment bytes = time.locked(() -> addresses.containing("contents", range)).bytes(range);
    if (bytes == null) {
      throw new UnsupportedOperationException(
          "%s has no contents: this simulated driver keeps metadata only; open it with backed(true)"
              .formatted(range));
    }
    return bytes;
  }

  @Override
  public DeviceInfo device() {
    return device;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        Map.of(
            Capability.PAGEABLE_MEMORY_ACCESS,
            "the simulated device reads managed and pinned memory only"));
  }

  /** {@inheritDoc} Virtual: the time of the host thread that asks. */
  @Override
  public NanoClock clock() {
    return time::timeOfCaller;
  }

  @Override
  public MemoryInfo memoryInfo() {
    return call("cuMemGetInfo", machine.memory::info);
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    return call(
        "cuMemAlloc", () -> heap.allocate("cuMemAlloc", MemoryKind.DEVICE, bytes, time.now()));
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    return call(
        "cuMemAllocManaged",
        () -> heap.allocate("cuMemAllocManaged", MemoryKind.MANAGED, bytes, time.now()));
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    return call(
        "cuMemHostAlloc",
        () -> heap.allocate("cuMemHostAlloc", MemoryKind.PINNED, bytes, time.now()));
  }

  @Override
  public void free(AddressRange range) {
    perform(
        "cuMemFree",
        () -> {
          heap.free("cuMemFree", range);
          time.waitUntil(streams.allReady());
        });
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnsupportedOperationException if contents are not backed
   */
  @Override
  @SuppressWarnings("restricted")
  public MemorySegment hostView(AddressRange range) {
    String name = "cuPointerGetAttribute";
    return call(
        name,
        () -> {
          if (addresses.containing(name, range).kind == MemoryKind.DEVICE) {
            throw new DriverException(
                name, CudaStatus.INVALID_VALUE, range.address(), range.bytes());
          }
          // Of global scope and good until freed, as memory that the real driver maps is.
          return MemorySegment.ofAddress(contents(range).address()).reinterpret(range.bytes());
        });
  }

  @Override
  public void advise(AddressRange range, Advice advice, Location location) {
    perform(HintCalls.ADVISE, () -> hints.advise(range, advice, location));
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    perform(HintCalls.PREFETCH, () -> hints.prefetch(range, target, stream));
  }

  @Override
  public void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    perform(HintCalls.PREFETCH_BATCH, () -> hints.prefetchBatch(ranges, target, stream));
  }

  @Override
  public void discard(List<AddressRange> ranges, StreamHandle stream) {
    perform(HintCalls.DISCARD, () -> hints.discard(ranges, stream));
  }

  @Override
  public void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    perform(HintCalls.DISCARD_PREFETCH, () -> hints.discardAndPrefetch(ranges, target, stream));
  }

  @Override
  public RangeAttributes attributes(AddressRange range) {
    return call(
        "cuMemRangeGetAttribute",
        () -> PolicySummary.of(addresses.managed("cuMemRangeGetAttribute", range)));
  }

  @Override
  public void copy(AddressRange destination, long sourceAddress, StreamHandle stream) {
    String name = "cuMemcpyAsync";
    perform(
        name,
        () -> {
          if (sourceAddress <= 0 || sourceAddress > Long.MAX_VALUE - destination.bytes()) {
            throw new DriverException(
                name, CudaStatus.INVALID_VALUE, sourceAddress, destination.bytes());
          }
          AddressRange source = new AddressRange(sourceAddress, destination.bytes());
          SimulatedAllocation to = addresses.containing(name, destination);
          SimulatedAllocation from = addresses.containing(name, source);
          long start = Math.max(time.now(), streams.ready(name, stream));
          long end = copies.copy(new Part(to, destination), new Part(from, source), start);
          streams.extend(name, stream, end);
          MemorySegment toBytes = to.bytes(destination);
          MemorySegment fromBytes = from.bytes(source);
          if (toBytes != null && fromBytes != null) {
            toBytes.copyFrom(fromBytes);
          }
        });
  }

  @Override
  public void fill(AddressRange range, byte value, StreamHandle stream) {
    perform(
        "cuMemsetD8Async",
        () -> {
          SimulatedAllocation allocation = addresses.containing("cuMemsetD8Async", range);
          run("cuMemsetD8Async", SimulatedKernel.of("fill", Access.write(range)), stream);
          MemorySegment bytes = allocation.bytes(range);
          if (bytes != null) {
            bytes.fill(value);
          }
        });
  }

  private long run(String call, SimulatedKernel kernel, StreamHandle stream) {
    requireOpen(call);
    long ready = streams.ready(call, stream);
    kernels.resolve(call, kernel);
    time.spend(Math.round(model.launchNanos()));
    long end = kernels.run(kernel, stream, Math.max(time.now(), ready));
    streams.extend(call, stream, end);
    return end;
  }

  @Override
  public StreamHandle createStream() {
    return call("cuStreamCreate", streams::create);
  }

  @Override
  public void destroyStream(StreamHandle stream) {
    perform("cuStreamDestroy", () -> streams.destroy("cuStreamDestroy", stream));
  }

  @Override
  public void synchronize(StreamHandle stream) {
    perform(
        "cuStreamSynchronize", () -> time.waitUntil(streams.ready("cuStreamSynchronize", stream)));
  }

  @Override
  public EventHandle createEvent() {
    return call("cuEventCreate", streams::createEvent);
  }

  @Override
  public EventHandle createTimingEvent() {
    return createEvent();
  }

  @Override
  public long nanosBetween(EventHandle start, EventHandle end) {
    String name = "cuEventElapsedTime";
    return call(name, () -> streams.between(name, start, end, time.now()));
  }

  @Override
  public void destroyEvent(EventHandle event) {
    perform("cuEventDestroy", () -> streams.destroyEvent("cuEventDestroy", event));
  }

  @Override
  public void record(EventHandle event, StreamHandle stream) {
    String name = "cuEventRecord";
    perform(
        name, () -> streams.record(name, event, Math.max(time.now(), streams.ready(name, stream))));
  }

  @Override
  public void streamWait(StreamHandle stream, EventHandle event) {
    String name = "cuStreamWaitEvent";
    perform(
        name,
        () -> {
          streams.ready(name, stream);
          streams.extend(name, stream, streams.done(name, event));
        });
  }

  /** {@inheritDoc} There are no graphs here to capture: it is only kept. */
  @Override
  public CaptureMode exchangeCaptureMode(CaptureMode mode) {
    requireOpen("cuThreadExchangeStreamCaptureMode");
    return streams.exchangeCaptureMode(mode);
  }

  @Override
  public boolean isComplete(EventHandle event) {
    return call("cuEventQuery", () -> streams.done("cuEventQuery", event) <= time.now());
  }

  @Override
  public void await(EventHandle event) {
    perform("cuEventSynchronize", () -> time.waitUntil(streams.done("cuEventSynchronize", event)));
  }

  /** {@inheritDoc} Contents of memory not freed stay too. Later calls are refused. */
  @Override
  public void close() {
    time.locked(() -> closed = true);
  }

  /**
   * {@inheritDoc} It has a context of its own in the model, but only calls that move or advise are
   * made by it. Threads of its own are {@linkplain #virtualThread virtual}.
   */
  @Override
  public UnifiedMemoryDriver openSibling() {
    return call(
        "cuCtxCreate", () -> SiblingDriver.owning(new SimulatedSibling(this, machine.contexts)));
  }

  @Override
  public Optional<Executor> virtualThread(String name) {
    return Optional.of(time.newThread(name));
  }

  /** Runs {@code work} as one step of the model. */
  void locked(Runnable work) {
    time.locked(
        () -> {
          work.run();
          return machine;
        });
  }

  /** The live allocation {@code range} is inside of. */
  SimulatedAllocation allocation(AddressRange range) {
    return time.locked(() -> addresses.containing("allocation", range));
  }

  private <T> T call(String name, Supplier<T> work) {
    return time.locked(
        () -> {
          requireOpen(name);
          time.spend(Math.round(model.callNanos()));
          return work.get();
        });
  }

  private void perform(String name, Runnable work) {
    call(
        name,
        () -> {
          work.run();
          return name;
        });
  }

  private void requireOpen(String call) {
    if (closed) {
      throw new DriverException(call, CudaStatus.INVALID_CONTEXT, 0, 0);
    }
  }
}
