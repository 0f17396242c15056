package io.spillway.allocate;

import io.spillway.range.ByteSize;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Reports when the host runs short of memory, before the kernel kills somebody.
 *
 * <p>Each {@link #poll} reads the machine's pressure stall information, that of the innermost
 * version-2 cgroup that has it, and what memory is available, and tells the listener once of each
 * figure that passed its threshold, and once when it came back. The caller polls, or lets {@link
 * #start} do so on a thread of its own. Where the kernel offers no pressure stall information, only
 * available memory is watched, and {@link #whyNoPressure} says so.
 *
 * <p>Safe for use by any thread; polls are serialised and the listener is called inside them.
 */
public final class MemoryPressureWatch {

  /** The kernel renews its averages every 2 s ({@code PSI_FREQ}); polling faster shows nothing. */
  public static final Duration STANDARD_PERIOD = Duration.ofSeconds(2);

  /**
   * Where alarms begin; they end at half of it, so that a figure wavering about its threshold is
   * reported once.
   *
   * @param someAvg10 percent of the last 10 s in which some task waited, positive
   * @param fullAvg10 percent of the last 10 s in which all tasks waited, positive
   */
  public record Thresholds(double someAvg10, double fullAvg10) {

    /** 15% and 5%: the kernel's own examples of triggers, 150 ms and 50 ms a second (psi.rst). */
    public static final Thresholds STANDARD = new Thresholds(15, 5);

    /** Refuses thresholds that would always or never be passed. */
    public Thresholds {
      if (!(someAvg10 > 0 && someAvg10 <= 100 && fullAvg10 > 0 && fullAvg10 <= 100)) {
        throw new IllegalArgumentException(
            "pressure thresholds %s%% and %s%%: must be above 0 and at most 100"
                .formatted(someAvg10, fullAvg10));
      }
    }
  }

  /** Is told of crossings, on the polling thread. */
  public interface Listener {
    /** A figure passed its threshold. */
    void raised(MemoryAlarm alarm);

    /** It came back; the alarm is as it was raised. */
    default void cleared(MemoryAlarm alarm) {}
  }

  /** A watch that polls itself, until closed. */
  public interface Running extends AutoCloseable {
    /** Stops polling; a poll under way completes. */
    @Override
    void close();
  }

  private record Key(MemoryAlarm.Cause cause, String source) {}

  private final HostFiles files;
  private final HostMemoryGuard guard;
  private final Thresholds thresholds;
  private final Listener listener;
  private final Map<Key, MemoryAlarm> raised = new HashMap<>();

  /** Watches this machine, with the standard thresholds. */
  public MemoryPressureWatch(HostMemoryGuard guard, Listener listener) {
    this(Path.of("/"), guard, Thresholds.STANDARD, listener);
  }

  /**
   * Watches the machine whose {@code proc} and {@code sys} lie below a root.
   *
   * @param root normally {@code /}; the guard's
   * @param guard knows the available memory, the reserve and the cgroups
   * @param listener must return quickly
   */
  public MemoryPressureWatch(
      Path root, HostMemoryGuard guard, Thresholds thresholds, Listener listener) {
    this.files = new HostFiles(root);
    this.guard = guard;
    this.thresholds = thresholds;
    this.listener = listener;
  }

  /** The pressure figures this machine offers, now: its own, and the cgroup's. */
  public List<MemoryPressure> pressures() {
    List<MemoryPressure> pressures = new ArrayList<>();
    read("/proc/pressure/memory").ifPresent(pressures::add);
    for (CgroupTree.Group group : guard.cgroups().groups()) {
      Optional<MemoryPressure> own =
          group.unified() ? read(group.directory() + "/memory.pressure") : Optional.empty();
      if (own.isPresent()) {
        pressures.add(own.get());
        break;
      }
    }
    return pressures;
  }

  private Optional<MemoryPressure> read(String path) {
    String text = files.read(path);
    return text == null ? Optional.empty() : MemoryPressure.parse(path, text);
  }

  /** Why only available memory is watched; empty if pressure is watched too. */
  public Optional<String> whyNoPressure() {
    return pressures().isEmpty()
        ? Optional.of(
            "no readable /proc/pressure/memory: the kernel is older than 4.20, built without"
                + " CONFIG_PSI or started with psi=0")
        : Optional.empty();
  }

  /**
   * One round: reads the figures and tells the listener what changed.
   *
   * @return the alarms newly raised
   */
  public synchronized List<MemoryAlarm> poll() {
    List<MemoryAlarm> news = new ArrayList<>();
    Set<Key> seen = new HashSet<>();
    for (MemoryPressure pressure : pressures()) {
      stall(
          MemoryAlarm.Cause.SOME_STALL,
          pressure.source(),
          pressure.some().avg10(),
          thresholds.someAvg10(),
          seen,
          news);
      stall(
          MemoryAlarm.Cause.FULL_STALL,
          pressure.source(),
          pressure.full().avg10(),
          thresholds.fullAvg10(),
          seen,
          news);
    }
    available(seen, news);
    // A figure that is gone, such as one of a cgroup the process left, raises nothing any more.
    for (Key key : List.copyOf(raised.keySet())) {
      if (!seen.contains(key)) {
        clear(key);
      }
    }
    return news;
  }

  private void stall(
      MemoryAlarm.Cause cause,
      String source,
      double avg10,
      double threshold,
      Set<Key> seen,
      List<MemoryAlarm> news) {
    Key key = new Key(cause, source);
    seen.add(key);
    if (avg10 >= threshold) {
      String who = cause == MemoryAlarm.Cause.SOME_STALL ? "some tasks" : "all tasks";
      raise(
          key,
          String.format(
              Locale.ROOT,
              "%s waited for memory in %.2f%% of the last 10 s by %s (threshold %.2f%%)",
              who,
              avg10,
              source,
              threshold),
          news);
    } else if (avg10 < threshold / 2) {
      clear(key);
    }
  }

  private void available(Set<Key> seen, List<MemoryAlarm> news) {
    HostMemoryReading reading = guard.read();
    if (!reading.known()) {
      return;
    }
    long reserveBytes = guard.reserveBytes(reading);
    // One key whatever the source, so that two limits taking turns are not two alarms.
    Key key = new Key(MemoryAlarm.Cause.RESERVE_REACHED, "");
    seen.add(key);
    if (reading.availableBytes() < reserveBytes) {
      raise(
          key,
          "%s of host memory is available by %s, less than the reserve of %s"
              .formatted(
                  ByteSize.format(reading.availableBytes()),
                  reading.source(),
                  ByteSize.format(reserveBytes)),
          news,
          reading.source());
    } else if (reading.availableBytes() - reserveBytes > reserveBytes / 4) {
      clear(key);
    }
  }

  private void raise(Key key, String message, List<MemoryAlarm> news) {
    raise(key, message, news, key.source());
  }

  private void raise(Key key, String message, List<MemoryAlarm> news, String source) {
    if (!raised.containsKey(key)) {
      MemoryAlarm alarm = new MemoryAlarm(key.cause(), source, message);
      raised.put(key, alarm);
      news.add(alarm);
      listener.raised(alarm);
    }
  }

  private void clear(Key key) {
    MemoryAlarm alarm = raised.remove(key);
    if (alarm != null) {
      listener.cleared(alarm);
    }
  }

  /**
   * Polls every {@code period} on a daemon thread named {@code spillway-memory-pressure}, until
   * closed. A poll that fails is logged and the next one is made all the same.
   */
  public Running start(Duration period) {
    whyNoPressure()
        .ifPresent(
            reason ->
                log().log(Level.INFO, "watching available memory only, not pressure: {0}", reason));
    ScheduledExecutorService runner =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("spillway-memory-pressure").unstarted(task));
    ScheduledFuture<?> polling =
        runner.scheduleWithFixedDelay(this::pollAndLog, 0, period.toNanos(), TimeUnit.NANOSECONDS);
    return () -> {
      polling.cancel(false);
      runner.shutdown();
    };
  }

  private void pollAndLog() {
    try {
      poll();
    } catch (RuntimeException e) {
      log().log(Level.WARNING, "the memory pressure watch missed a round", e);
    }
  }

  /** Not kept: starting a logger takes 20 ms, and most programs run without a line to log. */
  private static System.Logger log() {
    return System.getLogger(MemoryPressureWatch.class.getName());
  }
}
