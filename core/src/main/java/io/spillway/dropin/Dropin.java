package io.spillway.dropin;

import io.spillway.Rehearsal;
import io.spillway.SessionPlugin;
import io.spillway.allocate.Allocator;
import io.spillway.allocate.LiveAllocation;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.panama.CudaCaller;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A program's allocation calls, decided here and served by the program's own CUDA binding.
 *
 * <p>There is at most one published instance, which {@link SpillwayDriver}, {@link SpillwayRuntime}
 * and the agent go through. It has one lane per device, opened when it is first needed there, in
 * the context current at that time: at the first call, or where settings allow, when something has
 * to be redirected. Whatever stands in the way of redirecting, the call is passed through: a
 * program never gets less than it would without Spillway.
 *
 * <p>Safe for use by any thread.
 */
public final class Dropin implements AutoCloseable {

  /** {@code CUDA_ERROR_OUT_OF_MEMORY} and {@code cudaErrorMemoryAllocation}. */
  static final int OUT_OF_MEMORY = 2;

  private static final AtomicReference<@Nullable Dropin> PUBLISHED = new AtomicReference<>();

  private final DropinSettings settings;
  private final List<SessionPlugin> plugins;
  private final Notices notices;
  private final boolean underAgent;

  /** Whether plugins want to learn of launches from the first. */
  private final boolean actsAlways;

  private final Prelude prelude;
  private final Launches launches;
  private final AtomicReference<@Nullable Devices> devices = new AtomicReference<>();
  private final AtomicBoolean rehearsed = new AtomicBoolean();

  /** The driver, and a lane for each device once it is used. */
  private record Devices(@Nullable CudaCaller caller, AtomicReferenceArray<@Nullable Lane> lanes) {}

  /**
   * Prepares a drop-in; nothing is opened before the first call.
   *
   * @param underAgent whether JCuda's own methods come here, so that the wrappers must not as well
   */
  public Dropin(DropinSettings settings, boolean underAgent) {
    this(settings, underAgent, List.of());
  }

  /**
   * Prepares a drop-in with plugins of the caller's.
   *
   * @param underAgent whether JCuda's own methods come here, so that the wrappers must not as well
   * @param plugins take part beside those the settings name
   */
  public Dropin(DropinSettings settings, boolean underAgent, List<SessionPlugin> plugins) {
    this.settings = settings;
    this.plugins = List.copyOf(plugins);
    this.notices = new Notices(settings.log());
    this.launches = new Launches(this, notices);
    this.underAgent = underAgent;
    this.actsAlways =
        (settings.moving() != DropinSettings.Prefetch.OFF
                && settings.moving() != DropinSettings.Prefetch.ON_LAP)
            || settings.hints().isPresent()
            || !plugins.isEmpty();
    this.prelude = new Prelude(settings, !plugins.isEmpty(), new OnlyLane());
  }

  /**
   * Publishes {@code dropin}.
   *
   * @throws IllegalStateException if another one is published
   */
  public static void install(Dropin dropin) {
    if (!PUBLISHED.compareAndSet(null, dropin)) {
      throw new IllegalStateException("a drop-in is installed already: uninstall it first");
    }
  }

  /** Takes back and closes what is published; nothing if nothing is. */
  public static void uninstall() {
    Dropin before = PUBLISHED.getAndSet(null);
    if (before != null) {
      before.close();
    }
  }

  /** What is published, if anything. */
  public static Optional<Dropin> installed() {
    return Optional.ofNullable(PUBLISHED.get());
  }

  /** What is published; null if nothing is. */
  public static @Nullable Dropin published() {
    return PUBLISHED.get();
  }

  /**
   * What is published, first published from this process's settings if nothing is.
   *
   * @throws IllegalArgumentException if a setting is wrong
   */
  static Dropin publishedOrOpened() {
    Dropin found = PUBLISHED.get();
    if (found != null) {
      return found;
    }
    Dropin opened = new Dropin(SettingsSource.ofProcess().settings(), false);
    Dropin first = PUBLISHED.compareAndExchange(null, opened);
    if (first != null) {
      return first;
    }
    if (opened.settings.summary()) {
      opened.summariseAtExit();
    }
    return opened;
  }

  /** Whether anybody wants to know of launches and copies: one read where nobody does. */
  public static boolean listening() {
    Dropin dropin = PUBLISHED.get();
    return dropin != null && dropin.launches.listening();
  }

  /** Its settings. */
  public DropinSettings settings() {
    return settings;
  }

  /** Whether JCuda's own methods come here. */
  boolean underAgent() {
    return underAgent;
  }

  /** Where launches and copies are told. */
  public Launches launches() {
    return launches;
  }

