package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.hint.HintKind;
import io.spillway.range.Blocks;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Folds events that come in order. */
final class OrderedFold implements EventWindow.Sink {

  private static final AccessKind[] ACCESS_KINDS = AccessKind.values();
  private static final Processor[] PROCESSORS = Processor.values();
  private static final FaultAccess[] FAULT_ACCESSES = FaultAccess.values();
  private static final Direction[] DIRECTIONS = Direction.values();
  private static final TransferCause[] CAUSES = TransferCause.values();
  private static final ContentionKind[] CONTENTIONS = ContentionKind.values();
  private static final MemoryKind[] MEMORY_KINDS = MemoryKind.values();
  private static final HintKind[] HINT_KINDS = HintKind.values();

  private final NameTable names;
  private final PendingSites pendingSites;
  private final AllocationTable allocations = new AllocationTable();
  private final SiteTable sites = new SiteTable();
  private final LaunchFold launches = new LaunchFold(allocations, sites);
  private final FaultTouches faultTouches = new FaultTouches(launches);
  private final TimelineBuilder timeline = new TimelineBuilder();
  private final Residency residency = new Residency(timeline);

  private long base;
  private long events;
  private long kernels;
  private long kernelNanos;
  private long faultNanos;
  private long gpuFaults;
  private long cpuFaults;
  private long hints;
  private long hintsRefused;
  private long unknownAddresses;
  private long unattributed;
  private long stalledUntil = Long.MIN_VALUE;

  OrderedFold(NameTable names, PendingSites pendingSites) {
    this.names = names;
    this.pendingSites = pendingSites;
  }

  @Override
  public void accept(long[] rows, int at) {
    long codes = rows[at + EventRow.CODES];
    long time = rows[at + EventRow.TIME];
    long told = rows[at + EventRow.SEQUENCE];
    long sequence = told < 0 ? Measure.NEVER : base + told;
    long address = rows[at + EventRow.ADDRESS];
    long bytes = rows[at + EventRow.BYTES];
    long start = rows[at + EventRow.START];
    long end = rows[at + EventRow.END];
    long name = rows[at + EventRow.NAMES];
    int first = EventRow.first(codes);
    int second = EventRow.second(codes);
    int number = EventRow.number(codes);
    events++;
    switch (EventRow.type(codes)) {
      case EventRow.ALLOCATION ->
          allocated(
              pendingSites.take(EventRow.firstName(name)),
              MEMORY_KINDS[first],
              address,
              bytes,
              start,
              end);
      case EventRow.FREE -> freed(address);
      case EventRow.LAUNCH ->
          launches.launch(
              sequence,
              names.get(EventRow.firstName(name)),
              number,
              names.get(EventRow.secondName(name)),
              time);
      case EventRow.ACCESS ->
          access(
              sequence,
              names.get(EventRow.firstName(name)),
              number,
              address,
              bytes,
              ACCESS_KINDS[first],
              time);
      case EventRow.KERNEL -> kernel(sequence, names.get(EventRow.firstName(name)), start, end);
      case EventRow.FAULT ->
          fault(
              PROCESSORS[first],
              FAULT_ACCESSES[second],
              address,
              bytes,
              number,
              start,
              end,
              sequence);
      case EventRow.TRANSFER ->
          transfer(DIRECTIONS[first], CAUSES[second], address, bytes, start, end, sequence);
      case EventRow.CONTENTION -> contention(CONTENTIONS[first], address, bytes, sequence);
      case EventRow.HINT -> hint(HINT_KINDS[first], second != 0, address, bytes);
      case EventRow.SESSION -> {
        launches.closeAll();
        base = launches.greatest() + 1;
      }
      default -> throw new IllegalStateException("event type " + EventRow.type(codes));
    }
  }

  private void allocated(
      PendingSites.Site site,
      MemoryKind kind,
      long address,
      long bytes,
      long requestedBytes,
      long ordinal) {
    if (address <= 0 || bytes <= 0 || address > Long.MAX_VALUE - bytes) {
      unknownAddresses++;
      return;
    }
    AllocationTable.Told told =
        new AllocationTable.Told(site.site(), site.label(), kind, bytes, requestedBytes, ordinal);
    if (allocations.isKnown(told, address)) {
      events--; // told again, at the start of a chunk
      return;
    }
    AllocationRow gone = allocations.live().overlapping(address, address + bytes);
    while (gone != null) {
      freed(gone.address());
      gone = allocations.live().overlapping(address, address + bytes);
    }
    allocations.allocated(told, address, launches.greatest());
  }

