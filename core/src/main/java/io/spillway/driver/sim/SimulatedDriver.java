package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.Location;
import io.spillway.driver.MemoryInfo;
import io.spillway.driver.NanoClock;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.AddressSpace.Part;
import io.spillway.driver.sim.ExplicitMove.Done;
import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
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
 * <p><b>Contents.</b> With {@link Builder#backed} every allocation has real bytes, which copies,
 * fills, kernels' bodies and the host change in call order. Discarded contents are overwritten.
 * Otherwise only metadata is kept and {@link #hostView} is not available.
 *
 * <p>Safe for use by any thread, but deterministic only if the order of calls is: Java threads
 * share the virtual thread {@code main} unless they run inside a {@link HostThread}.
 */
public final class SimulatedDriver implements UnifiedMemoryDriver {

  private static final String PREFETCH = "cuMemPrefetchAsync";
  private static final String PREFETCH_BATCH = "cuMemPrefetchBatchAsync";
  private static final String DISCARD = "cuMemDiscardBatchAsync";
  private static final String DISCARD_PREFETCH = "cuMemDiscardAndPrefetchBatchAsync";

  private final ReentrantLock lock = new ReentrantLock();
  private final GpuModel model;
  private final DeviceInfo device;
  private final long hostBytes;
  private final boolean backed;
  private final Machine machine;
  private final AddressSpace addresses;
  private final Streams streams = new Streams();
  private final FaultService faults;
  private final ExplicitMove moves;
  private final ExplicitCopy copies;
  private final PolicyChange policies;
  private final HostAccess hostAccess;
  private final Map<String, HostThread> hostThreads = new HashMap<>();
  private final HostThread mainThread = new HostThread(this, "main");
  private final ThreadLocal<HostThread> currentThread = ThreadLocal.withInitial(() -> mainThread);
  private long pinnedBytes;
  private boolean closed;

  private SimulatedDriver(Builder builder) {
    model = builder.model;
    hostBytes = builder.hostBytes;
    backed = builder.backed;
    device =
        new DeviceInfo(
            "sim",
            true,
            0,
            model.name() + " (simulated)",
            model.computeMajor(),
            model.computeMinor(),
            builder.deviceBytes,
            model.cudaVersion());
    machine = new Machine(model, builder.deviceBytes);
    addresses = new AddressSpace(backed);
    faults = new FaultService(machine);
    moves = new ExplicitMove(machine);
    copies = new ExplicitCopy(machine);
    policies = new PolicyChange(machine);
    hostAccess = new HostAccess(machine);
    hostThreads.put(mainThread.name(), mainThread);
  }

  /** A simulated GPU of {@code model} with its own memory size, contents not backed. */
  public static SimulatedDriver open(GpuModel model) {
    return builder(model).open();
  }

  /** A simulated GPU of {@code model}, with options. */
  public static Builder builder(GpuModel model) {
    return new Builder(model);
  }

  /** What may differ from the model. */
  public static final class Builder {
    private final GpuModel model;
    private long deviceBytes;
    private long hostBytes;
    private boolean backed;

    private Builder(GpuModel model) {
      this.model = model;
      deviceBytes = model.memoryBytes();
      hostBytes = model.hostMemoryBytes();
    }

    /** The device's memory in bytes; otherwise the model's. */
    public Builder deviceBytes(long bytes) {
      if (bytes <= 0) {
        throw new IllegalArgumentException("device memory of " + bytes + " bytes");
      }
      deviceBytes = bytes;
      return this;
    }

    /** The host's memory in bytes; otherwise the model's. */
    public Builder hostBytes(long bytes) {
      if (bytes <= 0) {
        throw new IllegalArgumentException("host memory of " + bytes + " bytes");
      }
      hostBytes = bytes;
      return this;
    }

    /** Whether allocations have real contents, each in as much memory of this JVM's process. */
    public Builder backed(boolean contents) {
      backed = contents;
      return this;
    }

    /** Opens the driver. */
    public SimulatedDriver open() {
      return new SimulatedDriver(this);
    }
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
    lock.lock();
    try {
      return hostThreads.computeIfAbsent(
          name,
          wanted -> {
            HostThread thread = new HostThread(this, wanted);
            thread.time = now();
            return thread;
          });
    } finally {
      lock.unlock();
    }
  }

  /**
   * Launches a kernel. Its body, if any, runs before this returns.
   *
   * @throws DriverException if an access is not inside one live allocation
   */
  public void launch(SimulatedKernel kernel, StreamHandle stream) {
    lock.lock();
    try {
      run("cuLaunchKernel", kernel, stream);
    } finally {
      lock.unlock();
    }
    kernel.body().ifPresent(Runnable::run);
  }

  /**
   * Says that the host now reads or writes managed memory, with all its threads, and waits for it.
   * The bytes themselves go through {@link #hostView}.
   *
   * @throws DriverException if the range is not managed, or the host has no memory left for it
   */
  public void hostTouch(AddressRange range, AccessKind kind) {
    lock.lock();
    try {
      List<Part> parts = addresses.managed("host access", range);
      requireHostMemory("host access", parts);
      waitUntil(hostAccess.touch(parts, kind, now()));
    } finally {
      lock.unlock();
    }
  }

  /** Says that the calling host thread is busy for {@code nanos} with work of its own. */
  public void hostWork(long nanos) {
    lock.lock();
    try {
      spend(Math.max(0, nanos));
    } finally {
      lock.unlock();
    }
  }

  /** What moved since opening. */
  public SimulationCounters counters() {
    lock.lock();
    try {
      return machine.tally.snapshot(machine.link);
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes of managed {@code range} have a copy on the device, in flight included. */
  public long residentBytes(AddressRange range) {
    lock.lock();
    try {
      long bytes = 0;
      for (Part part : addresses.managed("residency", range)) {
        SimulatedAllocation allocation = part.allocation();
        int last = allocation.blockIndex(part.range().end() - 1);
        for (int i = allocation.blockIndex(part.range().address()); i <= last; i++) {
          bytes += allocation.pages(i, part.range()).and(allocation.blocks[i].onDevice).bytes();
        }
      }
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The bytes of memory of any kind, as the device sees them, for kernels' bodies.
   *
   * @throws UnsupportedOperationException if contents are not backed
   */
  public MemorySegment contents(AddressRange range) {
    lock.lock();
    try {
      MemorySegment bytes = addresses.containing("contents", range).bytes(range);
      if (bytes == null) {
        throw new UnsupportedOperationException(
            "%s has no contents: this simulated driver keeps metadata only; open it with backed(true)"
                .formatted(range));
      }
      return bytes;
    } finally {
      lock.unlock();
    }
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
    return () -> timeOf(currentThread.get());
  }

  @Override
  public MemoryInfo memoryInfo() {
    return call("cuMemGetInfo", machine.memory::info);
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    return call("cuMemAlloc", () -> allocate("cuMemAlloc", MemoryKind.DEVICE, bytes));
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    return call(
        "cuMemAllocManaged", () -> allocate("cuMemAllocManaged", MemoryKind.MANAGED, bytes));
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    return call("cuMemHostAlloc", () -> allocate("cuMemHostAlloc", MemoryKind.PINNED, bytes));
  }

  private AddressRange allocate(String call, MemoryKind kind, long bytes) {
    if (bytes <= 0) {
      throw new DriverException(call, CudaStatus.INVALID_VALUE, 0, bytes);
    }
    long pinnedRoom = hostBytes - machine.tally.hostPageBytes - pinnedBytes;
    if (kind == MemoryKind.PINNED && bytes > pinnedRoom
        || kind == MemoryKind.DEVICE && bytes > device.totalBytes()) {
      throw new OutOfDeviceMemoryException(call, 0, bytes);
    }
    SimulatedAllocation allocation = addresses.allocate(call, kind, bytes);
    if (kind == MemoryKind.DEVICE && !machine.memory.takePlain(bytes, now())) {
      addresses.remove(call, allocation.range).release();
      throw new OutOfDeviceMemoryException(call, 0, bytes);
    }
    pinnedBytes += kind == MemoryKind.PINNED ? bytes : 0;
    return allocation.range;
  }

  @Override
  public void free(AddressRange range) {
    call(
        "cuMemFree",
        () -> {
          SimulatedAllocation allocation = addresses.remove("cuMemFree", range);
          waitUntil(streams.allReady());
          switch (allocation.kind) {
            case DEVICE -> machine.memory.givePlain(range.bytes());
            case PINNED -> pinnedBytes -= range.bytes();
            case MANAGED -> {
              for (BlockState block : allocation.blocks) {
                machine.memory.forget(block);
                machine.tally.hostPageBytes -= block.hostPages.bytes();
              }
            }
          }
          allocation.release();
          return allocation;
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
    call(
        "cuMemAdvise",
        () -> {
          List<Part> parts = addresses.managed("cuMemAdvise", range);
          if (advice == Advice.SET_PREFERRED_LOCATION
              || advice == Advice.SET_ACCESSED_BY
              || advice == Advice.UNSET_ACCESSED_BY) {
            requireLocation("cuMemAdvise", location, range);
          }
          long nanos = policies.apply(parts, advice, location);
          machine.stallMoves(nanos);
          spend(nanos);
          return parts;
        });
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    call(PREFETCH, () -> move(PREFETCH, List.of(range), target, stream));
  }

  @Override
  public void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    call(PREFETCH_BATCH, () -> move(PREFETCH_BATCH, ranges, target, stream));
  }

  @Override
  public void discard(List<AddressRange> ranges, StreamHandle stream) {
    call(DISCARD, () -> discard(DISCARD, ranges, stream));
  }

  @Override
  public void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    call(
        DISCARD_PREFETCH,
        () -> {
          List<Part> parts = parts(DISCARD_PREFETCH, ranges);
          requireLocation(DISCARD_PREFETCH, target, ranges.getFirst());
          requireRoomAt(DISCARD_PREFETCH, target, parts);
          discard(DISCARD_PREFETCH, ranges, stream);
          return move(DISCARD_PREFETCH, ranges, target, stream);
        });
  }

  private List<Part> parts(String call, List<AddressRange> ranges) {
    if (ranges.isEmpty()) {
      throw new DriverException(call, CudaStatus.INVALID_VALUE, 0, 0);
    }
    List<Part> parts = new ArrayList<>();
    try {
      for (AddressRange range : ranges) {
        parts.addAll(addresses.managed(call, range));
      }
    } catch (DriverException e) {
      // CUDA does not say which range it was.
      long bytes = ranges.stream().mapToLong(AddressRange::bytes).sum();
      throw new DriverException(call, e.status(), ranges.getFirst().address(), bytes);
    }
    return parts;
  }

  private Done move(String call, List<AddressRange> ranges, Location target, StreamHandle stream) {
    List<Part> parts = parts(call, ranges);
    requireLocation(call, target, ranges.getFirst());
    requireRoomAt(call, target, parts);
    Done done = moves.move(parts, ranges.size(), target, now(), streams.ready(call, stream));
    streams.extend(stream, done.completesAt());
    waitUntil(done.returnsAt());
    return done;
  }

  private List<Part> discard(String call, List<AddressRange> ranges, StreamHandle stream) {
    List<Part> parts = parts(call, ranges);
    long ready = streams.ready(call, stream);
    long blocks = 0;
    for (Part part : parts) {
      SimulatedAllocation allocation = part.allocation();
      int last = allocation.blockIndex(part.range().end() - 1);
      for (int i = allocation.blockIndex(part.range().address()); i <= last; i++) {
        BlockState block = allocation.blocks[i];
        block.discarded = block.discarded.or(allocation.pages(i, part.range()));
        machine.memory.noteDiscarded(block);
        blocks++;
      }
      allocation.poison(part.range());
    }
    spend(Math.round(blocks * model.discardBlockNanos()));
    streams.extend(stream, Math.max(ready, now()));
    return parts;
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
    call(
        name,
        () -> {
          if (sourceAddress <= 0 || sourceAddress > Long.MAX_VALUE - destination.bytes()) {
            throw new DriverException(
                name, CudaStatus.INVALID_VALUE, sourceAddress, destination.bytes());
          }
          AddressRange source = new AddressRange(sourceAddress, destination.bytes());
          SimulatedAllocation to = addresses.containing(name, destination);
          SimulatedAllocation from = addresses.containing(name, source);
          long start = Math.max(now(), streams.ready(name, stream));
          long end =
              copies.copy(
                  new ExplicitCopy.End(to, destination), new ExplicitCopy.End(from, source), start);
          streams.extend(stream, end);
          MemorySegment toBytes = to.bytes(destination);
          MemorySegment fromBytes = from.bytes(source);
          if (toBytes != null && fromBytes != null) {
            toBytes.copyFrom(fromBytes);
          }
          return to;
        });
  }

  @Override
  public void fill(AddressRange range, byte value, StreamHandle stream) {
    call(
        "cuMemsetD8Async",
        () -> {
          SimulatedAllocation allocation = addresses.containing("cuMemsetD8Async", range);
          run("cuMemsetD8Async", SimulatedKernel.of("fill", Access.write(range)), stream);
          MemorySegment bytes = allocation.bytes(range);
          if (bytes != null) {
            bytes.fill(value);
          }
          return allocation;
        });
  }

  private void run(String call, SimulatedKernel kernel, StreamHandle stream) {
    requireOpen(call);
    long ready = streams.ready(call, stream);
    List<SimulatedAllocation> touched = new ArrayList<>();
    double bytes = 0;
    for (Access access : kernel.accesses()) {
      touched.add(addresses.containing(call, access.range()));
      double factor = access.kind() == AccessKind.READ_WRITE ? 2 : 1;
      bytes += factor * access.range().bytes() * access.density() * access.passes();
    }
    spend(Math.round(model.launchNanos()));
    long start = Math.max(Math.max(now(), ready), machine.kernelsEnd);
    KernelRun run = new KernelRun(machine, faults, bytes == 0 ? 0 : kernel.computeNanos() / bytes);
    long end = run.run(kernel.accesses(), touched, start, kernel.computeNanos());
    machine.kernelsEnd = end;
    streams.extend(stream, end);
  }

  @Override
  public StreamHandle createStream() {
    return call("cuStreamCreate", streams::create);
  }

  @Override
  public void destroyStream(StreamHandle stream) {
    call(
        "cuStreamDestroy",
        () -> {
          streams.destroy("cuStreamDestroy", stream);
          return stream;
        });
  }

  @Override
  public void synchronize(StreamHandle stream) {
    call(
        "cuStreamSynchronize",
        () -> {
          waitUntil(streams.ready("cuStreamSynchronize", stream));
          return stream;
        });
  }

  @Override
  public EventHandle createEvent() {
    return call("cuEventCreate", streams::createEvent);
  }

  @Override
  public void destroyEvent(EventHandle event) {
    call(
        "cuEventDestroy",
        () -> {
          streams.destroyEvent("cuEventDestroy", event);
          return event;
        });
  }

  @Override
  public void record(EventHandle event, StreamHandle stream) {
    String name = "cuEventRecord";
    call(
        name,
        () -> {
          streams.record(name, event, Math.max(now(), streams.ready(name, stream)));
          return event;
        });
  }

  @Override
  public void streamWait(StreamHandle stream, EventHandle event) {
    String name = "cuStreamWaitEvent";
    call(
        name,
        () -> {
          streams.ready(name, stream);
          streams.extend(stream, streams.done(name, event));
          return event;
        });
  }

  @Override
  public boolean isComplete(EventHandle event) {
    return call("cuEventQuery", () -> streams.done("cuEventQuery", event) <= now());
  }

  @Override
  public void await(EventHandle event) {
    call(
        "cuEventSynchronize",
        () -> {
          waitUntil(streams.done("cuEventSynchronize", event));
          return event;
        });
  }

  /** {@inheritDoc} Contents of memory not freed stay too. Later calls are refused. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** The live allocation {@code range} is inside of. */
  SimulatedAllocation allocation(AddressRange range) {
    lock.lock();
    try {
      return addresses.containing("allocation", range);
    } finally {
      lock.unlock();
    }
  }

  long timeOf(HostThread thread) {
    lock.lock();
    try {
      return thread.time;
    } finally {
      lock.unlock();
    }
  }

  void runOn(HostThread thread, Runnable task) {
    HostThread caller = currentThread.get();
    catchUp(thread, timeOf(caller));
    currentThread.set(thread);
    try {
      task.run();
    } finally {
      currentThread.set(caller);
    }
  }

  void joinThread(HostThread thread) {
    catchUp(currentThread.get(), timeOf(thread));
  }

  private void catchUp(HostThread thread, long time) {
    lock.lock();
    try {
      thread.time = Math.max(thread.time, time);
    } finally {
      lock.unlock();
    }
  }

  private <T> T call(String name, Supplier<T> work) {
    lock.lock();
    try {
      requireOpen(name);
      spend(Math.round(model.callNanos()));
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen(String call) {
    if (closed) {
      throw new DriverException(call, CudaStatus.INVALID_CONTEXT, 0, 0);
    }
  }

  private static void requireLocation(String call, Location location, AddressRange range) {
    if (location instanceof Location.Device other && other.ordinal() != 0) {
      throw new DriverException(call, CudaStatus.INVALID_DEVICE, range.address(), range.bytes());
    }
  }

  private void requireRoomAt(String call, Location target, List<Part> parts) {
    if (!(target instanceof Location.Device)) {
      requireHostMemory(call, parts);
    }
  }

  private void requireHostMemory(String call, List<Part> parts) {
    long room = hostBytes - pinnedBytes - machine.tally.hostPageBytes;
    for (Part part : parts) {
      SimulatedAllocation allocation = part.allocation();
      int last = allocation.blockIndex(part.range().end() - 1);
      for (int i = allocation.blockIndex(part.range().address()); i <= last; i++) {
        BlockState block = allocation.blocks[i];
        room -= allocation.pages(i, part.range()).minus(block.hostPages).bytes();
      }
      if (room < 0) {
        throw new OutOfDeviceMemoryException(call, part.range().address(), part.range().bytes());
      }
    }
  }

  private long now() {
    return currentThread.get().time;
  }

  private void spend(long nanos) {
    currentThread.get().time += nanos;
  }

  private void waitUntil(long time) {
    HostThread thread = currentThread.get();
    thread.time = Math.max(thread.time, time);
  }
}
