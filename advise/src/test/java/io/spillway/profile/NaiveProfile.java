package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a profile says of blocks, worked out by keeping everything and looking at all of it for each
 * number.
 */
final class NaiveProfile {

  private static final long PART = 64L << 10;

  /** An allocation from its making to its end. */
  private static final class Lifetime {
    final Told.Allocated made;
    final int row;
    long born;
    boolean live = true;

    Lifetime(Told.Allocated made, int row, long born) {
      this.made = made;
      this.row = row;
      this.born = born;
    }

    boolean contains(long address) {
      return address >= made.address() && address < made.address() + made.bytes();
    }

    String family() {
      String origin = made.label().isEmpty() ? made.site().replaceAll("#.*", "") : made.label();
      return origin + made.kind() + made.bytes();
    }
  }

  /** A touch of a range by a launch. */
  private record Touch(int row, long offset, long bytes, AccessKind kind, long sequence) {
    String range() {
      return row + ":" + offset + ":" + bytes;
    }

    long overlap(int block) {
      long from = Math.max(offset, block * Blocks.BYTES);
      return Math.max(0, Math.min(offset + bytes, (block + 1) * Blocks.BYTES) - from);
    }
  }

  private record Fault(int row, long offset, boolean live, Told.Faulted told) {
    int block() {
      return (int) (offset / Blocks.BYTES);
    }

    boolean gpu() {
      return told.processor() == Processor.GPU;
    }

    long parts() {
      return told.parts() == 0
          ? 1L << (offset % Blocks.BYTES / PART)
          : Integer.toUnsignedLong(told.parts());
    }
  }

  /** A transfer that faults brought about, and what for. */
  private record Served(Move move, FaultAccess access) {
    static boolean is(Told.Moved told) {
      return told.direction() == Direction.TO_DEVICE
          && told.cause() == TransferCause.COHERENCE
          && told.sequence() >= 0;
    }

    long parts(int block) {
      return NaiveProfile.parts(move.offset(), move.offset() + move.bytes(), block);
    }
  }

  private record Move(int row, long offset, long bytes, boolean live, Told.Moved told) {
    long overlap(int block) {
      long from = Math.max(offset, block * Blocks.BYTES);
      return Math.max(0, Math.min(offset + bytes, (block + 1) * Blocks.BYTES) - from);
    }
  }

  private final List<Lifetime> lifetimes = new ArrayList<>();
  private final List<Touch> touches = new ArrayList<>();
  private final Map<Long, LaunchKind> kinds = new TreeMap<>();
  private final Map<Long, Long> touchedBytes = new TreeMap<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<Move> moves = new ArrayList<>();
  private final List<Told.Faulted> batches = new ArrayList<>();
  private final List<Served> served = new ArrayList<>();
  private final List<Object> turns = new ArrayList<>();
  private final Map<Integer, Map<Integer, Long>> resident = new TreeMap<>();
  private final Map<Integer, List<int[]>> contended = new TreeMap<>();
  private long sequence = -1;
  private int rows;

  NaiveProfile(List<Told> events) {
    events.forEach(this::take);
  }

  private void take(Told event) {
    switch (event) {
      case Told.Allocated made -> allocated(made);
      case Told.Freed freed ->
          lifetimes.stream()
              .filter(each -> each.live && each.contains(freed.address()))
              .forEach(
                  each -> {
                    each.live = false;
                    turns.add(each);
                    resident.remove(each.row);
                  });
      case Told.Launched launched -> {
        sequence = Math.max(sequence, launched.sequence());
        kinds.put(launched.sequence(), LaunchKind.KERNEL);
      }
      case Told.Accessed accessed -> accessed(accessed);
      case Told.Ran ran -> {}
      case Told.Faulted faulted -> faulted(faulted);
      case Told.Moved moved -> moved(moved);
      case Told.Contended told -> contended(told);
    }
  }

  private void allocated(Told.Allocated made) {
    if (lifetimes.stream().anyMatch(each -> each.live && each.made.ordinal() == made.ordinal())) {
      return;
    }
    Lifetime asked = new Lifetime(made, -1, 0);
    Set<Integer> ofFamily = new LinkedHashSet<>();
    Set<Integer> busy = new LinkedHashSet<>();
    for (Lifetime each : lifetimes) {
      if (each.family().equals(asked.family())) {
        ofFamily.add(each.row);
        if (each.live) {
          busy.add(each.row);
        }
      }
    }
    int row = ofFamily.stream().filter(each -> !busy.contains(each)).findFirst().orElse(rows);
    rows = Math.max(rows, row + 1);
    lifetimes.add(new Lifetime(made, row, sequence));
  }