  private void freed(long address) {
    AllocationRow row = allocations.freed(address);
    if (row == null) {
      unknownAddresses++;
    } else {
      residency.freed(row);
      row.end(launches.greatest());
    }
  }

  private void access(
      long sequence,
      String label,
      int ordinal,
      long address,
      long bytes,
      AccessKind kind,
      long time) {
    AllocationRow row = allocations.live().find(address);
    if (sequence < 0) {
      unattributed++;
    } else if (row == null || bytes <= 0) {
      unknownAddresses++;
    } else {
      long offset = address - allocations.live().foundStart();
      long within = Math.min(bytes, row.bytes - offset);
      allocations.live().foundBy(sequence);
      launches.access(sequence, label, ordinal, row, offset, within, kind, time);
    }
  }

  private void kernel(long sequence, String function, long start, long end) {
    long nanos = Math.max(0, end - start);
    kernels++;
    kernelNanos += nanos;
    timeline.put(TimeMeasure.LAUNCHES, start, 1);
    timeline.spread(TimeMeasure.KERNEL_NANOS, start, end, nanos);
    OpenLaunch open = launches.open(sequence);
    if (open != null) {
      open.ran(start, nanos);
      sites.of(open.label()).ran(function, nanos);
      return;
    }
    int slot = launches.closed().find(sequence);
    if (slot < 0) {
      unattributed++;
      sites.of(function).ran(function, nanos);
      return;
    }
    SiteRow site = launches.closed().site(slot);
    Shape shape = launches.closed().shape(slot);
    PhaseRow phase = launches.closed().phase(slot);
    if (site != null && shape != null && phase != null) {
      site.ran(function, nanos);
      shape.ran(1, nanos);
      if (launches.closed().position(slot) == 0) {
        launches.lapBegins(phase, launches.closed().lap(slot), start);
      }
    }
  }

  private void fault(
      Processor processor,
      FaultAccess access,
      long address,
      long pages,
      int parts,
      long start,
      long end,
      long sequence) {
    boolean gpu = processor == Processor.GPU;
    timeline.put(gpu ? TimeMeasure.GPU_FAULTS : TimeMeasure.CPU_FAULTS, start, pages);
    AllocationRow row = allocations.live().find(address, gpu ? sequence : Measure.NEVER);
    long offset = address - allocations.live().foundStart();
    if (row == null) {
      unknownAddresses++;
    }
    if (gpu) {
      gpuFaults += pages;
      OpenLaunch open = launches.open(sequence);
      int slot = launches.closed().find(sequence);
      stall(open, slot, pages, start, end);
      if (parts == 0) {
        faultTouches.served(open, slot, access, end);
      }
      if (row != null) {
        int block = row.block(offset);
        long faulted = faultedParts(offset, parts);
        Columns.Builder<BlockMeasure> columns = launches.phase(slot).columns(row);
        deviceFault(columns, access, row, block, faulted, pages, start, end);
        faultTouches.touched(columns, access, row, block, faulted, sequence, open, slot);
      }
    } else {
      cpuFaults += pages;
      if (row != null) {
        hostFault(access, row, offset, pages, parts, start, end);
      }
    }
  }

  /**
   * Counts the time in which this fault was served and none before it, of all and of its launch.
   */
  private void stall(@Nullable OpenLaunch open, int slot, long pages, long start, long end) {
    long from = Math.max(start, stalledUntil);
    stalledUntil = Math.max(stalledUntil, end);
    if (end > from) {
      faultNanos += end - from;
      timeline.spread(TimeMeasure.STALL_NANOS, from, end, end - from);
    }
    if (open != null) {
      sites.of(open.label()).faulted(pages, open.stalled(start, end));
      return;
    }
    SiteRow site = closedSite(slot);
    Shape shape = slot < 0 ? null : launches.closed().shape(slot);
    if (site == null || shape == null) {
      unattributed++;
    } else {
      long nanos = launches.closed().stalled(slot, start, end);
      site.faulted(pages, nanos);
      shape.stalled(nanos);
    }
  }

