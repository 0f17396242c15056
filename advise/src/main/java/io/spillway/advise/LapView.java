package io.spillway.advise;

import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.Direction;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.range.Blocks;

/**
 * One repeating phase as rules see it.
 *
 * @param profile the whole recording
 * @param phase the phase
 * @param laps how many laps it will have in the run that is to be given hints
 * @param traffic what a lap moves without hints
 * @param prices what moving costs
 * @param kernelsKnown whether every kernel of the recording is known to write nothing but what it
 *     was given to write
 * @param transfersTold whether the recording tells of every transfer
 */
public record LapView(
    Profile profile,
    PhaseProfile phase,
    double laps,
    LapTraffic traffic,
    Prices prices,
    boolean kernelsKnown,
    boolean transfersTold) {

  /**
   * Prepares a phase.
   *
   * @param times how many times as long the run will be that is to be given hints
   */
  public static LapView of(Profile profile, PhaseProfile phase, Prices prices, double times) {
    long roomBytes = Math.max(Blocks.BYTES, ManagedRoom.bytes(profile, phase));
    return new LapView(
        profile,
        phase,
        phase.laps() * times,
        new LapTraffic(profile, phase.schedule(), prices, roomBytes),
        prices,
        KnownKernels.all(profile),
        transfersTold(profile));
  }

  private static boolean transfersTold(Profile profile) {
    long bytes =
        profile.totals().bytes(Direction.TO_DEVICE) + profile.totals().bytes(Direction.TO_HOST);
    return bytes > 0 && profile.recording().droppedTotal() == 0;
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
