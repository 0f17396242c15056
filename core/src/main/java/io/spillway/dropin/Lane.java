package io.spillway.dropin;

import static io.spillway.dropin.DropinSettings.Prefetch.OFF;
import static io.spillway.dropin.DropinSettings.Prefetch.ON_LAP;

import io.spillway.Interception;
import io.spillway.ProfileSettings;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.SpillwayStatistics;
import io.spillway.StandardPlugin;
import io.spillway.allocate.AllocationException;
import io.spillway.allocate.AllocationRequest;
import io.spillway.allocate.AllocationStatistics;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.LimitedDriver;
import io.spillway.driver.ManagedMemoryLimitException;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The drop-in on one device: a session there, or the decision that there is none. */
final class Lane {

  private final Notices notices;
  private final @Nullable UnifiedMemoryDriver driver;
  private final @Nullable LimitedDriver limit;
  private final @Nullable Spillway session;
  private final Runnable whenRedirected;

  /** Whether anything was redirected here. */
  private volatile boolean redirected;

  private Lane(
      Notices notices,
      @Nullable UnifiedMemoryDriver driver,
      @Nullable LimitedDriver limit,
      @Nullable Spillway session,
      Runnable whenRedirected) {
    this.notices = notices;
    this.driver = driver;
    this.limit = limit;
    this.session = session;
    this.whenRedirected = whenRedirected;
  }

  /** A lane that everything passes through. */
  static Lane closed(Notices notices) {
    return new Lane(notices, null, null, null, () -> {});
  }