  private void deviceFault(
      Columns.Builder<BlockMeasure> columns,
      FaultAccess access,
      AllocationRow row,
      int block,
      long faulted,
      long pages,
      long start,
      long end) {
    columns.add(
        switch (access) {
          case READ -> BlockMeasure.GPU_READ_FAULTS;
          case WRITE -> BlockMeasure.GPU_WRITE_FAULTS;
          case ATOMIC -> BlockMeasure.GPU_ATOMIC_FAULTS;
          case PREFETCH, UNKNOWN -> BlockMeasure.GPU_OTHER_FAULTS;
        },
        block,
        pages);
    columns.add(BlockMeasure.GPU_FAULT_NANOS, block, Math.max(0, end - start));
    timeline.heat(HeatMeasure.GPU_FAULTS, row.firstBlock + block, start, pages);
    if (allocations.live().foundLive()) {
      row.toDevice(block);
      residency.arrives(row, block, faulted, end);
    }
  }

  private static long faultedParts(long offset, int parts) {
    return parts == 0 ? AllocationRow.parts(offset, offset + 1) : Integer.toUnsignedLong(parts);
  }

  private void hostFault(
      FaultAccess access,
      AllocationRow row,
      long offset,
      long pages,
      int parts,
      long start,
      long end) {
    int block = row.block(offset);
    Columns.Builder<BlockMeasure> columns = launches.phases().current().columns(row);
    columns.add(
        switch (access) {
          case READ -> BlockMeasure.CPU_READ_FAULTS;
          case WRITE, ATOMIC -> BlockMeasure.CPU_WRITE_FAULTS;
          case PREFETCH, UNKNOWN -> BlockMeasure.CPU_OTHER_FAULTS;
        },
        block,
        pages);
    columns.add(BlockMeasure.CPU_FAULT_NANOS, block, Math.max(0, end - start));
    if (allocations.live().foundLive()) {
      if (row.toHost(block)) {
        columns.add(BlockMeasure.HOST_TURNS, block, 1);
      }
      if (access.writes()) {
        residency.leaves(row, block, faultedParts(offset, parts), start);
      }
    }
    timeline.heat(HeatMeasure.CPU_FAULTS, row.firstBlock + block, start, pages);
  }

  private void transfer(
      Direction direction,
      TransferCause cause,
      long address,
      long bytes,
      long start,
      long end,
      long sequence) {
    if (bytes <= 0) {
      unknownAddresses++;
      return;
    }
    boolean in = direction == Direction.TO_DEVICE;
    timeline.spread(TimeMeasure.transferred(direction, cause), start, end, bytes);
    OpenLaunch open = launches.open(sequence);
    int slot = launches.closed().find(sequence);
    SiteRow site = open != null ? sites.of(open.label()) : closedSite(slot);
    if (site != null) {
      site.transferred(direction, bytes);
    }
    AllocationRow row = allocations.live().find(address, sequence);
    if (row == null) {
      if (cause != TransferCause.COPY) { // a copy's other end is the program's own host memory
        unknownAddresses++;
      }
      return;
    }
    Columns.Builder<BlockMeasure> columns = launches.phase(slot).columns(row);
    boolean faulted = in && cause == TransferCause.COHERENCE && sequence >= 0;
    FaultAccess access = faulted ? faultTouches.served(open, slot, start) : FaultAccess.UNKNOWN;
    boolean live = allocations.live().foundLive();
    long from = address - allocations.live().foundStart();
    long upTo = Math.min(from + bytes, row.bytes);
    while (from < upTo) {
      int block = row.block(from);
      long to = Math.min(upTo, (block + 1) * Blocks.BYTES);
      columns.add(BlockMeasure.transferred(direction, cause), block, to - from);
      timeline.heat(
          in ? HeatMeasure.TO_DEVICE_BYTES : HeatMeasure.TO_HOST_BYTES,
          row.firstBlock + block,
          start,
          to - from);
      long parts = AllocationRow.parts(from, to);
      if (in) {
        columns.combine(BlockMeasure.MOVED_PARTS, block, parts);
      }
      if (faulted) {
        faultTouches.touched(columns, access, row, block, parts, sequence, open, slot);
      }
      if (live) {
        resides(row, block, parts, in, in ? end : start);
      }
      from = to;
    }
  }