  private @Nullable Lifetime live(long address) {
    return lifetimes.stream()
        .filter(each -> each.live && each.contains(address))
        .findFirst()
        .orElse(null);
  }

  private @Nullable Lifetime at(long address, long at) {
    List<Lifetime> candidates =
        lifetimes.stream()
            .filter(each -> each.contains(address) && (at < 0 || each.born < at))
            .toList();
    Lifetime live = live(address);
    if (at < 0 && live != null) {
      return live;
    }
    return candidates.isEmpty() ? null : candidates.getLast();
  }

  private void accessed(Told.Accessed told) {
    Lifetime owner = live(told.address());
    if (owner == null) {
      return;
    }
    owner.born = Math.min(owner.born, told.sequence() - 1); // it was there
    sequence = Math.max(sequence, told.sequence());
    kinds.putIfAbsent(
        told.sequence(), told.label().startsWith("cuMem") ? LaunchKind.COPY : LaunchKind.DECLARED);
    long offset = told.address() - owner.made.address();
    long bytes = Math.min(told.bytes(), owner.made.bytes() - offset);
    touches.add(new Touch(owner.row, offset, bytes, told.kind(), told.sequence()));
    touchedBytes.merge(told.sequence(), bytes, Long::sum);
  }

  private void faulted(Told.Faulted told) {
    boolean gpu = told.processor() == Processor.GPU;
    if (gpu && told.parts() == 0 && kinds.containsKey(told.sequence())) {
      batches.add(told);
    }
    Lifetime owner = at(told.address(), gpu ? told.sequence() : -1);
    if (owner != null) {
      long offset = told.address() - owner.made.address();
      Fault fault = new Fault(owner.row, offset, owner.live, told);
      faults.add(fault);
      if (owner.live) {
        turns.add(fault);
        if (gpu || told.access().writes()) {
          reside(owner, fault.block(), fault.parts(), gpu);
        }
      }
    }
  }

  private void reside(Lifetime owner, int block, long parts, boolean there) {
    resident
        .computeIfAbsent(owner.row, key -> new TreeMap<>())
        .merge(block, there ? parts : 0, (old, now) -> there ? old | parts : old & ~parts);
  }

  /** Bytes of a block that are on the device in the end. */
  long residentBytes(int row, int block) {
    return PART * Long.bitCount(resident.getOrDefault(row, Map.of()).getOrDefault(block, 0L));
  }

  private static long parts(long from, long to, int block) {
    long parts = 0;
    for (int part = 0; part < 32; part++) {
      long start = block * Blocks.BYTES + part * PART;
      parts |= from < start + PART && to > start ? 1L << part : 0;
    }
    return parts;
  }

  private void moved(Told.Moved told) {
    Lifetime owner = at(told.address(), told.sequence());
    if (owner != null) {
      long offset = told.address() - owner.made.address();
      long bytes = Math.min(told.bytes(), owner.made.bytes() - offset);
      Move move = new Move(owner.row, offset, bytes, owner.live, told);
      moves.add(move);
      if (Served.is(told)) {
        served.add(new Served(move, wanted(told)));
      }
      if (owner.live) {
        turns.add(move);
        boolean in = told.direction() == Direction.TO_DEVICE;
        for (int block = 0; block * Blocks.BYTES < owner.made.bytes(); block++) {
          reside(owner, block, parts(offset, offset + bytes, block), in);
        }
      }
    }
  }

  /** What the batches of the launch that were nearest in time when the transfer began were for. */
  private FaultAccess wanted(Told.Moved move) {
    ToLongFunction<Told.Faulted> distance = // 1 past the end, 0 while it is served
        batch -> Math.max(0, move.start() - batch.end() + 1);
    List<Told.Faulted> ofLaunch =
        batches.stream().filter(each -> each.sequence() == move.sequence()).toList();
    long nearest = ofLaunch.stream().mapToLong(distance).min().orElse(0);
    List<FaultAccess> accesses =
        ofLaunch.stream()
            .filter(each -> distance.applyAsLong(each) == nearest)
            .map(Told.Faulted::access)
            .distinct()
            .toList();
    if (accesses.stream().anyMatch(FaultAccess::writes)) {
      return FaultAccess.WRITE;
    }
    return accesses.equals(List.of(FaultAccess.READ)) ? FaultAccess.READ : FaultAccess.UNKNOWN;
  }

