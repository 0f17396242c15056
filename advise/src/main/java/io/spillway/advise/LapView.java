package io.spillway.advise;

import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.range.Blocks;

/**
 * One repeating phase as rules see it.
 *
 * @param profile the whole recording
 * @param phase the phase
 * @param traffic what a lap moves without hints
 * @param prices what moving costs
 * @param kernelsKnown whether every kernel of the recording is known to write nothing but what it
 *     was given to write
 */
public record LapView(
    Profile profile, PhaseProfile phase, LapTraffic traffic, Prices prices, boolean kernelsKnown) {

  /** Prepares a phase. */
  public static LapView of(Profile profile, PhaseProfile phase, Prices prices) {
    long roomBytes = Math.max(Blocks.BYTES, ManagedRoom.bytes(profile, phase));
    return new LapView(
        profile,
        phase,
        new LapTraffic(profile, phase.schedule(), prices, roomBytes),
        prices,
        KnownKernels.all(profile));
  }

  /** One block of an allocation. */
  public BlockView block(AllocationProfile allocation, int block) {
    return new BlockView(this, allocation.index(), block);
  }

  /** Whether hints can be given for it: memory of other kinds does not move. */
  public static boolean advisable(AllocationProfile allocation) {
    return allocation.kind() == MemoryKind.MANAGED;
  }
}
