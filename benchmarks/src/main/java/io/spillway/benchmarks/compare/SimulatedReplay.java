package io.spillway.benchmarks.compare;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.benchmarks.compare.policy.LaunchBlocks;
import io.spillway.benchmarks.compare.policy.Policy;
import io.spillway.benchmarks.compare.policy.Setting;
import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Effect;
import io.spillway.benchmarks.trace.Region;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.TraceLaunch;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.HostThread;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replays a trace on the simulated driver, whose device has exactly the budget's memory left: it is
 * as large as its model, so that what an engine takes of a whole card (contexts) is measured by
 * that.
 *
 * <p>Regions are managed memory of a Spillway session, filled by the host before the clock starts.
 * Launches are issued one at a time: the program waits for each before it issues the next, so that
 * a plan made as a launch starts acts on what is really there. Plans are applied by a host thread
 * of their own, beside the launch. Deterministic.
 */
public final class SimulatedReplay {

  private static final double NANOS_PER_SECOND = 1e9;

  /** The host is given room for everything twice: what is compared is the device. */
  private static final long HOST_MARGIN = 2;

  private final TraceBlocks blocks;
  private final GpuModel model;

  /** Replays {@code blocks} on a GPU like {@code model}. */
  public SimulatedReplay(TraceBlocks blocks, GpuModel model) {
    this.blocks = blocks;
    this.model = model;
  }