  private void resides(AllocationRow row, int block, long parts, boolean in, long nanos) {
    if (in) {
      row.toDevice(block);
      residency.arrives(row, block, parts, nanos);
    } else {
      residency.leaves(row, block, parts, nanos);
    }
  }

  private void contention(ContentionKind kind, long address, long bytes, long sequence) {
    AllocationRow row = allocations.live().find(address, sequence);
    if (row == null) {
      unknownAddresses++;
      return;
    }
    BlockMeasure measure =
        switch (kind) {
          case THRASHING -> BlockMeasure.THRASHINGS;
          case THROTTLING -> BlockMeasure.THROTTLINGS;
          case REMOTE_MAP -> BlockMeasure.REMOTE_MAPS;
        };
    Columns.Builder<BlockMeasure> columns =
        launches.phase(launches.closed().find(sequence)).columns(row);
    long from = address - allocations.live().foundStart();
    long to = Math.min(from + Math.max(1, bytes), row.bytes);
    int last = row.block(to - 1);
    for (int block = row.block(from); block <= last; block++) {
      columns.add(measure, block, 1);
    }
    if (kind == ContentionKind.REMOTE_MAP && allocations.live().foundLive()) {
      residency.leaves(row, from, to); // it is where it was, and read from there
    }
  }

  private void hint(HintKind kind, boolean refused, long address, long bytes) {
    hints++;
    if (refused) {
      hintsRefused++;
      return;
    }
    AllocationRow row = allocations.live().find(address);
    if (row == null || bytes <= 0) {
      return;
    }
    long from = address - allocations.live().foundStart();
    long to = Math.min(from + bytes, row.bytes);
    if (kind == HintKind.DROP) {
      residency.leaves(row, from, to);
    } else if (kind == HintKind.WRITE_BACK) {
      Columns.Builder<BlockMeasure> columns = launches.phases().current().columns(row);
      int last = row.block(to - 1);
      for (int block = row.block(from); block <= last; block++) {
        long start = block * Blocks.BYTES;
        columns.add(
            BlockMeasure.ASKED_TO_HOST,
            block,
            Math.min(to, start + Blocks.BYTES) - Math.max(from, start));
      }
    }
  }

  private @Nullable SiteRow closedSite(int slot) {
    return slot < 0 ? null : launches.closed().site(slot);
  }

  /** The profile of all events so far, after which there can be no more. */
  Profile finish(RecordingFacts recording, long lateEvents) {
    launches.finish();
    boolean deviceTime = timeline.begun();
    Timeline course = (deviceTime ? timeline : launches.hostTimeline()).build(deviceTime);
    PhaseRow sum = new PhaseRow();
    List<PhaseProfile> phases = launches.phases().profiles(sum, deviceTime);
    List<AllocationProfile> profiles =
        allocations.rows().stream().map(row -> row.profile(sum.columns(row).build())).toList();
    ProfileTotals totals =
        new ProfileTotals(
            events,
            launches.phases().launches(),
            kernels,
            kernelNanos,
            faultNanos,
            gpuFaults,
            cpuFaults,
            hints,
            hintsRefused,
            unknownAddresses,
            unattributed,
            lateEvents + launches.late(),
            byCause(course, Direction.TO_DEVICE),
            byCause(course, Direction.TO_HOST));
    LapSchedule opening =
        Profile.loop(phases).map(launches.opening()::before).orElseGet(launches.opening()::all);
    return new Profile(
        recording,
        totals,
        profiles,
        sites.rows().stream().map(SiteRow::profile).toList(),
        phases,
        opening,
        course);
  }

  /** What the bins have in all: none of a transfer's bytes is lost in them. */
  private static Map<TransferCause, Long> byCause(Timeline course, Direction direction) {
    Map<TransferCause, Long> map = new EnumMap<>(TransferCause.class);
    for (TransferCause cause : CAUSES) {
      map.put(cause, course.bins().total(TimeMeasure.transferred(direction, cause)));
    }
    return map;
  }
}
