package io.spillway.profile;

import io.spillway.ProfileSettings;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.AllocationException;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.ManagedMemoryLimitException;
import io.spillway.profile.cupti.ActivityRecording;
import io.spillway.profile.cupti.CuptiUnavailableException;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The recorder in one session: the flight recorder's file, CUPTI if it is there, and what both
 * cost.
 *
 * <p>It ends when the session closes or the JVM exits, whichever is first, and reports one line.
 */
final class RecordedSession implements SessionListener {

  private static final double NANOS_PER_SECOND = 1e9;

  private static final String MEASURED =
      ", rates of moves of " + ByteSize.format(MachineMeasurement.BYTES);

  private final ProfileSettings settings;
  private final Runnable released;
  private final boolean simulated;
  private final MachineFigures machine;
  private final List<String> missing = new ArrayList<>();
  private final ActivityEvents events = new ActivityEvents();
  private final Correlator correlator = new Correlator(Correlator.Limits.STANDARD, events::emit);
  private final LongAdder launches = new LongAdder();
  private final LongAdder launchNanos = new LongAdder();
  private final long begunNanos = System.nanoTime();
  private final Thread exitHook = new Thread(this::close, "spillway-profile-exit");
  private final @Nullable ActivityRecording cupti;
  private final DeclaredLaunches declared = new DeclaredLaunches();
  private final @Nullable LapSurvey survey;
  private final FlightRecording recording;
  private volatile boolean ended;
  private boolean closed;

  private RecordedSession(SessionContext context, ProfileSettings settings, Runnable released)
      throws IOException {
    this.settings = settings;
    this.released = released;
    DeviceInfo device = context.driver().device();
    this.simulated = device.simulated();
    this.survey = settings.survey() ? new LapSurvey(context) : null;
    this.machine = measured(context, device);
    this.cupti = simulated ? null : startCupti(device);
    this.recording = startRecording();
  }

  /**
   * Begins to record.
   *
   * @param released called once it has ended
   * @throws IOException if the file cannot be written
   */
  static RecordedSession begin(SessionContext context, ProfileSettings settings, Runnable released)
      throws IOException {
    RecordedSession session = new RecordedSession(context, settings, released);
    Runtime.getRuntime().addShutdownHook(session.exitHook);
    settings
        .report()
        .accept("profile: recording %s with %s".formatted(settings.file(), session.tool()));
    return session;
  }

  private MachineFigures measured(SessionContext context, DeviceInfo device) {
    long budgetBytes = context.residentLimitBytes().getAsLong();
    if (simulated) {
      return MachineMeasurement.unmeasured(device, budgetBytes);
    }
    try {
      MachineFigures figures = MachineMeasurement.take(context.driver(), budgetBytes);
      missing.add("rates of faults, zero-copy and device memory: a kernel would have to measure");
      return figures;
    } catch (AllocationException | ManagedMemoryLimitException | DriverException e) {
      missing.add("the link's rates: " + e.getMessage());
      return MachineMeasurement.unmeasured(device, budgetBytes);
    }
  }

  private @Nullable ActivityRecording startCupti(DeviceInfo device) {
    try {
      ActivityRecording started =
          ActivityRecording.start(
              settings.cupti(),
              device.cudaVersion() / 1000,
              correlator::accept,
              this::correlate,
              this::correlateAll);
      missing.addAll(started.missing());
      return started;
    } catch (CuptiUnavailableException e) {
      missing.add("faults, transfers and kernel runs: " + e.getMessage());
      return null;
    }
  }

  private FlightRecording startRecording() throws IOException {
    boolean started = false;
    try {
      FlightRecording begun =
          new FlightRecording(settings.file(), this::describe, this::endSources);
      started = true;
      return begun;
    } finally {
      if (!started && cupti != null) {
        cupti.close();
      }
    }
  }

  private String tool() {
    return cupti == null ? "launches only" : cupti.tool();
  }

  private String missing() {
    return String.join("; ", missing);
  }