  /**
   * Bytes of the whole blocks of which a budget at {@code ratio} consists.
   *
   * @throws IllegalArgumentException if the ratio leaves less than one block
   */
  public static long budgetBytes(TraceBlocks blocks, double ratio) {
    long bytes = Blocks.floor((long) (blocks.count() * Blocks.BYTES / ratio));
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "%s at ratio %s: a budget of less than one block; choose a lower ratio"
              .formatted(blocks.trace().name(), ratio));
    }
    return bytes;
  }

  /** Runs with {@code budgetBytes} of device memory. */
  public Outcome run(Contender contender, long budgetBytes) {
    return switch (contender) {
      case Contender.Planned planned -> run(null, planned, 0, budgetBytes);
      case Contender.Plugged plugged ->
          run(
              plugged.plugin().create(blocks.trace()),
              null,
              plugged.plugin().namedAhead(),
              budgetBytes);
    };
  }

  /** Seconds of each launch with everything in plain device memory: no policy can be faster. */
  public double[] residentSeconds() {
    long bytes = blocks.count() * Blocks.BYTES;
    SimulatedDriver driver =
        SimulatedDriver.builder(model)
            .deviceBytes(HOST_MARGIN * bytes)
            .hostBytes(model.hostMemoryBytes())
            .open();
    List<AddressRange> ranges = new ArrayList<>();
    for (Region region : blocks.trace().regions()) {
      ranges.add(driver.allocateDevice(region.bytes()));
    }
    double[] seconds = new double[blocks.launches()];
    long start = driver.clock().nanoTime();
    for (int i = 0; i < seconds.length; i++) {
      driver.launch(kernel(blocks.trace().launch(i), ranges), StreamHandle.DEFAULT);
      driver.synchronize(StreamHandle.DEFAULT);
      long end = driver.clock().nanoTime();
      seconds[i] = (end - start) / NANOS_PER_SECOND;
      start = end;
    }
    driver.close();
    return seconds;
  }

  private Outcome run(
      @Nullable SessionPlugin plugin,
      Contender.@Nullable Planned planned,
      int namedAhead,
      long budgetBytes) {
    long hostBytes = Math.max(model.hostMemoryBytes(), HOST_MARGIN * blocks.count() * Blocks.BYTES);
    SimulatedDriver driver = openWithRoom(budgetBytes, hostBytes);
    HostThread mover = driver.hostThread("mover");
    Hands hands = new Hands();
    SpillwayConfig config =
        SpillwayConfig.builder()
            .driver(driver)
            .hostMemoryGuard(HostMemoryGuard.ofBytes(hostBytes))
            .deviceBudget(DeviceBudget.ofBytes(budgetBytes))
            .background(mover)
            .plugins(List.of(plugin == null ? hands : plugin))
            .build();
    try (Spillway session = Spillway.open(config)) {
      List<Allocation> allocations = new ArrayList<>();
      for (Region region : blocks.trace().regions()) {
        Allocation memory = session.allocate(region.bytes(), Placement.MANAGED, region.label());
        if (region.filled()) {
          driver.hostTouch(memory.range(), TouchKind.WRITE);
        }
        allocations.add(memory);
      }
      List<AddressRange> ranges = allocations.stream().map(Allocation::range).toList();
      Run run = new Run(driver, session, allocations, ranges);
      Outcome outcome;
      if (planned == null) {
        readOnlyAsUsersSay(allocations);
        outcome = run.declared(namedAhead);
      } else {
        int capacityBlocks = Math.toIntExact(budgetBytes / Blocks.BYTES);
        Setting setting = new Setting(blocks, ranges, capacityBlocks);
        outcome = run.planned(planned.name().create(setting), hands, mover);
      }
      allocations.forEach(Allocation::close);
      return outcome;
    } finally {
      driver.close();
    }
  }

  /** A card of the model's size of which all but {@code bytes} is taken. */
  private SimulatedDriver openWithRoom(long bytes, long hostBytes) {
    long deviceBytes = Math.max(bytes, model.memoryBytes());
    SimulatedDriver driver =
        SimulatedDriver.builder(model).deviceBytes(deviceBytes).hostBytes(hostBytes).open();
    if (deviceBytes > bytes) {
      driver.allocateDevice(deviceBytes - bytes);
    }
    return driver;
  }

  private void readOnlyAsUsersSay(List<Allocation> allocations) {
    for (Region region : blocks.trace().regions()) {
      if (region.readOnly()) {
        allocations.get(region.id()).readMostly();
      }
    }
  }

  private static SimulatedKernel kernel(TraceLaunch launch, List<AddressRange> ranges) {
    List<Access> accesses = new ArrayList<>(launch.touches().size());
    for (Touch touch : launch.touches()) {
      accesses.add(
          new Access(
              ranges.get(touch.region()).slice(touch.offset(), touch.bytes()),
              kind(touch.effect()),
              1,
              touch.density()));
    }
    return new SimulatedKernel(launch.label(), accesses, launch.computeNanos(), Optional.empty());
  }

  private static TouchKind kind(Effect effect) {
    return switch (effect) {
      case READ -> TouchKind.READ;
      case WRITE -> TouchKind.WRITE;
      case UPDATE -> TouchKind.READ_WRITE;
    };
  }

  /** Lends the session's applier to a policy, which has no other way to the driver. */
  private static final class Hands implements SessionPlugin, SessionListener {

    private @Nullable SessionContext context;
    private StreamHandle stream = StreamHandle.DEFAULT;

    @Override
    public String name() {
      return "compared policy";
    }

    @Override
    public SessionListener attach(SessionContext attached) {
      context = attached;
      stream = attached.driver().createStream();
      return this;
    }

    @Override
    public void close() {
      if (context != null) {
        context.driver().destroyStream(stream);
      }
    }

    /** Sends away, waits until that is done, then does the rest: room before what fills it. */
    void apply(Plan plan) {
      if (context == null || plan.isEmpty()) {
        return;
      }
      List<Hint> leaving = new ArrayList<>();
      List<Hint> others = new ArrayList<>();
      for (Hint hint : plan.hints()) {
        (hint instanceof Hint.Evict ? leaving : others).add(hint);
      }
      context.driver().synchronize(stream);
      context.applier().apply(new Plan(leaving), stream);
      context.driver().synchronize(stream);
      context.applier().apply(new Plan(others), stream);
    }
  }

  /** One replay under way. */
  private final class Run {
    private final SimulatedDriver driver;
    private final Spillway session;
    private final List<Allocation> allocations;
    private final List<AddressRange> ranges;
    private long mostResidentBytes;

    Run(
        SimulatedDriver driver,
        Spillway session,
        List<Allocation> allocations,
        List<AddressRange> ranges) {
      this.driver = driver;
      this.session = session;
      this.allocations = allocations;
      this.ranges = ranges;
    }

    Outcome planned(Policy policy, Hands hands, HostThread mover) {
      Plan advice = policy.begin();
      hands.apply(advice);
      return timed(
          launch -> {
            LaunchBlocks event = blocks.launch(launch.index());
            mover.execute(() -> hands.apply(policy.before(event)));
            driver.launch(kernel(launch, ranges), StreamHandle.DEFAULT);
          });
    }

    /**
     * Declares launches as a program would.
     *
     * @param namedAhead how many it names before each; 0 if it names none
     */
    Outcome declared(int namedAhead) {
      NamedAhead named = new NamedAhead(blocks.trace(), ranges, namedAhead);
      return timed(
          launch -> {
            if (namedAhead > 0) {
              session.upcoming(named.from(launch.index()));
            }
            try (LaunchScope scope = session.launch(launch.label(), launch.ordinal())) {
              for (Touch touch : launch.touches()) {
                declare(scope, touch);
              }
              driver.launch(kernel(launch, ranges), StreamHandle.DEFAULT);
            }
          });
    }

    private void declare(LaunchScope scope, Touch touch) {
      Allocation target = allocations.get(touch.region());
      switch (touch.effect()) {
        case READ -> scope.reads(target, touch.offset(), touch.bytes());
        case WRITE -> scope.writes(target, touch.offset(), touch.bytes());
        case UPDATE -> scope.updates(target, touch.offset(), touch.bytes());
      }
    }

    private Outcome timed(Consumer<TraceLaunch> launches) {
      driver.synchronize(StreamHandle.DEFAULT);
      Moment beginning = Moment.now(driver);
      Moment lastLap = beginning;
      Moment steady = beginning;
      int lastLapStart = blocks.trace().lastLapStart();
      int steadyStart = blocks.trace().steadyStart().orElse(-1);
      for (int i = 0; i < blocks.launches(); i++) {
        lastLap = i == lastLapStart ? Moment.now(driver) : lastLap;
        steady = i == steadyStart ? Moment.now(driver) : steady;
        launches.accept(blocks.trace().launch(i));
        driver.synchronize(StreamHandle.DEFAULT);
        mostResidentBytes = Math.max(mostResidentBytes, driver.counters().residentBytes());
      }
      Moment end = Moment.now(driver);
      Outcome.Lap all = beginning.until(end);
      return new Outcome(
          all.seconds(),
          all.traffic(),
          mostResidentBytes,
          lastLap.until(end),
          steadyStart < 0 ? Optional.empty() : Optional.of(steady.until(end)));
    }
  }

  /** What the clock and the counters showed when a launch was about to be issued. */
  private record Moment(long nanoTime, SimulationCounters counters) {

    static Moment now(SimulatedDriver driver) {
      return new Moment(driver.clock().nanoTime(), driver.counters());
    }

    Outcome.Lap until(Moment end) {
      return new Outcome.Lap(
          (end.nanoTime - nanoTime) / NANOS_PER_SECOND, since(counters, end.counters));
    }
  }

  private static SimulationCounters since(SimulationCounters before, SimulationCounters now) {
    return new SimulationCounters(
        now.faultBytesIn() - before.faultBytesIn(),
        now.prefetchBytesIn() - before.prefetchBytesIn(),
        now.copyBytesIn() - before.copyBytesIn(),
        now.zeroCopyBytes() - before.zeroCopyBytes(),
        now.faultBytesOut() - before.faultBytesOut(),
        now.prefetchBytesOut() - before.prefetchBytesOut(),
        now.evictionBytesOut() - before.evictionBytesOut(),
        now.copyBytesOut() - before.copyBytesOut(),
        now.droppedBytes() - before.droppedBytes(),
        now.faults() - before.faults(),
        now.faultBatches() - before.faultBatches(),
        now.evictions() - before.evictions(),
        now.hostPageBytes(),
        now.residentBytes(),
        now.busyNanosIn() - before.busyNanosIn(),
        now.busyNanosOut() - before.busyNanosOut(),
        now.stallNanos() - before.stallNanos());
  }
}
