package io.spillway.profile.cupti;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * CUPTI recording this process: kernel runs, page faults, transfers and contention of managed
 * memory, and which launch is which.
 *
 * <p>CUPTI has one client in a process, so there should be one of these at a time. Records are read
 * on a thread of its own, twenty milliseconds to a second after they were made; the program's
 * threads only hand over buffers. What CUPTI refuses is named in {@link #missing} and the rest is
 * recorded. {@link #enter}, {@link #leave} and {@link #nanoTime} may be called by any thread.
 */
public final class ActivityRecording implements AutoCloseable {

  /**
   * How often what is complete is asked for, 1 s: a thousandth of a buffer's life if it is busy.
   */
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long the reader waits for a buffer before it does what else there is to do: 20 ms. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** How long closing waits for the reader, 30 s: it reads a million records a second or more. */
  private static final long MOST_CLOSING_MILLIS = TimeUnit.SECONDS.toMillis(30);

  private final Cupti cupti;
  private final CuptiVersion version;
  private final ActivityBuffers buffers;
  private final ActivityReader reader;
  private final Runnable idle;
  private final Runnable ended;
  private final Thread thread;
  private final List<String> missing = new ArrayList<>();
  private final List<ActivityKind> enabled = new ArrayList<>();
  private final AtomicLong readerNanos = new AtomicLong();
  private final AtomicLong droppedByCupti = new AtomicLong();
  private final ThreadLocal<MemorySegment> word =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ValueLayout.JAVA_LONG));
  private boolean correlating;
  private volatile boolean closing;

  /**
   * What was lost.
   *
   * @param dropped records that CUPTI had no room for
   * @param refusals how often it was given no buffer, which made it drop them
   * @param broken records, or rests of buffers, that could not be read
   * @param unknown records of kinds that are not known here
   * @param untimed kernels that CUPTI could not time
   */
  public record Losses(long dropped, long refusals, long broken, long unknown, long untimed) {

    /** Records that are lost; the rest of a broken buffer counts as one. */
    public long records() {
      return dropped + broken + unknown + untimed;
    }
  }

  private ActivityRecording(
      Cupti cupti,
      CuptiVersion version,
      ActivityBuffers buffers,
      Consumer<Activity> sink,
      Runnable idle,
      Runnable ended) {
    this.cupti = cupti;
    this.version = version;
    this.buffers = buffers;
    this.reader = new ActivityReader(cupti, version, sink);
    this.idle = idle;
    this.ended = ended;
    this.thread = new Thread(this::readAll, "spillway-profile");
    thread.setDaemon(true);
  }

  /**
   * Finds CUPTI and begins to record. The CUDA driver must be initialised.
   *
   * @param library the file to load; empty to look where it may be
   * @param driverMajor the CUDA version that the driver supports, such as 13
   * @param sink given everything that is recorded, on the reading thread
   * @param idle called on the reading thread whenever it has caught up, many times a second
   * @param ended called on the reading thread when everything has been given
   * @throws CuptiUnavailableException if there is no CUPTI, or one whose records are not known
   *     here, or it refuses everything
   */
  public static ActivityRecording start(
      Optional<Path> library,
      int driverMajor,
      Consumer<Activity> sink,
      Runnable idle,
      Runnable ended) {
    return start(
        CuptiLibrary.load(library, CuptiPlaces.ofProcess(), driverMajor),
        new ActivityBuffers(ActivityBuffers.BUFFER_BYTES, ActivityBuffers.MOST_BUFFERS),
        sink,
        idle,
        ended);
  }

  /** The same with a library and buffers at hand. */
  static ActivityRecording start(
      CuptiLibrary library,
      ActivityBuffers buffers,
      Consumer<Activity> sink,
      Runnable idle,
      Runnable ended) {
    Cupti cupti = new Cupti(library);
    ActivityRecording recording =
        new ActivityRecording(cupti, version(cupti), buffers, sink, idle, ended);
    recording.begin();
    return recording;
  }

  /**
   * Asks the library for its version.
   *
   * @throws CuptiUnavailableException if the layouts of its records are not known
   */
  static CuptiVersion version(Cupti cupti) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      int status = cupti.getVersion(number);
      if (status != Cupti.SUCCESS) {
        throw new CuptiUnavailableException(
            "%s does not tell its version: %s"
                .formatted(cupti.libraryName(), cupti.resultString(status)));
      }
      int api = number.get(ValueLayout.JAVA_INT, 0);
      return CuptiVersion.of(api)
          .orElseThrow(
              () ->
                  new CuptiUnavailableException(
                      "%s has API version %d, whose records are not known here: name one of CUDA 11.0 to 13.0 with the option cupti"
                          .formatted(cupti.libraryName(), api)));
    }
  }

  private void begin() {
    clearBuffersHere();
    require(
        "cuptiActivityRegisterCallbacks",
        cupti.registerCallbacks(buffers.requestedCallback(), buffers.completedCallback()));
    thread.start();
    boolean counting =
        configureCounters()
            && enable(ActivityKind.UNIFIED_MEMORY_COUNTER, "page faults and transfers");
    boolean running = enable(ActivityKind.CONCURRENT_KERNEL, "kernel runs");
    correlating = running && correlate();
    if (!counting && !running) {
      String reasons = String.join("; ", missing);
      close();
      throw new CuptiUnavailableException(
          cupti.libraryName() + " records nothing here: " + reasons);
    }
  }

  /** Else CUPTI clears them on the program's threads. It does so too where it refuses this. */
  private void clearBuffersHere() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_LONG, Byte.BYTES);
      cupti.setAttribute(
          Cupti.ATTRIBUTE_ZEROED_BUFFERS,
          bytes,
          arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1));
    }
  }

  private void require(String call, int status) {
    if (status != Cupti.SUCCESS) {
      throw new CuptiUnavailableException(
          "%s: %s of %s".formatted(cupti.resultString(status), call, cupti.libraryName()));
    }
  }

  /** Turns on every counter, or each that is not refused. */
  private boolean configureCounters() {
    List<MemoryCounter> all = List.of(MemoryCounter.values());
    int status = configure(all);
    if (status == Cupti.SUCCESS) {
      return true;
    }
    List<MemoryCounter> accepted = new ArrayList<>();
    for (MemoryCounter counter : all) {
      int single = configure(List.of(counter));
      if (single == Cupti.SUCCESS) {
        accepted.add(counter);
      } else {
        missing.add(counter.words() + ": " + cupti.resultString(single));
      }
    }
    return !accepted.isEmpty() && configure(accepted) == Cupti.SUCCESS;
  }

  private int configure(List<MemoryCounter> counters) {
    try (Arena arena = Arena.ofConfined()) {
      return cupti.configureUnifiedMemoryCounter(
          CounterConfigurations.on(counters, arena), counters.size());
    }
  }

  private boolean enable(ActivityKind kind, String what) {
    int status = cupti.enable(kind);
    if (status == Cupti.SUCCESS) {
      enabled.add(kind);
      return true;
    }
    missing.add(what + ": " + cupti.resultString(status));
    return false;
  }

  /**
   * Has each launch recorded with our number of it. CUPTI writes a correlation only beside the
   * record of a call ("When a CUPTI activity API record is created", cupti_activity.h 13.0). All
   * calls of the driver are recorded for that: enabling only those that launch, by {@code
   * cuptiActivityEnableDriverApi}, has no effect once there is a context (CUPTI 13.0 on an H100).
   */
  private boolean correlate() {
    String what = "which launch a kernel is";
    return enable(ActivityKind.EXTERNAL_CORRELATION, what) && enable(ActivityKind.DRIVER, what);
  }

  private void readAll() {
    long nextFlush = System.nanoTime() + FLUSH_NANOS;
    try {
      while (!closing || !buffers.caughtUp()) {
        ActivityBuffers.Filled filled = buffers.poll(POLL_NANOS);
        long begun = System.nanoTime();
        if (filled != null) {
          reader.read(filled);
          buffers.recycle(filled);
        }
        if (buffers.caughtUp()) {
          idle.run();
        }
        if (!closing && begun - nextFlush >= 0) {
          cupti.flushAll(0);
          nextFlush = System.nanoTime() + FLUSH_NANOS;
        }
        readerNanos.addAndGet(System.nanoTime() - begun);
      }
      ended.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; what is unread stays so
    }
  }

  /** What records, such as {@code cupti 13.0}. */
  public String tool() {
    return version.toString();
  }

  /** What CUPTI refused, and why; empty if nothing. */
  public List<String> missing() {
    return List.copyOf(missing);
  }

  /** Kernels that this thread launches until {@link #leave} are known by {@code id}. */
  public void enter(long id) {
    if (correlating) {
      cupti.pushExternalCorrelationId(Cupti.CORRELATION_CUSTOM0, id);
    }
  }

  /** Ends the last {@link #enter} of this thread. */
  public void leave() {
    if (correlating) {
      cupti.popExternalCorrelationId(Cupti.CORRELATION_CUSTOM0, word.get());
    }
  }

  /** CUPTI's clock, in which all times are. */
  public long nanoTime() {
    MemorySegment nanos = word.get();
    return cupti.getTimestamp(nanos) == Cupti.SUCCESS ? nanos.get(ValueLayout.JAVA_LONG, 0) : 0;
  }

  /** What was lost so far; whole once this is closed. */
  public Losses losses() {
    return new Losses(
        droppedByCupti.get(),
        buffers.refusals(),
        reader.broken(),
        reader.unknown(),
        reader.untimed());
  }

  /** Time the reading thread worked, in nanoseconds. */
  public long readerNanos() {
    return readerNanos.get();
  }

  /** Time spent handing over buffers, on CUPTI's and the program's threads, in nanoseconds. */
  public long callbackNanos() {
    return buffers.callbackNanos();
  }

  /**
   * Stops recording, and returns when everything that was recorded has been given to the consumer.
   * What runs on the device now is not waited for.
   */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    // Before too: what memory counters have not handed over is lost when they are turned off.
    cupti.flushAll(Cupti.FLUSH_FORCED);
    enabled.forEach(cupti::disable);
    cupti.flushAll(Cupti.FLUSH_FORCED);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dropped = arena.allocate(ValueLayout.JAVA_LONG);
      if (cupti.getNumDroppedRecords(0, 0, dropped) == Cupti.SUCCESS) {
        droppedByCupti.addAndGet(dropped.get(ValueLayout.JAVA_LONG, 0));
      }
    }
    closing = true;
    try {
      thread.join(MOST_CLOSING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    buffers.close();
  }
}
