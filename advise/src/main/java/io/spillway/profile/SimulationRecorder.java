package io.spillway.profile;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.access.ChunkEvents;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulationEvent;
import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationObserver;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;

/**
 * Writes what a simulated machine does as the events that a recorder on a GPU writes, on the
 * virtual clock, so that a recording of either has the same form.
 *
 * <p>Make one for a driver, as its observer; name it among the session's plugins too, so that what
 * happens is told with the launch it happens for, and the machine is described. Events go to any
 * JFR recording that runs. Safe for use by any thread; for one session at a time.
 */
public final class SimulationRecorder implements SimulationObserver, SessionPlugin {

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_GB = 1e9;

  /** Bytes of a page of host memory: x86-64. */
  private static final double PAGE_BYTES = 4096;

  private static final double PAGES_PER_BLOCK = Blocks.BYTES / PAGE_BYTES;

  private final GpuModel model;
  private final ThreadLocal<Long> current = ThreadLocal.withInitial(() -> Measure.NEVER);
  private volatile long lastSequence = Measure.NEVER;

  // JFR's thread asks for the time, which must not wait for the driver.
  private volatile long lastNanos;

  /** A recorder for a driver of {@code model}. */
  public SimulationRecorder(GpuModel model) {
    this.model = model;
  }

  @Override
  public String name() {
    return "simulation";
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new Session(context);
  }

  @Override
  public void observe(SimulationEvent event) {
    lastNanos = event.endNanos();
    switch (event) {
      case SimulationEvent.Fault fault -> fault(fault);
      case SimulationEvent.Transfer transfer ->
          TransferEvent.emit(
              switch (transfer.direction()) {
                case TO_DEVICE -> Direction.TO_DEVICE;
                case TO_HOST -> Direction.TO_HOST;
              },
              cause(transfer.cause()),
              transfer.address(),
              transfer.bytes(),
              transfer.startNanos(),
              transfer.endNanos(),
              sequence(transfer.kernel()));
      case SimulationEvent.Kernel kernel ->
          KernelEvent.emit(
              sequence(kernel.ordinal()),
              kernel.ordinal(),
              kernel.name(),
              kernel.startNanos(),
              kernel.endNanos(),
              kernel.stream().value());
      case SimulationEvent.RemoteMap map ->
          ContentionEvent.emit(
              ContentionKind.REMOTE_MAP,
              Processor.GPU,
              map.address(),
              map.bytes(),
              map.startNanos(),
              map.endNanos(),
              sequence(map.kernel()));
      case SimulationEvent.Drop drop -> {
        // No recorder on a GPU sees these; those that were asked for are hint events.
      }
    }
  }

  private void fault(SimulationEvent.Fault fault) {
    boolean device = fault.processor() == SimulationEvent.Processor.DEVICE;
    FaultEvent.emit(
        device ? Processor.GPU : Processor.CPU,
        access(fault.kind()),
        fault.address(),
        fault.entries(),
        fault.parts(),
        fault.startNanos(),
        fault.endNanos(),
        device ? sequence(fault.kernel()) : lastSequence);
  }

  /** The launch that this thread is making, if a kernel is what is told of. */
  private long sequence(long kernel) {
    return kernel < 0 ? Measure.NEVER : current.get();
  }

  private static FaultAccess access(TouchKind kind) {
    return switch (kind) {
      case READ -> FaultAccess.READ;
      case WRITE, READ_WRITE -> FaultAccess.WRITE;
      case ATOMIC -> FaultAccess.ATOMIC;
    };
  }

  private static TransferCause cause(Cause cause) {
    return switch (cause) {
      case PREFETCH -> TransferCause.USER;
      case TREE_PREFETCH -> TransferCause.PREFETCH;
      case FAULT -> TransferCause.COHERENCE;
      case EVICTION -> TransferCause.EVICTION;
      case COPY -> TransferCause.COPY;
    };
  }

  /**
   * The figures of a model, as a profile has them.
   *
   * @param deviceBytes the device's memory
   * @param budgetBytes the most managed memory kept resident
   */
  public static MachineFigures figures(GpuModel model, long deviceBytes, long budgetBytes) {
    double linkNanos = Blocks.BYTES / model.prefetchLinkGBps();
    double faultNanos = model.faultBatchNanos() + PAGES_PER_BLOCK * model.faultPageNanos();
    double moveNanos = PAGES_PER_BLOCK * model.faultMovePageNanos();
    return new MachineFigures(
        model.name(),
        true,
        deviceBytes,
        budgetBytes,
        model.prefetchLinkGBps() * BYTES_PER_GB,
        blocksPerSecond(model.toHostDeferredBlockNanos()),
        blocksPerSecond(model.toHostDeferredBlockNanos() + model.hostPagesBlockNanos()),
        blocksPerSecond(linkNanos + faultNanos + moveNanos),
        blocksPerSecond(linkNanos + faultNanos),
        model.zeroCopyGBps() * BYTES_PER_GB,
        blocksPerSecond(2 * model.adviseBlockNanos()), // taken back and set again
        PAGE_BYTES * NANOS_PER_SECOND / model.collapsePageNanos(),
        blocksPerSecond(model.hostUnmapBlockNanos()),
        model.deviceReadGBps() * BYTES_PER_GB);
  }

  private static double blocksPerSecond(double nanosPerBlock) {
    return Blocks.BYTES * NANOS_PER_SECOND / nanosPerBlock;
  }

  /** Tells which launch a thread is making, and the machine in each chunk. */
  private final class Session implements SessionListener {
    private final MachineFigures figures;
    private final ChunkEvents chunks;

    Session(SessionContext context) {
      this.figures =
          figures(
              model,
              context.driver().device().totalBytes(),
              context.residentLimitBytes().getAsLong());
      this.chunks = ChunkEvents.begin(RecordingEvent.class, this::describe);
      lastSequence = Measure.NEVER;
      describe();
    }

    private void describe() {
      RecordingEvent.emit("simulator", "", figures, lastNanos);
    }

    @Override
    public void declared(Launch launch, RangeAccess access) {
      current.set(launch.sequence());
      lastSequence = launch.sequence();
    }

    @Override
    public void issued(Launch launch) {
      current.remove();
      lastSequence = launch.sequence();
    }

    @Override
    public void freeing(AddressRange range) {}

    @Override
    public void close() {
      chunks.close();
      RecordingEndEvent.emit("simulator", 0, 0);
    }
  }
}
