package io.spillway;

import io.spillway.access.Launch;
import io.spillway.access.LaunchListener;
import io.spillway.allocate.AllocationEvent;
import io.spillway.allocate.AllocationException;
import io.spillway.allocate.AllocationRequest;
import io.spillway.allocate.AllocationTracking;
import io.spillway.allocate.Allocator;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.DeviceShares;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.allocate.MemoryPressureWatch;
import io.spillway.allocate.Placement;
import io.spillway.allocate.RedirectRule;
import io.spillway.allocate.SessionEvent;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.hint.Hint;
import io.spillway.hint.HintStream;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.hint.PlanOutcome;
import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
 * <p>Safe for use by any thread. Closing frees what is still allocated; after that, methods that
 * need an open session throw {@link IllegalStateException}.
 */
public final class Spillway implements AutoCloseable {

  private final UnifiedMemoryDriver driver;
  private final Allocator allocator;
  private final PlanApplier applier;
  private final boolean budgetGiven;
  private final BesideCaptures background;
  private final Map<String, SessionListener> listenersByName = new LinkedHashMap<>();
  private final List<SessionListener> listeners = new ArrayList<>();
  private final LaunchListener launchListener;
  private final AtomicLong launchSequence = new AtomicLong();
  private final Interception interception;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What ends the session's own work, in order. */
  private final List<Runnable> endings = new ArrayList<>();

  /** Run when nothing of the session's is on the device any more. */
  private Runnable givesBackShare = () -> {};

  private final boolean ownsDriver;
  private Optional<HintStream> hintStream = Optional.empty();

