package io.spillway;

import io.spillway.access.Launch;
import io.spillway.access.LaunchListener;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.AllocationRequest;
import io.spillway.allocate.Allocator;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryPressureWatch;
import io.spillway.allocate.Placement;
import io.spillway.allocate.RedirectRule;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.hint.PlanOutcome;
import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One open session: lets a program use more memory than its GPU has.
 *
 * <p>Allocations that do not fit the device become managed memory; declared {@linkplain #launch
 * launches} let data be moved ahead of the kernels that need it, within the device budget. Neither
 * ever changes what the program computes.
 *
 * <p>Safe for use by any thread. Closing frees what is still allocated.
 */
public final class Spillway implements AutoCloseable {

  private final UnifiedMemoryDriver driver;
  private final boolean ownsDriver;
  private final Allocator allocator;
  private final PlanApplier applier;
  private final Optional<ExecutorService> ownBackground;
  private final Optional<MemoryPressureWatch.Running> pressureWatch;
  private final List<String> pluginNames = new ArrayList<>();
  private final List<SessionListener> listeners = new ArrayList<>();
  private final LaunchListener launchListener = new Announcements();
  private final AtomicLong launchSequence = new AtomicLong();
  private final Interception interception;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Spillway(SpillwayConfig config, UnifiedMemoryDriver driver, boolean ownsDriver) {
    this.driver = driver;
    this.ownsDriver = ownsDriver;
    this.allocator = allocator(config, driver);
    this.applier = new PlanApplier(driver, allocator.ledger(), config.fetchPieceBytes());
    this.ownBackground =
        config.background().isPresent()
            ? Optional.empty()
            : Optional.of(Executors.newSingleThreadExecutor(Spillway::backgroundThread));
    Executor background = config.background().or(() -> ownBackground).orElseThrow();
    boolean active = allocator.whyNotManaged().isEmpty();
    // A simulated device fills no real host.
    this.pressureWatch =
        active && !driver.device().simulated()
            ? Optional.of(watch(allocator.hostMemoryGuard()))
            : Optional.empty();
    if (active) {
      SessionContext context =
          new SessionContext(
              driver, allocator.ledger(), applier, allocator.budgetBytes(), background);
      for (SessionPlugin plugin : config.plugins().orElseGet(Spillway::installedPlugins)) {
        listeners.add(plugin.attach(context));
        pluginNames.add(plugin.name());
      }
    }
    this.interception =
        new Interception(
            allocator,
            applier,
            List.copyOf(listeners),
            launchListener,
            launchSequence,
            this::abandon);
  }