  /**
   * Opens a session over {@code plain}, closing that if it cannot.
   *
   * @param whenRedirected run once something is redirected, perhaps more than once
   * @throws IllegalArgumentException if a setting does not suit the device
   * @throws DriverException if the driver fails
   */
  static Lane open(
      UnifiedMemoryDriver plain,
      DropinSettings settings,
      List<SessionPlugin> more,
      Notices notices,
      Runnable whenRedirected) {
    try {
      LimitedDriver limit = settings.sharedCard() ? new LimitedDriver(plain) : null;
      UnifiedMemoryDriver driver = limit == null ? plain : limit;
      DeviceInfo device = driver.device();
      List<SessionPlugin> movers = plugins(settings, notices);
      SpillwayConfig.Builder config =
          SpillwayConfig.builder()
              .driver(driver)
              .redirectRule(settings.rule(device.totalBytes()))
              .plugins(Stream.concat(movers.stream(), more.stream()).toList());
      settings.budget().ifPresent(config::deviceBudget);
      settings
          .profile()
          .map(to -> new ProfileSettings(to.file(), to.survey(), to.cupti(), notices::info))
          .ifPresent(config::profile);
      settings.hints().ifPresent(config::hints);
      settings.schedule().ifPresent(config::schedule);
      Spillway session = Spillway.open(config.build());
      String where =
          "device %d (%s, %s)"
              .formatted(
                  device.ordinal(), device.deviceName(), ByteSize.format(device.totalBytes()));
      notices.info(
          session.active()
              ? "active on %s: budget %s, requests from %s on that do not fit become managed memory, prefetch %s%s%s%s"
                  .formatted(
                      where,
                      ByteSize.format(session.budgetBytes()),
                      ByteSize.format(settings.minBytes()),
                      movers.isEmpty() ? OFF.words() : settings.moving().words(),
                      settings.schedule().map(file -> " with the schedule " + file).orElse(""),
                      settings.hints().map(file -> ", hints of " + file).orElse(""),
                      limit == null
                          ? ""
                          : ", managed memory at most "
                              + ByteSize.format(limit.limitBytes())
                              + " (managed-limit=shared)")
              : "passes everything through on %s: %s"
                  .formatted(where, session.inactiveReason().orElse("")));
      return new Lane(notices, driver, limit, session, whenRedirected);
    } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
      plain.close();
      throw e;
    }
  }

  private static List<SessionPlugin> plugins(DropinSettings settings, Notices notices) {
    if (settings.moving() == OFF) {
      return List.of();
    }
    List<SessionPlugin> found =
        installed(settings.moving() == ON_LAP ? StandardPlugin.class : SessionPlugin.class)
            .filter(plugin -> plugin.name().equals(settings.moving().plugin()))
            .map(SessionPlugin.class::cast)
            .toList();
    if (found.isEmpty() && settings.moving() != ON_LAP) { // which nobody may have asked for
      notices.info(
          "prefetch %s is not on the class path: nothing is moved"
              .formatted(settings.moving().key()));
    }
    return found;
  }

  private static Stream<? extends SessionPlugin> installed(Class<? extends SessionPlugin> kind) {
    return ServiceLoader.load(kind, Spillway.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get);
  }

  boolean open() {
    return session != null;
  }

  /** Whether something was redirected here, and a plugin wants to learn of launches. */
  boolean watching() {
    return redirected && session != null && session.interception().listening();
  }

  private Spillway session() {
    if (session == null) {
      throw new IllegalStateException("this lane is closed");
    }
    return session;
  }

  Interception interception() {
    return session().interception();
  }

  @Nullable LiveAllocation find(long address) {
    return session == null ? null : session.interception().find(address);
  }

  /**
   * Serves a request.
   *
   * @param triedStatus how the program's own call failed already; success if it was not made
   */
  int allocate(NativeCalls calls, long bytes, int triedStatus) {
    ServedCalls served = new ServedCalls(calls, limit, triedStatus);
    try {
      if (interception().allocate(AllocationRequest.of(bytes), served).kind()
          == MemoryKind.MANAGED) {
        if (!redirected) {
          redirected = true;
          whenRedirected.run();
        }
      }
      return ServedCalls.SUCCESS;
    } catch (RuntimeException e) {
      return afterFailure(served, calls, bytes, e);
    }
  }

  /** The program gets what its own call says, or would have said. */
  private int afterFailure(ServedCalls served, NativeCalls calls, long bytes, RuntimeException e) {
    if (served.threw(e)) {
      throw e;
    }
    if (!(e instanceof AllocationException
        || e instanceof DriverException
        || e instanceof ManagedMemoryLimitException
        || e instanceof IllegalStateException)) {
      notices.info("a fault of Spillway's own, the call was passed through: " + e);
    }
    return served.settled() ? served.status() : allocateDevice(calls, bytes);
  }

  int allocateDevice(NativeCalls calls, long bytes) {
    int status = calls.allocate(bytes);
    if (status == ServedCalls.SUCCESS && bytes > 0) {
      adopt(calls.address(), bytes);
    }
    return status;
  }

  void adopt(long address, long bytes) {
    enter(address, bytes, MemoryKind.DEVICE);
  }

  /** Enters plain memory that was there before this lane was opened. */
  void inherit(AddressRange range) {
    try {
      interception().inherit(range);
    } catch (IllegalStateException e) {
      // Closed meanwhile: nobody asks any more.
    }
  }

  private void enter(long address, long bytes, MemoryKind kind) {
    if (address > 0) {
      try {
        interception().adopt(new AddressRange(address, bytes), kind);
      } catch (IllegalStateException e) {
        // Closed meanwhile: nobody asks any more.
      }
    }
  }

  /** The program's own managed memory: counted, and on a shared card held to the ceiling. */
  int allocateManaged(NativeCalls calls, long bytes) {
    ServedCalls served = new ServedCalls(calls, limit);
    try {
      AddressRange range = served.allocateManaged(bytes);
      enter(range.address(), bytes, MemoryKind.MANAGED);
      return ServedCalls.SUCCESS;
    } catch (ManagedMemoryLimitException e) {
      notices.info(String.valueOf(e.getMessage()));
      return calls.outOfMemory();
    } catch (RuntimeException e) {
      if (served.threw(e)) {
        throw e;
      }
      // Perhaps it was not even called, since nobody knew whether it may be.
      return served.settled() || served.status() != ServedCalls.SUCCESS
          ? served.status()
          : calls.allocateManaged(bytes);
    }
  }

  int free(LiveAllocation allocation, NativeCalls calls) {
    ServedCalls served = new ServedCalls(calls, limit, allocation.kind());
    try {
      interception().free(allocation, served);
      return ServedCalls.SUCCESS;
    } catch (RuntimeException e) {
      if (served.threw(e)) {
        throw e;
      }
      // Freed by another thread, or held by a hint call that hangs: the program's call decides.
      return served.settled() ? served.status() : calls.free();
    }
  }

  long redirectedBytes(LiveAllocation allocation) {
    return allocation.kind() == MemoryKind.MANAGED ? allocation.requestedBytes() : 0;
  }

  /** Leaves it as it is where there is no saying. */
  void reportMemory(ReportedMemory reported, long[] free, long[] total) {
    try {
      report(reported, free, total);
    } catch (RuntimeException e) {
      notices.info(
          "memory is reported as the driver has it, since what is left is not known: " + e);
    }
  }

  private void report(ReportedMemory reported, long[] free, long[] total) {
    AllocationStatistics now = session().statistics().allocations();
    long liveBytes = now.liveDeviceBytes() + now.liveManagedBytes();
    switch (reported) {
      case ReportedMemory.Card _ -> {}
      case ReportedMemory.Serviceable _ -> {
        long roomBytes = managedRoomBytes(now);
        free[0] += roomBytes;
        total[0] += roomBytes + now.liveManagedBytes();
      }
      case ReportedMemory.Bytes(long bytes) -> fixed(bytes, liveBytes, free, total);
      case ReportedMemory.Percent(double percent) ->
          fixed((long) (total[0] * (percent / 100)), liveBytes, free, total);
    }
  }

  /** Whole blocks, since that is what managed memory is made of. */
  private long managedRoomBytes(AllocationStatistics now) {
    if (!session().active()) {
      return 0;
    }
    long host = interception().grantableHostBytes();
    long most = limit == null ? host : Math.min(host, limit.limitBytes() - now.liveManagedBytes());
    return Blocks.floor(Math.max(0, most));
  }

  private static void fixed(long bytes, long liveBytes, long[] free, long[] total) {
    total[0] = bytes;
    free[0] = Math.max(0, bytes - liveBytes);
  }

  String summary() {
    SpillwayStatistics statistics = session().statistics();
    StringBuilder line =
        new StringBuilder(
            "device %d: %s".formatted(session().driver().device().ordinal(), statistics));
    new TreeMap<>(statistics.plugins())
        .forEach((plugin, state) -> line.append("; ").append(plugin).append(' ').append(state));
    return line.toString();
  }

  /** Ends plugins and the driver; the program's memory is left alone. */
  void close() {
    if (session != null && driver != null) {
      session.interception().end();
      driver.close();
    }
  }
}
