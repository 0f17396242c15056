package io.spillway.advise;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import io.spillway.profile.DurationSummary;
import io.spillway.profile.HeatMap;
import io.spillway.profile.HeatMeasure;
import io.spillway.profile.LapSchedule;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.LaunchSiteProfile;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.Measure;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileTotals;
import io.spillway.profile.RecordingFacts;
import io.spillway.profile.ScheduledAccess;
import io.spillway.profile.TimeMeasure;
import io.spillway.profile.Timeline;
import io.spillway.profile.TransferCause;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A profile made by hand: only what is said of it is in it. */
public final class ProfileSketch {

  /** Round prices, so that expectations can be worked out in the head: bytes a second. */
  public static final MachineFigures ROUND =
      new MachineFigures(
          "Round", true, 0, 0, 50e9, 10e9, 4e9, 5e9, 20e9, 50e9, 700e9, 50e6, 10e9, 4000e9);

  private final List<AllocationProfile> allocations = new ArrayList<>();
  private final List<Columns.Builder<BlockMeasure>> ever = new ArrayList<>();
  private final Map<String, LaunchSiteProfile> sites = new LinkedHashMap<>();
  private final List<PhaseSketch> phases = new ArrayList<>();
  private MachineFigures machine = ROUND;
  private long gpuFaults;
  private boolean transfersTold;

  /** Under this budget. */
  public ProfileSketch budgetBlocks(long blocks) {
    machine = machine(machine.simulated(), blocks * Blocks.BYTES, blocks * Blocks.BYTES);
    return this;
  }

  /** With so many device faults in all, so that the recording tells of faults. */
  public ProfileSketch gpuFaults(long faults) {
    gpuFaults = faults;
    return this;
  }

  /** On a card, not on the simulator. */
  public ProfileSketch measured() {
    machine = machine(false, machine.deviceTotalBytes(), machine.budgetBytes());
    return this;
  }

  /** The machine so far, with the same prices. */
  private MachineFigures machine(boolean simulated, long totalBytes, long budgetBytes) {
    return new MachineFigures(
        machine.device(),
        simulated,
        totalBytes,
        budgetBytes,
        machine.linkToDeviceBytesPerSecond(),
        machine.linkToHostBytesPerSecond(),
        machine.firstWriteBackBytesPerSecond(),
        machine.faultBytesPerSecond(),
        machine.readMostlyFaultBytesPerSecond(),
        machine.zeroCopyBytesPerSecond(),
        machine.dropBytesPerSecond(),
        machine.readMostlyWriteBytesPerSecond(),
        machine.readMostlySetBytesPerSecond(),
        machine.deviceBytesPerSecond());
  }

  /** As a tool records that tells of transfers: what is not said to have moved did not. */
  public ProfileSketch transfersTold() {
    transfersTold = true;
    return this;
  }

  /** On this machine, budget and all. */
  public ProfileSketch machine(MachineFigures figures) {
    machine = figures;
    return this;
  }

  /** Managed memory; returns its index. */
  public int managed(String label, int blocks) {
    return allocation(label, label, MemoryKind.MANAGED, blocks, 1);
  }

  /** Any memory; returns its index. */
  public int allocation(String label, String site, MemoryKind kind, int blocks, long instances) {
    int index = allocations.size();
    Columns.Builder<BlockMeasure> columns = new Columns.Builder<>(BlockMeasure.class, blocks);
    ever.add(columns);
    allocations.add(
        new AllocationProfile(
            index,
            site,
            label,
            kind,
            blocks * Blocks.BYTES,
            blocks * Blocks.BYTES,
            index,
            instances,
            (index + 1L) << 40,
            Measure.NEVER,
            Measure.NEVER,
            0,
            columns.build()));
    return index;
  }

  /** Something that happened at some time, to some blocks. */
  public ProfileSketch ever(BlockMeasure measure, int allocation, int first, int end, long value) {
    for (int block = first; block < end; block++) {
      ever.get(allocation).combine(measure, block, value);
    }
    return this;
  }

  /** A phase with so many laps. */
  public PhaseSketch phase(long laps) {
    PhaseSketch phase = new PhaseSketch(laps);
    phases.add(phase);
    return phase;
  }

  /** A kernel that the device ran, and that nobody saw launched. */
  public ProfileSketch unseen(String function) {
    site(function, LaunchKind.UNKNOWN, 0);
    return this;
  }

  private int site(String label, LaunchKind kind, long touchedBytes) {
    LaunchSiteProfile known = sites.get(label);
    if (known == null) {
      known =
          new LaunchSiteProfile(
              sites.size(), label, label, kind, 1, DurationSummary.NONE, touchedBytes, 0, 0, 0, 0);
      sites.put(label, known);
    }
    return known.index();
  }

