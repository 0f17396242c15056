package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a recording tells, with all of it kept: which memory was there, who touched it, and what
 * moved. Allocations that follow each other are of one row, as in a profile.
 */
final class NaiveHistory {

  private static final long PART = 64L << 10;

  /** An allocation from its making to its end. */
  static final class Lifetime {
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
  record Touch(int row, long offset, long bytes, AccessKind kind, long sequence) {
    String range() {
      return row + ":" + offset + ":" + bytes;
    }

    long overlap(int block) {
      long from = Math.max(offset, block * Blocks.BYTES);
      return Math.max(0, Math.min(offset + bytes, (block + 1) * Blocks.BYTES) - from);
    }
  }

  record Fault(int row, long offset, boolean live, Told.Faulted told) {
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
  record Served(Move move, FaultAccess access) {
    static boolean is(Told.Moved told) {
      return told.direction() == Direction.TO_DEVICE
          && told.cause() == TransferCause.COHERENCE
          && told.sequence() >= 0;
    }

    long parts(int block) {
      return NaiveHistory.parts(move.offset(), move.offset() + move.bytes(), block);
    }
  }

  record Move(int row, long offset, long bytes, boolean live, Told.Moved told) {
    long overlap(int block) {
      long from = Math.max(offset, block * Blocks.BYTES);
      return Math.max(0, Math.min(offset + bytes, (block + 1) * Blocks.BYTES) - from);
    }
  }

  private final List<Lifetime> lifetimes = new ArrayList<>();
  final List<Touch> touches = new ArrayList<>();
  final Map<Long, LaunchKind> kinds = new TreeMap<>();
  final Map<Long, Long> touchedBytes = new TreeMap<>();
  final List<Fault> faults = new ArrayList<>();
  final List<Move> moves = new ArrayList<>();
  private final List<Told.Faulted> batches = new ArrayList<>();
  final List<Served> served = new ArrayList<>();
  final List<Object> turns = new ArrayList<>();
  private final Map<Integer, Map<Integer, Long>> resident = new TreeMap<>();
  final Map<Integer, List<int[]>> contended = new TreeMap<>();
  private long sequence = -1;
  private int rows;

  NaiveHistory(List<Told> events) {
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

  /** The parts of a block between two offsets, a bit each. */
  static long parts(long from, long to, int block) {
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
}