  /** Prints what was done when the process ends. */
  public void summariseAtExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::printSummary, "spillway-summary"));
  }

  private void printSummary() {
    List<String> lines = summary();
    if (lines.isEmpty()) {
      notices.always("nothing was allocated through it");
    }
    lines.forEach(notices::always);
  }

  /** One line for each device with a session. */
  public List<String> summary() {
    return openLanes().stream().map(Lane::summary).toList();
  }

  /**
   * Everything accounted for, by device and address. Opens the session if there is none yet, which
   * takes a current context.
   */
  public List<LiveAllocation> allocations() {
    endPrelude();
    return openLanes().stream()
        .flatMap(lane -> lane.interception().allocations().stream())
        .toList();
  }

  /** Serves {@code calls}, redirected if it has to be. */
  public int allocate(NativeCalls calls, long bytes) {
    if (bytes <= 0 || bytes > Allocator.MOST_BYTES) {
      return calls.allocate(bytes);
    }
    int tried = ServedCalls.SUCCESS;
    if (!prelude.over()) {
      int status = prelude.allocate(calls, bytes);
      if (status != Prelude.NEEDS_SESSION && status != OUT_OF_MEMORY) {
        return status;
      }
      tried = Math.max(tried, status);
    }
    Lane lane = lane(calls);
    if (lane != null) {
      return lane.allocate(calls, bytes, tried);
    }
    return tried == ServedCalls.SUCCESS ? calls.allocate(bytes) : tried;
  }

  /**
   * Serves {@code calls}, a stream-ordered allocation. Managed memory can be used at once, so it is
   * there in stream order too; but an allocation recorded into a graph has to be the driver's own.
   */
  public int allocateAsync(NativeCalls calls, long bytes, long stream) {
    if (bytes <= 0 || bytes > Allocator.MOST_BYTES) {
      return calls.allocate(bytes);
    }
    Lane lane = lane(calls);
    return lane == null || capturing(new StreamHandle(stream))
        ? calls.allocate(bytes)
        : lane.allocate(calls, bytes, ServedCalls.SUCCESS);
  }

  /** Serves {@code calls}, which cannot be redirected, and keeps account of what it got. */
  public int allocateDevice(NativeCalls calls, long bytes) {
    int status = calls.allocate(bytes);
    if (status == ServedCalls.SUCCESS) {
      adopt(calls, bytes);
    }
    return status;
  }

  /** Enters plain memory the program got, whose size only its pitch tells. */
  public void adopt(NativeCalls calls, long bytes) {
    if (bytes <= 0 || calls.address() <= 0) {
      return;
    }
    if (!prelude.over() && prelude.adopt(calls, bytes)) {
      return;
    }
    Lane lane = lane(calls);
    if (lane != null) {
      lane.adopt(calls.address(), bytes);
    }
  }

  /** While it lasts there is one device; and no lane where there is no session after all. */
  private final class OnlyLane implements Prelude.Heir {
    @Override
    public void inherit(AddressRange range) {
      Lane lane = anyLane();
      if (lane != null) {
        lane.inherit(range);
      }
    }

    @Override
    public void enterLate(AddressRange range) {
      Lane lane = anyLane();
      if (lane != null) {
        lane.adopt(range.address(), range.bytes());
      }
    }
  }

  /** Opens the session now, for somebody who wants more of it than it was put off for. */
  void endPrelude() {
    if (!prelude.over()) {
      Lane ignored = lane(() -> {});
    }
  }

  /** That nothing had to be redirected so far, in words; empty if something had, or is unused. */
  public Optional<String> allFitted() {
    return Optional.ofNullable(prelude.allFitted());
  }

  /** Serves {@code calls}, which asks for managed memory itself. */
  public int allocateManaged(NativeCalls calls, long bytes) {
    Lane lane = bytes > 0 && bytes <= Allocator.MOST_BYTES ? lane(calls) : null;
    return lane == null ? calls.allocateManaged(bytes) : lane.allocateManaged(calls, bytes);
  }

  /** Frees what {@code calls} points to, whoever made it. */
  public int free(NativeCalls calls) {
    if (!prelude.over()) {
      int status = prelude.free(calls);
      if (status != Prelude.NEEDS_SESSION) {
        return status;
      }
    }
    Found found = find(calls.address());
    return found == null || found.allocation.range().address() != calls.address()
        ? calls.free()
        : found.lane.free(found.allocation, calls);
  }

  /**
   * Replaces what the driver said of its memory by what the settings want reported.
   *
   * @param free one element, as the driver filled it
   * @param total one element, as the driver filled it
   */
  public void reportMemory(NativeCalls calls, long[] free, long[] total) {
    if (settings.reportedMemory() instanceof ReportedMemory.Card) {
      return;
    }
    Lane lane = lane(calls);
    if (lane != null) {
      lane.reportMemory(settings.reportedMemory(), free, total);
    }
  }

  /** The size the program asked for, of the redirected allocation at {@code address}; else 0. */
  public long redirectedBytes(long address) {
    Found found = find(address);
    return found == null ? 0 : found.lane.redirectedBytes(found.allocation);
  }

  /** An allocation, and the lane it is in. */
  record Found(Lane lane, LiveAllocation allocation) {}

  /** The live allocation that {@code address} lies in, on any device. */
  @Nullable Found find(long address) {
    Devices known = devices.get();
    if (known == null || address == 0) {
      return null;
    }
    for (int i = 0; i < known.lanes.length(); i++) {
      Lane lane = known.lanes.get(i);
      LiveAllocation found = lane == null ? null : lane.find(address);
      if (lane != null && found != null) {
        return new Found(lane, found);
      }
    }
    return null;
  }

  /** Whether plugins act on what they are told. */
  boolean acting() {
    return actsAlways || (settings.moving() == DropinSettings.Prefetch.ON_LAP && watching());
  }

  /** Whether launches are looked at because of what was redirected. */
  private boolean watching() {
    Devices known = devices.get();
    if (known == null) {
      return false;
    }
    for (int i = 0; i < known.lanes.length(); i++) {
      Lane lane = known.lanes.get(i);
      if (lane != null && lane.watching()) {
        return true;
      }
    }
    return false;
  }

  boolean capturing(StreamHandle stream) {
    Devices known = devices.get();
    return known != null && known.caller != null && known.caller.capturing(stream);
  }

  /** The first open lane: launches that touch nothing known have to be somebody's. */
  @Nullable Lane anyLane() {
    List<Lane> open = openLanes();
    return open.isEmpty() ? null : open.getFirst();
  }

  private List<Lane> openLanes() {
    Devices known = devices.get();
    if (known == null) {
      return List.of();
    }
    List<Lane> open = new ArrayList<>();
    for (int i = 0; i < known.lanes.length(); i++) {
      Lane lane = known.lanes.get(i);
      if (lane != null && lane.open()) {
        open.add(lane);
      }
    }
    return open;
  }

  /** The lane of the calling thread's device; null if calls pass through. */
  private @Nullable Lane lane(NativeCalls calls) {
    return lane(calls::startContext);
  }

  private @Nullable Lane lane(Runnable startContext) {
    Devices known = devices();
    CudaCaller caller = known.caller;
    if (caller == null) {
      return null;
    }
    // With one device there is nothing to ask, unless its lane is still to be opened.
    Lane only = caller.deviceCount() == 1 ? known.lanes.get(0) : null;
    if (only != null) {
      return only.open() ? only : null;
    }
    int device = caller.device();
    if (device == CudaCaller.NO_DEVICE) {
      startContext.run();
      device = caller.device();
    }
    if (device < 0 || device >= known.lanes.length()) {
      return null;
    }
    Lane lane = known.lanes.get(device);
    if (lane == null) {
      lane = openLane(known, device);
    }
    return lane.open() ? lane : null;
  }

  private synchronized Lane openLane(Devices known, int device) {
    Lane lane = known.lanes.get(device);
    if (lane == null) {
      lane = newLane(device);
      known.lanes.set(device, lane);
      prelude.end();
      if (actsAlways && lane.open()) {
        rehearseOnce();
      }
    }
    return lane;
  }

  /** Launches are about to be told: what that takes is made ready beside the program. */
  private void rehearseOnce() {
    boolean tells = actsAlways || settings.moving() != DropinSettings.Prefetch.OFF;
    if (tells && rehearsed.compareAndSet(false, true)) {
      Rehearsal.begin("launches", new LaunchRehearsal(launches.modules()));
    }
  }

  private Lane newLane(int device) {
    if (settings.device().isPresent() && settings.device().getAsInt() != device) {
      return Lane.closed(notices);
    }
    try {
      return Lane.open(PanamaDriver.openCurrent(), settings, plugins, notices, this::rehearseOnce);
    } catch (DriverException | DriverUnavailableException | IllegalArgumentException e) {
      notices.info("not active on device " + device + ": " + e.getMessage());
      return Lane.closed(notices);
    } catch (RuntimeException | LinkageError | ServiceConfigurationError e) { // of a plugin, say
      notices.info("not active on device " + device + ", by a fault of Spillway's own: " + e);
      return Lane.closed(notices);
    }
  }

  private Devices devices() {
    Devices known = devices.get();
    return known != null ? known : startDevices();
  }

  private synchronized Devices startDevices() {
    Devices known = devices.get();
    if (known == null) {
      try {
        CudaCaller caller = CudaCaller.start();
        known = new Devices(caller, new AtomicReferenceArray<>(caller.deviceCount()));
      } catch (DriverException | DriverUnavailableException e) {
        notices.info("not active: " + e.getMessage());
        known = new Devices(null, new AtomicReferenceArray<>(0));
      }
      devices.set(known);
      if (known.caller == null) {
        prelude.end();
      }
    }
    return known;
  }

  /**
   * Stops redirecting and tells plugins to end. What the program allocated stays the program's to
   * free.
   */
  @Override
  public void close() {
    Devices known = devices.get();
    if (known != null) {
      for (int i = 0; i < known.lanes.length(); i++) {
        Lane lane = known.lanes.getAndSet(i, Lane.closed(notices));
        if (lane != null) {
          lane.close();
        }
      }
    }
  }
}