  private void contended(Told.Contended told) {
    Lifetime owner = at(told.address(), told.sequence());
    if (owner != null) {
      long from = told.address() - owner.made.address();
      long to = Math.min(from + Math.max(1, told.bytes()), owner.made.bytes());
      for (int block = (int) (from / Blocks.BYTES); block * Blocks.BYTES < to; block++) {
        contended
            .computeIfAbsent(owner.row, key -> new ArrayList<>())
            .add(new int[] {block, told.kind().ordinal()});
        if (told.kind() == ContentionKind.REMOTE_MAP && owner.live) {
          reside(owner, block, parts(from, to, block), false);
        }
      }
    }
  }

  int rows() {
    return rows;
  }

  long instances(int row) {
    return lifetimes.stream().filter(each -> each.row == row).count();
  }

  MemoryKind kind(int row) {
    return lifetimes.stream().filter(each -> each.row == row).findFirst().orElseThrow().made.kind();
  }

  private LaunchKind kindOf(Touch touch) {
    return kinds.getOrDefault(touch.sequence(), LaunchKind.UNKNOWN);
  }

  /** One number; null for measures of laps. */
  @Nullable Long get(BlockMeasure measure, int row, int block) {
    List<Touch> ours =
        touches.stream().filter(each -> each.row() == row && each.overlap(block) > 0).toList();
    List<Fault> gpu =
        faults.stream()
            .filter(each -> each.row() == row && each.block() == block && each.gpu())
            .toList();
    List<Fault> cpu =
        faults.stream()
            .filter(each -> each.row() == row && each.block() == block && !each.gpu())
            .toList();
    List<Served> brought =
        served.stream()
            .filter(each -> each.move().row() == row && each.move().overlap(block) > 0)
            .toList();
    return switch (measure) {
      case TOUCHES ->
          ours.stream().map(each -> each.range() + "@" + each.sequence()).distinct().count();
      case DECLARED_READS -> count(ours, LaunchKind.DECLARED, true, false);
      case DECLARED_WRITES -> count(ours, LaunchKind.DECLARED, false, true);
      case PROVEN_READS -> count(ours, LaunchKind.KERNEL, true, false);
      case PROVEN_WRITES -> count(ours, LaunchKind.KERNEL, false, true);
      case UNKNOWN_TOUCHES ->
          ours.stream().filter(each -> each.kind() == AccessKind.UNKNOWN).count();
      case COPY_READS -> count(ours, LaunchKind.COPY, true, false);
      case COPY_WRITES -> count(ours, LaunchKind.COPY, false, true);
      case READ_BYTES -> bytes(ours, block, each -> kernel(each) && reads(each));
      case WRITTEN_BYTES -> bytes(ours, block, each -> kernel(each) && each.kind().writes());
      case UNKNOWN_BYTES -> bytes(ours, block, each -> each.kind() == AccessKind.UNKNOWN);
      case COPY_READ_BYTES -> bytes(ours, block, each -> !kernel(each) && reads(each));
      case COPY_WRITTEN_BYTES -> bytes(ours, block, each -> !kernel(each) && each.kind().writes());
      case KNOWN_PARTS -> knownParts(ours, block);
      case FIRST_TOUCH ->
          first(positions(ours, each -> true), gpuPositions(gpu, brought, each -> true));
      case LAST_TOUCH ->
          last(positions(ours, each -> true), gpuPositions(gpu, brought, each -> true));
      case LAST_READ ->
          last(
              positions(ours, this::reads),
              gpuPositions(gpu, brought, each -> each == FaultAccess.READ));
      case FIRST_WRITE ->
          first(
              positions(ours, each -> kernel(each) && each.kind().writes()),
              gpuPositions(gpu, brought, FaultAccess::writes));
      case LAST_WRITE ->
          last(
              positions(ours, each -> kernel(each) && each.kind().writes()),
              gpuPositions(gpu, brought, FaultAccess::writes));
      case LAST_COPY_WRITE ->
          last(positions(ours, each -> !kernel(each) && each.kind().writes()), List.of());
      case REUSES -> reuses(ours, reuse -> 1);
      case REUSE_LAUNCHES -> reuses(ours, reuse -> reuse.to() - reuse.from());
      case REUSE_BYTES -> reuses(ours, this::bytesBetween);
      case SHORTEST_REUSE_BYTES ->
          reuses(ours).stream().mapToLong(this::bytesBetween).min().orElse(Measure.NEVER);
      case OVERWRITES -> overwrites(ours);
      case GPU_READ_FAULTS -> pages(gpu, FaultAccess.READ);
      case GPU_WRITE_FAULTS -> pages(gpu, FaultAccess.WRITE);
      case GPU_ATOMIC_FAULTS -> pages(gpu, FaultAccess.ATOMIC);
      case GPU_OTHER_FAULTS -> pages(gpu, FaultAccess.PREFETCH) + pages(gpu, FaultAccess.UNKNOWN);
      case CPU_READ_FAULTS -> pages(cpu, FaultAccess.READ);
      case CPU_WRITE_FAULTS -> pages(cpu, FaultAccess.WRITE) + pages(cpu, FaultAccess.ATOMIC);
      case CPU_OTHER_FAULTS -> pages(cpu, FaultAccess.PREFETCH) + pages(cpu, FaultAccess.UNKNOWN);
      case GPU_FAULT_NANOS -> nanos(gpu);
      case CPU_FAULT_NANOS -> nanos(cpu);
      case FAULTED_PARTS -> faultedParts(gpu, brought, block, each -> true);
      case WRITE_FAULTED_PARTS -> faultedParts(gpu, brought, block, FaultAccess::writes);
      case HOST_TURNS -> hostTurns(row, block);
      case MOVED_PARTS -> movedParts(row, block);
      case THRASHINGS -> contentions(row, block, ContentionKind.THRASHING);
      case THROTTLINGS -> contentions(row, block, ContentionKind.THROTTLING);
      case REMOTE_MAPS -> contentions(row, block, ContentionKind.REMOTE_MAP);
      case LAP_TOUCHES,
          FIRST_IN_LAP,
          LAST_IN_LAP,
          LAP_REUSE_BYTES,
          FAULT_LAPS,
          FIRST_FAULT_IN_LAP,
          LAST_FAULT_IN_LAP ->
          null;
      default -> transferred(measure, row, block);
    };
  }