  /** The profile. */
  public Profile build() {
    List<PhaseProfile> built = new ArrayList<>();
    List<Columns<BlockMeasure>> none =
        allocations.stream()
            .map(each -> Columns.unset(BlockMeasure.class, each.blocks().rows()))
            .toList();
    built.add(
        new PhaseProfile(
            0,
            Measure.NEVER,
            Measure.NEVER,
            0,
            0,
            0,
            0,
            DurationSummary.NONE,
            LapSchedule.EMPTY,
            none));
    phases.forEach(phase -> built.add(phase.build(built.size())));
    List<AllocationProfile> whole = new ArrayList<>();
    for (AllocationProfile each : allocations) {
      Columns.Builder<BlockMeasure> columns = ever.get(each.index());
      whole.add(
          new AllocationProfile(
              each.index(),
              each.site(),
              each.label(),
              each.kind(),
              each.bytes(),
              each.requestedBytes(),
              each.ordinal(),
              each.instances(),
              each.address(),
              each.firstSequence(),
              each.freedSequence(),
              each.firstBlock(),
              columns.build()));
    }
    return new Profile(
        new RecordingFacts(List.of("by hand"), List.of(), machine, new TreeMap<>(), 0),
        new ProfileTotals(
            0,
            0,
            0,
            0,
            0,
            gpuFaults,
            0,
            0,
            0,
            0,
            0,
            0,
            transfersTold ? Map.of(TransferCause.COHERENCE, 1L) : Map.of(),
            Map.of()),
        whole,
        List.copyOf(sites.values()),
        built,
        LapSchedule.EMPTY,
        new Timeline(
            false,
            0,
            1,
            Columns.unset(TimeMeasure.class, 0),
            new HeatMap(1, 0, 0, 1, Columns.unset(HeatMeasure.class, 0))));
  }

  /** One repeating phase. */
  public final class PhaseSketch {
    private final long laps;
    private final List<LaunchShape> shapes = new ArrayList<>();
    private final Map<Integer, Columns.Builder<BlockMeasure>> columns = new TreeMap<>();

    private PhaseSketch(long laps) {
      this.laps = laps;
    }

    private Columns.Builder<BlockMeasure> columns(int allocation) {
      return columns.computeIfAbsent(
          allocation,
          index ->
              new Columns.Builder<>(BlockMeasure.class, allocations.get(index).blocks().rows()));
    }

    /** A kernel that touches blocks once in each lap, for so many nanoseconds. */
    public PhaseSketch kernel(String label, double nanos, Touch... touches) {
      return launch(label, LaunchKind.KERNEL, nanos, touches);
    }

    /** A kernel that ran for so long, of which so long it waited for faults. */
    public PhaseSketch stalled(String label, double nanos, double stall, Touch... touches) {
      launch(label, LaunchKind.KERNEL, nanos, touches);
      LaunchShape last = shapes.removeLast();
      shapes.add(
          new LaunchShape(
              last.site(), last.ordinal(), last.accesses(), last.launches(), nanos, stall));
      return this;
    }

    /** A copy in each lap. */
    public PhaseSketch copy(String label, Touch... touches) {
      return launch(label, LaunchKind.COPY, 0, touches);
    }

    private PhaseSketch launch(String label, LaunchKind kind, double nanos, Touch... touches) {
      List<ScheduledAccess> accesses = new ArrayList<>();
      long touchedBytes = 0;
      for (Touch touch : touches) {
        accesses.add(
            new ScheduledAccess(
                touch.allocation,
                touch.first * Blocks.BYTES,
                (touch.end - touch.first) * Blocks.BYTES,
                touch.kind));
        touchedBytes += (touch.end - touch.first) * Blocks.BYTES;
        count(kind, touch);
      }
      shapes.add(
          new LaunchShape(
              site(label, kind, touchedBytes), shapes.size(), accesses, laps, nanos, 0));
      return this;
    }

    private void count(LaunchKind kind, Touch touch) {
      boolean copy = kind == LaunchKind.COPY;
      if (touch.kind == AccessKind.UNKNOWN) {
        happened(BlockMeasure.UNKNOWN_TOUCHES, touch, laps);
      }
      if (touch.kind == AccessKind.READ || touch.kind == AccessKind.READ_WRITE) {
        happened(copy ? BlockMeasure.COPY_READS : BlockMeasure.PROVEN_READS, touch, laps);
      }
      if (touch.kind.writes()) {
        happened(copy ? BlockMeasure.COPY_WRITES : BlockMeasure.PROVEN_WRITES, touch, laps);
        if (!copy) {
          ever(BlockMeasure.FIRST_WRITE, touch.allocation, touch.first, touch.end, 1);
        }
      }
    }

    /** Something that happened in this phase, to the blocks of {@code touch}. */
    public PhaseSketch happened(BlockMeasure measure, Touch touch, long value) {
      for (int block = touch.first; block < touch.end; block++) {
        columns(touch.allocation).combine(measure, block, value);
      }
      ever(measure, touch.allocation, touch.first, touch.end, value);
      return this;
    }

    private PhaseProfile build(int index) {
      int[] steps = new int[shapes.size()];
      for (int i = 0; i < steps.length; i++) {
        steps[i] = i;
      }
      List<Columns<BlockMeasure>> all = new ArrayList<>();
      for (AllocationProfile each : allocations) {
        all.add(columns(each.index()).build());
      }
      return new PhaseProfile(
          index,
          1,
          laps * steps.length,
          laps * steps.length,
          1,
          laps,
          laps,
          DurationSummary.NONE,
          new LapSchedule(shapes, steps),
          all);
    }
  }

  /** Some blocks, touched in some way. */
  public record Touch(int allocation, int first, int end, AccessKind kind) {

    /** Read. */
    public static Touch read(int allocation, int first, int end) {
      return new Touch(allocation, first, end, AccessKind.READ);
    }

    /** Written. */
    public static Touch write(int allocation, int first, int end) {
      return new Touch(allocation, first, end, AccessKind.WRITE);
    }

    /** Not known how. */
    public static Touch unknown(int allocation, int first, int end) {
      return new Touch(allocation, first, end, AccessKind.UNKNOWN);
    }
  }
}