  /** In every chunk: with what, and on what, this is recorded. The simulator tells its own. */
  private void describe() {
    if (!simulated) {
      String how = machine.linkToDeviceBytesPerSecond() > 0 ? MEASURED : "";
      RecordingEvent.emit(tool() + how, missing(), machine, cupti == null ? 0 : cupti.nanoTime());
    }
  }

  /** On CUPTI's reading thread, as are all uses of the correlator. */
  private void correlate() {
    declared.drainTo(correlator);
    correlator.advance();
  }

  private void correlateAll() {
    declared.drainTo(correlator);
    correlator.close();
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    if (survey != null && !ended) {
      survey.declared(launch, access);
    }
    if (cupti != null) {
      long begun = System.nanoTime();
      declared.declared(launch, access.range(), cupti);
      launchNanos.add(System.nanoTime() - begun);
    }
  }

  @Override
  public void issued(Launch launch) {
    launches.increment();
    if (cupti != null) {
      long begun = System.nanoTime();
      declared.issued(launch, cupti);
      launchNanos.add(System.nanoTime() - begun);
    }
  }

  @Override
  public void freeing(AddressRange range) {}

  @Override
  public String state() {
    String lacks = missing();
    return (ended ? "recorded " : "recording ")
        + settings.file()
        + " with "
        + tool()
        + (lacks.isEmpty() ? "" : ", without " + lacks);
  }

  /** Has everything written that was recorded so far, and ends all sources. Once. */
  private synchronized void endSources() {
    if (ended) {
      return;
    }
    ended = true;
    if (cupti != null) {
      cupti.close();
      RecordingEndEvent.emit("cupti", cupti.losses().records(), cuptiSeconds(cupti));
    }
    RecordingEndEvent.emit("launches", 0, launchNanos.sum() / NANOS_PER_SECOND);
  }

  private static double cuptiSeconds(ActivityRecording cupti) {
    return (cupti.readerNanos() + cupti.callbackNanos()) / NANOS_PER_SECOND;
  }

  @Override
  public void close() {
    if (!endedHere()) {
      return;
    }
    recording.stop();
    settings.report().accept(summary());
    forgetExitHook();
    released.run();
  }

  private synchronized boolean endedHere() {
    boolean first = !closed;
    closed = true;
    endSources();
    return first;
  }

  private void forgetExitHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // The JVM exits, and this may be the hook.
    }
  }

  private String summary() {
    double seconds = (System.nanoTime() - begunNanos) / NANOS_PER_SECOND;
    ActivityEvents.Counts counts = events.counts();
    StringBuilder line = new StringBuilder();
    line.append("profile: %s: %,d launches".formatted(settings.file(), launches.sum()));
    if (cupti != null) {
      ActivityRecording.Losses losses = cupti.losses();
      line.append(
          ", %,d kernel runs, %,d faults, %,d transfers, %,d contentions, %,d of them of no known launch; %,d records dropped"
              .formatted(
                  counts.kernels(),
                  counts.faults(),
                  counts.transfers(),
                  counts.contentions(),
                  correlator.unattributed(),
                  losses.records()));
    }
    line.append(
        "; recording took %s on the program's threads"
            .formatted(share(launchNanos.sum() / NANOS_PER_SECOND, seconds)));
    if (cupti != null) {
      line.append(
          " and %s beside them, CUPTI's own work not included"
              .formatted(share(cuptiSeconds(cupti), seconds)));
    }
    if (survey != null) {
      LapSurvey.Cost cost = survey.cost();
      line.append(
          "; survey: %,d laps began cold, %s taken off the device in %s"
              .formatted(
                  cost.laps(),
                  ByteSize.format(cost.bytes()),
                  share(cost.nanos() / NANOS_PER_SECOND, seconds)));
      line.append(cost.refused() == 0 ? "" : ", %,d refused".formatted(cost.refused()));
    }
    line.append("; missing: ").append(missing.isEmpty() ? "nothing" : missing());
    return line.toString();
  }

  private static String share(double part, double whole) {
    return "%.3f s (%.2f%%)".formatted(part, 100 * part / whole);
  }
}