  private Spillway(SpillwayConfig config, UnifiedMemoryDriver driver) {
    this.driver = driver;
    this.ownsDriver = config.driver().isEmpty();
    this.allocator = allocator(config, driver);
    this.applier = new PlanApplier(driver, allocator.ledger(), config.fetchPieceBytes());
    this.launchListener = new Announcements(applier, listeners);
    this.budgetGiven = config.deviceBudget().isPresent();
    this.background =
        new BesideCaptures(config.background().orElseGet(this::ownBackground), driver);
    this.interception =
        new Interception(
            allocator,
            applier,
            Collections.unmodifiableList(listeners),
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
    UnifiedMemoryDriver driver =
        config.driver().orElseGet(() -> PanamaDriver.open(config.deviceOrdinal()));
    Spillway session = null;
    boolean opened = false;
    try {
      session = new Spillway(config, driver);
      session.begin(config);
      opened = true;
      return session;
    } finally {
      if (!opened) {
        if (session != null) {
          session.close();
        } else if (config.driver().isEmpty()) {
          driver.close();
        }
      }
    }
  }

  /** Lets plugins join, where there is something to do for them. */
  private void begin(SpillwayConfig config) {
    SessionEvent.emit(allocator.budgetBytes());
    endings.addLast(AllocationEvent.inEachChunk(allocator.ledger())::close);
    if (!active()) {
      tellUnrecorded(config, inactiveReason().orElse("inactive"));
      return;
    }
    shares(config).ifPresent(shares -> givesBackShare = allocator.share(shares, !budgetGiven));
    HintStream stream = new HintStream(driver, applier);
    endings.addLast(stream::close);
    hintStream = Optional.of(stream);
    SessionContext context =
        new SessionContext(
            config,
            driver,
            allocator.ledger(),
            applier,
            this::residentLimitBytes,
            this::apply,
            background);
    for (SessionPlugin plugin : SessionPlugins.of(config)) {
      if (!plugin.wanted(config)) {
        continue;
      }
      SessionListener listener = plugin.attach(context);
      endings.addFirst(listener::close);
      listeners.add(listener);
      listenersByName.put(plugin.name(), listener);
    }
    if (!listeners.isEmpty()) {
      allocator.countOthers();
    }
    if (!listenersByName.containsKey(SessionPlugins.RECORDER)) {
      tellUnrecorded(config, "spillway-advise, which records, is not on the class path");
    }
    if (!driver.device().simulated()) { // a simulated device fills no real host
      endings.addLast(watch(allocator.hostMemoryGuard())::close);
    }
  }

  /** A simulated device is nobody else's, unless its sessions say that they share it. */
  private Optional<DeviceShares> shares(SpillwayConfig config) {
    return config
        .deviceShares()
        .or(
            () ->
                driver.device().simulated()
                    ? Optional.empty()
                    : Optional.of(DeviceShares.ofThisProcess()));
  }

  /** A recording that was asked for and is not made must not go unnoticed. */
  private static void tellUnrecorded(SpillwayConfig config, String reason) {
    config
        .profile()
        .ifPresent(profile -> profile.report().accept("profile: nothing is recorded: " + reason));
  }

  /**
   * A budget that is given bounds plain memory too. One that is not is a share of the card, of
   * which plain memory, which cannot leave, may have taken more than the rest.
   */
  private long residentLimitBytes() {
    long budgetBytes = allocator.budgetBytes();
    return budgetGiven
        ? Math.max(0, budgetBytes - allocator.ledger().liveBytes(MemoryKind.DEVICE))
        : Math.min(budgetBytes, allocator.leftByPlainBytes());
  }

  private Executor ownBackground() {
    ExecutorService thread = Executors.newSingleThreadExecutor(Spillway::backgroundThread);
    endings.addLast(thread::close);
    return thread;
  }

  private static Allocator allocator(SpillwayConfig config, UnifiedMemoryDriver driver) {
    Allocator.Builder builder = Allocator.builder(driver).tracking(tracking(config));
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

  /**
   * Hints are for sites, which are numbered alike only if all allocations are, as in recordings.
   */
  private static AllocationTracking tracking(SpillwayConfig config) {
    return config.hints().isPresent() && config.tracking() == AllocationTracking.CALL_SITE
        ? AllocationTracking.EVERY_CALL_SITE
        : config.tracking();
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

  /**
   * Allocates memory, managed only if it has to be: {@link Placement#AUTO}.
   *
   * @param bytes how much, positive
   * @param label what identifies it across runs; may be empty
   * @throws AllocationException if Spillway refuses it, for instance because the host could not
   *     hold it
   * @throws DriverException if the driver refuses it
   */
  public Allocation allocate(long bytes, String label) {
    return allocate(bytes, Placement.AUTO, label);
  }

  /**
   * Allocates memory where the caller wants it.
   *
   * @param bytes how much, positive
   * @param label what identifies it across runs; may be empty
   * @throws AllocationException if Spillway refuses it: {@link Placement#MANAGED} where there is no
   *     managed memory, or more than the host could hold
   * @throws DriverException if the driver refuses it
   */
  public Allocation allocate(long bytes, Placement placement, String label) {
    ensureOpen();
    AllocationRequest request = new AllocationRequest(bytes, placement, label);
    return new Allocation(this, interception.told(allocator.allocate(request)));
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
    return new LaunchScope(launch, launchListener, this::nobodyMayEnqueue);
  }

  /** Whether a stream is being captured, if there is anybody who might enqueue work in it. */
  private boolean nobodyMayEnqueue(StreamHandle stream) {
    return !listeners.isEmpty() && !closed.get() && driver.capturing(stream);
  }

  /**
   * Names the next launches, for a program that knows them before it can declare them, such as the
   * experts that a router chose for some layers. Each is still declared with {@link #launch} when
   * it is made. Like a scope this is a promise: a launch that is named and never made costs its
   * transfers, nothing else.
   *
   * @param launches in the order in which they will be made; they replace those named before
   */
  public void upcoming(List<UpcomingLaunch> launches) {
    ensureOpen();
    List<UpcomingLaunch> copy = List.copyOf(launches);
    for (SessionListener listener : listeners) {
      listener.upcoming(copy);
    }
  }

  /** Whether allocations can be redirected. */
  public boolean active() {
    return inactiveReason().isEmpty();
  }

  /** Why allocations cannot be redirected; empty if they can. */
  public Optional<String> inactiveReason() {
    return allocator.whyNotManaged();
  }

  /** The most managed memory to keep resident on the device, in bytes. */
  public long budgetBytes() {
    return allocator.budgetBytes();
  }

  /**
   * Changes the device budget while the program runs. What exceeds a smaller budget leaves as soon
   * as the launches that use it are done; the plugin that keeps the budget sees to that. Other
   * sessions may use the room at once, so for a moment more may be on the device.
   *
   * @throws IllegalArgumentException if it does not suit this device or host, or other sessions
   *     leave less of what they {@linkplain DeviceShares share}; then it stays
   */
  public void resizeBudget(DeviceBudget budget) {
    ensureOpen();
    allocator.resizeBudget(budget);
    listeners.forEach(SessionListener::budgetResized);
  }

  /** The driver, for streams, events and copies of the program's own. */
  public UnifiedMemoryDriver driver() {
    return driver;
  }

  /** What this session did so far; a snapshot. */
  public SpillwayStatistics statistics() {
    Map<String, String> states = new LinkedHashMap<>();
    listenersByName.forEach((name, listener) -> states.put(name, listener.state()));
    return new SpillwayStatistics(
        inactiveReason(),
        states,
        allocator.statistics(),
        applier.statistics(),
        listeners.stream()
            .map(SessionListener::mostResidentBytes)
            .flatMapToLong(OptionalLong::stream)
            .max(),
        background.refused());
  }

  /**
   * Applies hints about this session's allocations, in order with the work in the legacy default
   * stream. May take as long as the moves it asks for.
   *
   * @return what became of each; what the driver refused is in it, not thrown
   */
  public PlanOutcome apply(Plan plan) {
    ensureOpen();
    PlanOutcome outcome =
        hintStream
            .map(stream -> stream.apply(plan))
            .orElseGet(() -> applier.apply(plan, StreamHandle.DEFAULT));
    if (outcome.complete()) {
      listeners.forEach(listener -> listener.applied(plan));
    }
    return outcome;
  }

  /** Has {@code range} brought to the device, by who keeps the budget if anyone does. */
  void fetch(AddressRange range) {
    ensureOpen();
    for (SessionListener listener : listeners) {
      if (listener.fetch(range)) {
        return;
      }
    }
    Plan plan = Plan.of(new Hint.Fetch(range));
    background.execute(() -> hintStream.ifPresent(stream -> stream.apply(plan)));
  }

  /** This session as seen by a program that makes its own CUDA calls. */
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
        driver.synchronize(StreamHandle.DEFAULT); // as a copy by the device would wait
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
    interception.free(allocation);
  }

  private void ensureOpen() {
    if (closed.get()) {
      throw new IllegalStateException("this Spillway session is closed: open another");
    }
  }

  /**
   * Ends the session: stops its plugins, frees what is still allocated, and closes the driver if
   * the session opened it. Closing twice does nothing.
   *
   * @throws RuntimeException the first failure, with the others suppressed; all steps were tried
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List<Runnable> steps = new ArrayList<>(endings);
    steps.add(allocator::close);
    steps.add(givesBackShare);
    if (ownsDriver) {
      steps.add(driver::close);
    }
    runAll(steps);
  }

  /** Ends without freeing what the program that was intercepted still uses. */
  private void abandon() {
    if (closed.compareAndSet(false, true)) {
      List<Runnable> steps = new ArrayList<>(endings);
      steps.add(givesBackShare);
      runAll(steps);
    }
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
}