  /**
   * Opens a session.
   *
   * @throws DriverUnavailableException if the configuration names no driver and there is no usable
   *     CUDA driver here
   * @throws IllegalArgumentException if a setting does not suit this machine, such as a budget
   *     larger than the device
   */
  public static Spillway open(SpillwayConfig config) {
    if (config.driver().isPresent()) {
      return new Spillway(config, config.driver().get(), false);
    }
    UnifiedMemoryDriver driver = PanamaDriver.open(config.deviceOrdinal());
    try {
      return new Spillway(config, driver, true);
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
  }

  private static Allocator allocator(SpillwayConfig config, UnifiedMemoryDriver driver) {
    Allocator.Builder builder = Allocator.builder(driver).tracking(config.tracking());
    config.hostMemoryGuard().ifPresent(builder::hostMemoryGuard);
    config
        .deviceBudget()
        .ifPresent(
            budget ->
                builder
                    .budget(budget)
                    .rule(RedirectRule.plainWithinBudget(driver.device().totalBytes())));
    config.redirectRule().ifPresent(builder::rule);
    return builder.build();
  }

  private static MemoryPressureWatch.Running watch(HostMemoryGuard guard) {
    return new MemoryPressureWatch(
            guard,
            alarm ->
                System.getLogger(Spillway.class.getName())
                    .log(System.Logger.Level.WARNING, "host memory: {0}", alarm.message()))
        .start(MemoryPressureWatch.STANDARD_PERIOD);
  }

  private static Thread backgroundThread(Runnable task) {
    Thread thread = new Thread(task, "spillway-background");
    thread.setDaemon(true);
    return thread;
  }

  private static List<SessionPlugin> installedPlugins() {
    return ServiceLoader.load(SessionPlugin.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /**
   * Allocates memory, managed only if it has to be.
   *
   * @param bytes how much, positive
   * @param label what identifies it across runs; may be empty
   */
  public Allocation allocate(long bytes, String label) {
    return allocate(bytes, Placement.AUTO, label);
  }

  /**
   * Allocates memory where the caller wants it.
   *
   * @param bytes how much, positive
   * @param label what identifies it across runs; may be empty
   */
  public Allocation allocate(long bytes, Placement placement, String label) {
    ensureOpen();
    return new Allocation(this, allocator.allocate(new AllocationRequest(bytes, placement, label)));
  }

  /**
   * Declares the next launch. Name what it touches on the returned scope, launch, and close it:
   *
   * {@snippet :
   * try (var scope = spillway.launch("layer", i).reads(weights, offset, bytes)) {
   *   cuLaunchKernel(...);
   * }
   * }
   *
   * @param label what kind of launch it is
   * @param ordinal which of its kind, such as a layer's number
   */
  public LaunchScope launch(String label, int ordinal) {
    ensureOpen();
    Launch launch =
        new Launch(label, ordinal, launchSequence.getAndIncrement(), StreamHandle.DEFAULT);
    return new LaunchScope(launch, launchListener);
  }

  /** Whether allocations can be redirected. */
  public boolean active() {
    return inactiveReason().isEmpty();
  }

  /** Why allocations cannot be redirected; empty if they can. */
  public Optional<String> inactiveReason() {
    return allocator.whyNotManaged();
  }

  /** The most managed bytes kept resident on the device. */
  public long budgetBytes() {
    return allocator.budgetBytes();
  }

  /** The driver, for streams, events and copies of the program's own. */
  public UnifiedMemoryDriver driver() {
    return driver;
  }

  /** What was done so far. */
  public SpillwayStatistics statistics() {
    return new SpillwayStatistics(
        inactiveReason(), pluginNames, allocator.statistics(), applier.statistics());
  }

  /** Applies hints about this session's allocations, in the legacy default stream. */
  public PlanOutcome apply(Plan plan) {
    ensureOpen();
    return applier.apply(plan, StreamHandle.DEFAULT);
  }

  /** This session for a program that makes its own calls. */
  public Interception interception() {
    return interception;
  }

  MemorySegment hostView(Allocation allocation) {
    return driver.hostView(allocation.range());
  }

  void copyIn(Allocation target, long offset, MemorySegment source) {
    if (source.byteSize() > 0) {
      AddressRange range = target.range().slice(offset, source.byteSize());
      if (target.managed()) {
        driver.hostView(range).copyFrom(source);
      } else {
        new StagedCopy(driver).toDevice(range, source);
      }
    }
  }

  void copyOut(Allocation source, long offset, MemorySegment target) {
    if (target.byteSize() > 0) {
      AddressRange range = source.range().slice(offset, target.byteSize());
      driver.synchronize(StreamHandle.DEFAULT);
      if (source.managed()) {
        target.copyFrom(driver.hostView(range));
      } else {
        new StagedCopy(driver).toHost(target, range);
      }
    }
  }

  void free(LiveAllocation allocation) {
    listeners.forEach(listener -> listener.freeing(allocation.range()));
    allocator.free(allocation.range().address());
    applier.forget(allocation);
  }

  private void ensureOpen() {
    if (closed.get()) {
      throw new IllegalStateException("this Spillway session is closed: open another");
    }
  }

  /**
   * Ends the session: plugins first, then what is still allocated, then the driver if the session
   * opened it. Closing twice does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List<Runnable> steps = pluginEndings();
    steps.add(allocator::close);
    if (ownsDriver) {
      steps.add(driver::close);
    }
    runAll(steps);
  }

  /** Ends without freeing what the program that was intercepted still uses. */
  private void abandon() {
    if (closed.compareAndSet(false, true)) {
      runAll(pluginEndings());
    }
  }

  private List<Runnable> pluginEndings() {
    List<Runnable> steps = new ArrayList<>();
    listeners.forEach(listener -> steps.add(listener::close));
    ownBackground.ifPresent(background -> steps.add(background::close));
    pressureWatch.ifPresent(watch -> steps.add(watch::close));
    return steps;
  }

  /** Runs every step, whatever the others throw; then throws the first failure. */
  private static void runAll(List<Runnable> steps) {
    RuntimeException failure = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Passes launches on to the plugins, after taking back advice that a write would make wrong. */
  private final class Announcements implements LaunchListener {
    @Override
    public void declared(Launch launch, RangeAccess access) {
      if (access.kind().writes()) {
        applier.expectWrite(access.range());
      }
      for (SessionListener listener : listeners) {
        listener.declared(launch, access);
      }
    }

    @Override
    public void issued(Launch launch) {
      for (SessionListener listener : listeners) {
        listener.issued(launch);
      }
    }
  }
}
