package io.spillway.dropin;

import io.spillway.Interception;
import io.spillway.access.AccessEvent;
import io.spillway.access.AccessKind;
import io.spillway.access.FlightRecording;
import io.spillway.access.Launch;
import io.spillway.access.LaunchEvent;
import io.spillway.access.RangeAccess;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Launches and copies that a program makes itself, told as access events: to a recording, and to
 * plugins unless the launch's stream is being captured. Safe for use by any thread.
 */
public final class Launches {

  private static final String NAMELESS = "kernel";

  private final Dropin dropin;
  private final Notices notices;
  private final LaunchSites sites = new LaunchSites();
  private final KnownLaunches known = new KnownLaunches();
  private final ConcurrentHashMap<Long, String> names = new ConcurrentHashMap<>();
  private final LoadedModules modules;

  /** Each thread's, so that a launch leaves no garbage for each of its arguments. */
  private final ThreadLocal<TouchedAllocations> scratch;

  Launches(Dropin dropin, Notices notices) {
    this.dropin = dropin;
    this.notices = notices;
    this.modules = new LoadedModules(notices);
    this.scratch =
        new ThreadLocal<>() {
          @Override
          protected TouchedAllocations initialValue() {
            return new TouchedAllocations(dropin);
          }
        };
  }

  /**
   * A launch that was told before it was made.
   *
   * @param session whose it is
   * @param launch it
   */
  public record Told(Interception session, Launch launch) {}

  /** Whether anybody wants to know. */
  boolean listening() {
    return dropin.acting() || (FlightRecording.started() && AccessEvent.recorded());
  }

  /** The modules whose kernels are launched. */
  public LoadedModules modules() {
    return modules;
  }

  /** {@code function} was looked up by {@code name}. */
  public void named(long function, String name) {
    names.put(function, name);
  }

  /**
   * Tells a kernel launch that is about to be made.
   *
   * @param function the kernel's handle
   * @param stream the stream's handle
   * @param reader reads the parameters
   * @param parameters {@code kernelParams}, may be null
   * @param extra {@code extra}, may be null
   * @return for {@link #issued}; null if nobody listens or it touches nothing known
   */
  public @Nullable Told kernel(
      long function,
      LaunchEvent.Dimensions dimensions,
      long stream,
      PointerReader reader,
      @Nullable Object parameters,
      @Nullable Object extra) {
    try {
      return tellKernel(function, dimensions, stream, reader, parameters, extra);
    } catch (RuntimeException e) {
      return untold(e);
    }
  }

  /** Whatever goes wrong in here, the program's launch is made. */
  private @Nullable Told untold(RuntimeException e) {
    notices.info("a fault of Spillway's own, a launch went by untold: " + e);
    return null;
  }

  private @Nullable Told tellKernel(
      long function,
      LaunchEvent.Dimensions dimensions,
      long stream,
      PointerReader reader,
      @Nullable Object parameters,
      @Nullable Object extra) {
    dropin.endPrelude();
    TouchedAllocations touched = scratch.get();
    touched.clear();
    // Arguments in one buffer have no positions.
    touched.use(extra == null ? modules.uses(function) : null);
    reader.addresses(parameters, touched);
    reader.addresses(extra, touched);
    Lane lane = touched.lane() == null ? dropin.anyLane() : touched.lane();
    if (lane == null) {
      return null;
    }
    String name = names.getOrDefault(function, NAMELESS);
    KnownLaunch alike = known.find(name, dimensions, touched);
    if (alike == null) {
      alike = KnownLaunch.kernel(name, dimensions, touched, sites.of(name));
      known.keep(alike, touched);
    }
    touched.clear();
    Interception session = lane.interception();
    Launch launch = launch(session, alike.site(), stream);
    boolean act = acts(session, launch.stream());
    List<RangeAccess> accesses = alike.accesses();
    session.declare(launch, accesses, act);
    if (FlightRecording.started()) {
      LaunchEvent.emit(launch, name, alike.geometry(), alike.allocations().size());
    }
    return act ? new Told(session, launch) : null;
  }

  /**
   * Tells a copy or a fill that is about to be made.
   *
   * @param name the call's
   * @param destination where it writes, 0 if not in device memory
   * @param destinationBytes how much from there, gaps included
   * @param source where it reads, 0 if not in device memory
   * @param sourceBytes how much from there, gaps included
   * @return for {@link #issued}; null if nobody listens or it touches nothing known
   */
  public @Nullable Told copy(
      String name,
      long destination,
      long destinationBytes,
      long source,
      long sourceBytes,
      long stream) {
    try {
      return tellCopy(name, destination, destinationBytes, source, sourceBytes, stream);
    } catch (RuntimeException e) {
      return untold(e);
    }
  }

  private @Nullable Told tellCopy(
      String name,
      long destination,
      long destinationBytes,
      long source,
      long sourceBytes,
      long stream) {
    dropin.endPrelude();
    Dropin.Found from = sourceBytes > 0 ? dropin.find(source) : null;
    Dropin.Found to = destinationBytes > 0 ? dropin.find(destination) : null;
    Dropin.Found either = to == null ? from : to;
    if (either == null) {
      return null;
    }
    if (from != null && from.lane() != either.lane()) {
      from = null;
    }
    KnownLaunch alike = copyAlike(name, to, destinationBytes, from, sourceBytes);
    Interception session = either.lane().interception();
    Launch launch = launch(session, alike.site(), stream);
    boolean act = acts(session, launch.stream());
    List<RangeAccess> accesses = new ArrayList<>(2);
    if (from != null) {
      accesses.add(access(from, source, sourceBytes, AccessKind.READ));
    }
    if (to != null) {
      accesses.add(access(to, destination, destinationBytes, AccessKind.WRITE));
    }
    session.declare(launch, accesses, act);
    return act ? new Told(session, launch) : null;
  }

  /** The launch is in its stream. */
  public void issued(Told told) {
    try {
      told.session().issued(told.launch());
    } catch (RuntimeException e) {
      Told ignored = untold(e);
    }
  }

  private KnownLaunch copyAlike(
      String name,
      Dropin.@Nullable Found to,
      long destinationBytes,
      Dropin.@Nullable Found from,
      long sourceBytes) {
    TouchedAllocations touched = scratch.get();
    touched.clear();
    if (to != null) {
      touched.add(to);
    }
    if (from != null) {
      touched.add(from);
    }
    KnownLaunch.Extent extent =
        new KnownLaunch.Extent(to == null ? 0 : destinationBytes, from == null ? 0 : sourceBytes);
    KnownLaunch alike = known.find(name, extent, touched);
    if (alike == null) {
      alike = KnownLaunch.copy(name, extent, touched, sites.of(name));
      known.keep(alike, touched);
    }
    touched.clear();
    return alike;
  }

  private static Launch launch(Interception session, LaunchSites.Site site, long stream) {
    return session.launch(
        site.label(), site.next(), stream == 0 ? StreamHandle.DEFAULT : new StreamHandle(stream));
  }

  /** What a capture records is replayed later, so nothing of ours may be in it. */
  private boolean acts(Interception session, StreamHandle stream) {
    return session.listening() && !dropin.capturing(stream);
  }

  /** The part of it inside the allocation. */
  private static RangeAccess access(Dropin.Found found, long address, long bytes, AccessKind kind) {
    long within = Math.min(bytes, found.allocation().range().end() - address);
    return new RangeAccess(new AddressRange(address, within), kind);
  }
}
