package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.profile.NaiveHistory.Fault;
import io.spillway.profile.NaiveHistory.Lifetime;
import io.spillway.profile.NaiveHistory.Move;
import io.spillway.profile.NaiveHistory.Served;
import io.spillway.profile.NaiveHistory.Touch;
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

  private final NaiveHistory told;

  NaiveProfile(List<Told> events) {
    told = new NaiveHistory(events);
  }

  int rows() {
    return told.rows();
  }

  long instances(int row) {
    return told.instances(row);
  }

  MemoryKind kind(int row) {
    return told.kind(row);
  }

  long residentBytes(int row, int block) {
    return told.residentBytes(row, block);
  }

  private LaunchKind kindOf(Touch touch) {
    return told.kinds.getOrDefault(touch.sequence(), LaunchKind.UNKNOWN);
  }

  /** One number; null for measures of laps. */
  @Nullable Long get(BlockMeasure measure, int row, int block) {
    List<Touch> ours =
        told.touches.stream().filter(each -> each.row() == row && each.overlap(block) > 0).toList();
    List<Fault> gpu =
        told.faults.stream()
            .filter(each -> each.row() == row && each.block() == block && each.gpu())
            .toList();
    List<Fault> cpu =
        told.faults.stream()
            .filter(each -> each.row() == row && each.block() == block && !each.gpu())
            .toList();
    List<Served> brought =
        told.served.stream()
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
        parts |= NaiveHistory.parts(each.offset(), each.offset() + each.bytes(), block);
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
    return told.touchedBytes.entrySet().stream()
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
    for (Object turn : told.turns) {
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
    for (Move move : told.moves) {
      if (move.row() == row && move.told().direction() == Direction.TO_DEVICE) {
        parts |= NaiveHistory.parts(move.offset(), move.offset() + move.bytes(), block);
      }
    }
    return parts;
  }

  private long contentions(int row, int block, ContentionKind kind) {
    return told.contended.getOrDefault(row, List.of()).stream()
        .filter(each -> each[0] == block && each[1] == kind.ordinal())
        .count();
  }

  private long transferred(BlockMeasure measure, int row, int block) {
    return told.moves.stream()
        .filter(each -> each.row() == row)
        .filter(each -> measure.name().equals(each.told().direction() + "_" + each.told().cause()))
        .mapToLong(each -> each.overlap(block))
        .sum();
  }
}
