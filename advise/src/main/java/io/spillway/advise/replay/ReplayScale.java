package io.spillway.advise.replay;

import io.spillway.advise.BlockSpan;
import io.spillway.advise.ProposedHint;
import io.spillway.advise.SiteHint;
import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ScheduledAccess;
import io.spillway.range.Blocks;
import java.util.List;
import java.util.Optional;

/**
 * Makes large laps small enough to be replayed some dozen times: of every so many neighbouring
 * blocks one stands for all, in allocations, accesses, hints and the budget alike.
 *
 * @param factor how many blocks one stands for
 */
record ReplayScale(int factor) {

  /**
   * The most visits of a block in a lap. One that faults costs 0.2 ms of a busy core, so three laps
   * of these a second; a lap of 48 layers of 256 MiB has 6,144.
   */
  private static final long MOST_VISITS = 2_000;

  /** Plain memory is allocated in units of this, as by cuMemAlloc. */
  private static final long PLAIN_GRAIN_BYTES = 512;

  /** What makes the laps of {@code phases} small enough. */
  static ReplayScale of(Profile profile, List<PhaseProfile> phases) {
    long visits = 0;
    for (PhaseProfile phase : phases) {
      long lap = 0;
      for (int step = 0; step < phase.schedule().length(); step++) {
        LaunchShape shape = phase.schedule().step(step);
        for (ScheduledAccess access : shape.accesses()) {
          if (managed(profile, access.allocation())) {
            lap += Math.ceilDiv(access.bytes(), Blocks.BYTES);
          }
        }
      }
      visits = Math.max(visits, lap);
    }
    return new ReplayScale((int) Math.max(1, Math.ceilDiv(visits, MOST_VISITS)));
  }

  static boolean managed(Profile profile, int allocation) {
    return profile.allocations().get(allocation).kind() == MemoryKind.MANAGED;
  }

  /** The size of what stands for {@code allocation}. */
  long bytes(AllocationProfile allocation) {
    return allocation.kind() == MemoryKind.MANAGED
        ? Math.max(1, Math.ceilDiv(allocation.blocks().rows(), factor)) * Blocks.BYTES
        : Math.max(1, Math.ceilDiv(allocation.bytes(), factor));
  }

  /** The device that holds so much managed memory and all plain memory that laps touch. */
  long deviceBytes(Profile profile, long roomBytes) {
    long bytes = Math.max(1, roomBytes / Blocks.BYTES / factor) * Blocks.BYTES;
    for (AllocationProfile allocation : profile.allocations()) {
      if (allocation.kind() == MemoryKind.DEVICE) {
        bytes += Math.ceilDiv(bytes(allocation), PLAIN_GRAIN_BYTES) * PLAIN_GRAIN_BYTES;
      }
    }
    return bytes;
  }

  /** Where an access to {@code allocation} begins. */
  long offset(ScheduledAccess access) {
    return factor == 1 ? access.offset() : access.offset() / Blocks.BYTES / factor * Blocks.BYTES;
  }

  /** How much of what stands for {@code allocation} an access touches. */
  long bytes(ScheduledAccess access, AllocationProfile allocation) {
    long most = bytes(allocation) - offset(access);
    if (factor == 1) {
      return Math.min(access.bytes(), most);
    }
    long last = (access.offset() + access.bytes() - 1) / Blocks.BYTES / factor;
    return Math.min((last + 1) * Blocks.BYTES - offset(access), most);
  }

  /** The hint on what stands for its allocation; empty if nothing stands for its blocks alone. */
  Optional<SiteHint> hint(Profile profile, ProposedHint hint) {
    AllocationProfile allocation = profile.allocations().get(hint.allocation());
    int rows = allocation.blocks().rows();
    int blocks = (int) (bytes(allocation) / Blocks.BYTES);
    int first = hint.span().first() / factor;
    int end = hint.span().end() == rows ? blocks : hint.span().end() / factor;
    if (end <= first) {
      return Optional.empty();
    }
    ProposedHint scaled =
        new ProposedHint(
            hint.rule(),
            hint.treatment(),
            hint.allocation(),
            new BlockSpan(first, end),
            hint.whileLaunches(),
            hint.basis(),
            hint.reason(),
            hint.evidence(),
            hint.saving());
    return Optional.of(LapReplay.forReplay(profile, scaled, bytes(allocation)));
  }
}
