package io.spillway.benchmarks.trace;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.sim.GpuModel;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.Measure;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ScheduledAccess;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One phase's laps as a trace, and what is taken for what a recording does not know.
 *
 * <p>Memory: plain device memory counts as managed, since the question is what would happen if it
 * were; pinned memory is the host's and left out. A range counts whole. It was filled by the host
 * unless a kernel wrote it before any copy did and no host touched it.
 *
 * <p>Accesses of unknown kind write, unless faults are on record for the allocation and none was a
 * write. Copies and fills write or read their range and compute for no time.
 *
 * <p>A kernel computes for the time it ran less the time in which its faults were served. What
 * faults cost beside being served counts as computing, so times of launches that faulted are at
 * most too long.
 */
final class RecordedLaps {

  private final Profile profile;
  private final PhaseProfile phase;
  private final Map<Integer, Integer> regions = new HashMap<>();

  RecordedLaps(Profile profile, PhaseProfile phase) {
    this.profile = profile;
    this.phase = phase;
  }

  /** So many laps of it. */
  Trace trace(String name, int laps) {
    TraceBuilder trace = new TraceBuilder(name).tells(Characteristic.CYCLIC);
    if (phase.schedule().shapes().stream().flatMap(this::accesses).allMatch(this::told)) {
      trace.tells(Characteristic.READ_ONLY_KNOWN);
    }
    timedOn().ifPresent(trace::timedOn);
    if (phase.schedule().shapes().stream().allMatch(this::timed)) {
      trace.tells(Characteristic.COMPUTE_TIMES);
    }
    addRegions(trace);
    for (int lap = 0; lap < laps; lap++) {
      trace.lap();
      for (int step = 0; step < phase.schedule().length(); step++) {
        launch(trace, phase.schedule().step(step));
      }
    }
    return trace.build();
  }

  private void addRegions(TraceBuilder trace) {
    Set<Integer> written = new HashSet<>();
    for (LaunchShape shape : phase.schedule().shapes()) {
      accesses(shape)
          .filter(access -> effect(access).writes())
          .forEach(access -> written.add(access.allocation()));
    }
    for (int step = 0; step < phase.schedule().length(); step++) {
      accesses(phase.schedule().step(step))
          .forEach(
              access ->
                  regions.computeIfAbsent(
                      access.allocation(), index -> region(trace, index, written)));
    }
  }

  private int region(TraceBuilder trace, int index, Set<Integer> written) {
    AllocationProfile allocation = profile.allocations().get(index);
    String label = allocation.label().isEmpty() ? allocation.site() : allocation.label();
    if (!written.contains(index)) {
      return trace.readOnlyRegion(label, allocation.bytes());
    }
    return bornOnDevice(allocation)
        ? trace.emptyRegion(label, allocation.bytes())
        : trace.filledRegion(label, allocation.bytes());
  }

  private static boolean bornOnDevice(AllocationProfile allocation) {
    Columns<BlockMeasure> blocks = allocation.blocks();
    return blocks.total(BlockMeasure.FIRST_WRITE) != Measure.NEVER
        && blocks.total(BlockMeasure.COPY_WRITES) == 0
        && blocks.total(BlockMeasure.CPU_WRITE_FAULTS) == 0;
  }

  private void launch(TraceBuilder trace, LaunchShape shape) {
    List<ScheduledAccess> accesses = accesses(shape).toList();
    if (accesses.isEmpty()) {
      return;
    }
    trace.launch(profile.sites().get(shape.site()).label(), shape.ordinal(), computeNanos(shape));
    for (ScheduledAccess access : accesses) {
      AllocationProfile allocation = profile.allocations().get(access.allocation());
      trace.touch(
          regions.getOrDefault(access.allocation(), 0),
          access.offset(),
          Math.min(access.bytes(), allocation.bytes() - access.offset()),
          effect(access),
          1);
    }
  }

  private Stream<ScheduledAccess> accesses(LaunchShape shape) {
    return shape.accesses().stream()
        .filter(
            access -> profile.allocations().get(access.allocation()).kind() != MemoryKind.PINNED);
  }

  private Effect effect(ScheduledAccess access) {
    return switch (access.kind()) {
      case READ -> Effect.READ;
      case WRITE -> Effect.WRITE;
      case READ_WRITE -> Effect.UPDATE;
      case UNKNOWN -> onlyReadFaults(access) ? Effect.READ : Effect.UPDATE;
    };
  }

  private boolean told(ScheduledAccess access) {
    return access.kind() != AccessKind.UNKNOWN || onlyReadFaults(access);
  }

  private boolean onlyReadFaults(ScheduledAccess access) {
    Columns<BlockMeasure> blocks = phase.blocks().get(access.allocation());
    return blocks.total(BlockMeasure.GPU_READ_FAULTS) > 0
        && blocks.total(BlockMeasure.GPU_WRITE_FAULTS) == 0
        && blocks.total(BlockMeasure.GPU_ATOMIC_FAULTS) == 0;
  }

  private long computeNanos(LaunchShape shape) {
    return copies(shape) ? 0 : Math.round(Math.max(0, shape.meanNanos() - shape.meanStallNanos()));
  }

  private boolean timed(LaunchShape shape) {
    return copies(shape) || shape.meanNanos() > 0;
  }

  private boolean copies(LaunchShape shape) {
    return profile.sites().get(shape.site()).kind() == LaunchKind.COPY;
  }

  /** The model whose name is in that of the device it was recorded on. */
  private Optional<String> timedOn() {
    String device = profile.recording().machine().device().toLowerCase(Locale.ROOT);
    return GpuModel.names().stream()
        .filter(id -> device.contains(GpuModel.named(id).name().toLowerCase(Locale.ROOT)))
        .findFirst();
  }
}