  private boolean kernel(Touch touch) {
    return kindOf(touch) != LaunchKind.COPY;
  }

  private boolean reads(Touch touch) {
    return touch.kind() == AccessKind.READ || touch.kind() == AccessKind.READ_WRITE;
  }

  private long count(List<Touch> ours, LaunchKind kind, boolean read, boolean written) {
    return ours.stream()
        .filter(each -> kindOf(each) == kind)
        .filter(each -> (read && reads(each)) || (written && each.kind().writes()))
        .count();
  }

  private static long bytes(List<Touch> ours, int block, Predicate<Touch> which) {
    return ours.stream().filter(which).mapToLong(each -> each.overlap(block)).sum();
  }

  private static long knownParts(List<Touch> ours, int block) {
    long parts = 0;
    for (Touch each : ours) {
      if (each.kind() != AccessKind.UNKNOWN) {
        parts |= parts(each.offset(), each.offset() + each.bytes(), block);
      }
    }
    return parts;
  }

  private static List<Long> positions(List<Touch> ours, Predicate<Touch> which) {
    return ours.stream().filter(which).map(Touch::sequence).toList();
  }

  private static List<Long> gpuPositions(
      List<Fault> gpu, List<Served> brought, Predicate<FaultAccess> which) {
    return Stream.concat(
            gpu.stream()
                .filter(each -> which.test(each.told().access()))
                .map(each -> each.told().sequence()),
            brought.stream()
                .filter(each -> which.test(each.access()))
                .map(each -> each.move().told().sequence()))
        .filter(each -> each >= 0)
        .toList();
  }

  private static long faultedParts(
      List<Fault> gpu, List<Served> brought, int block, Predicate<FaultAccess> which) {
    long parts = 0;
    for (Fault each : gpu) {
      parts |= which.test(each.told().access()) ? each.parts() : 0;
    }
    for (Served each : brought) {
      parts |= which.test(each.access()) ? each.parts(block) : 0;
    }
    return parts;
  }

  private static long first(List<Long> some, List<Long> others) {
    return Stream.concat(some.stream(), others.stream())
        .mapToLong(Long::longValue)
        .min()
        .orElse(Measure.NEVER);
  }

  private static long last(List<Long> some, List<Long> others) {
    return Stream.concat(some.stream(), others.stream())
        .mapToLong(Long::longValue)
        .max()
        .orElse(Measure.NEVER);
  }

  private record Reuse(long from, long to) {}

  private static List<Reuse> reuses(List<Touch> ours) {
    Map<String, Set<Long>> byRange = new LinkedHashMap<>();
    for (Touch each : ours) {
      byRange.computeIfAbsent(each.range(), key -> new LinkedHashSet<>()).add(each.sequence());
    }
    List<Reuse> reuses = new ArrayList<>();
    for (Set<Long> launches : byRange.values()) {
      List<Long> inOrder = List.copyOf(launches);
      for (int i = 1; i < inOrder.size(); i++) {
        reuses.add(new Reuse(inOrder.get(i - 1), inOrder.get(i)));
      }
    }
    return reuses;
  }

  private static long reuses(List<Touch> ours, ToLongFunction<Reuse> what) {
    return reuses(ours).stream().mapToLong(what).sum();
  }

  private long bytesBetween(Reuse reuse) {
    return touchedBytes.entrySet().stream()
        .filter(each -> each.getKey() > reuse.from() && each.getKey() < reuse.to())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private long overwrites(List<Touch> ours) {
    Map<String, Map<Long, List<AccessKind>>> byRange = new LinkedHashMap<>();
    for (Touch each : ours) {
      byRange
          .computeIfAbsent(each.range(), key -> new TreeMap<>())
          .computeIfAbsent(each.sequence(), key -> new ArrayList<>())
          .add(each.kind());
    }
    long overwrites = 0;
    for (Map<Long, List<AccessKind>> launches : byRange.values()) {
      boolean read = false;
      for (List<AccessKind> kinds : launches.values()) {
        boolean onlyWrites = kinds.stream().allMatch(each -> each == AccessKind.WRITE);
        overwrites += onlyWrites && read ? 1 : 0;
        read = kinds.stream().noneMatch(AccessKind::writes);
      }
    }
    return overwrites;
  }

  private static long pages(List<Fault> faults, FaultAccess access) {
    return faults.stream()
        .filter(each -> each.told().access() == access)
        .mapToLong(each -> each.told().pages())
        .sum();
  }

  private static long nanos(List<Fault> faults) {
    return faults.stream().mapToLong(each -> each.told().end() - each.told().start()).sum();
  }

  private long hostTurns(int row, int block) {
    long count = 0;
    boolean onDevice = false;
    for (Object turn : turns) {
      switch (turn) {
        case Lifetime ended when ended.row == row -> onDevice = false;
        case Fault fault when fault.row() == row && fault.block() == block -> {
          count += !fault.gpu() && onDevice ? 1 : 0;
          onDevice = fault.gpu();
        }
        case Move move
            when move.row() == row
                && move.overlap(block) > 0
                && move.told().direction() == Direction.TO_DEVICE ->
            onDevice = true;
        default -> {}
      }
    }
    return count;
  }

  private long movedParts(int row, int block) {
    long parts = 0;
    for (Move move : moves) {
      if (move.row() == row && move.told().direction() == Direction.TO_DEVICE) {
        parts |= parts(move.offset(), move.offset() + move.bytes(), block);
      }
    }
    return parts;
  }

  private long contentions(int row, int block, ContentionKind kind) {
    return contended.getOrDefault(row, List.of()).stream()
        .filter(each -> each[0] == block && each[1] == kind.ordinal())
        .count();
  }

  private long transferred(BlockMeasure measure, int row, int block) {
    return moves.stream()
        .filter(each -> each.row() == row)
        .filter(each -> measure.name().equals(each.told().direction() + "_" + each.told().cause()))
        .mapToLong(each -> each.overlap(block))
        .sum();
  }
}
