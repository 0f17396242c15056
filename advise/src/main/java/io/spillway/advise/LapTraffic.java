package io.spillway.advise;

import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.LapSchedule;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.Profile;
import io.spillway.profile.ScheduledAccess;
import io.spillway.range.Blocks;
import java.util.List;

/**
 * What one lap makes of the budget without any hint: how often each managed block is touched, comes
 * in and leaves, once laps follow each other. Blocks leave least recently used first, as whoever
 * keeps the budget has it.
 *
 * <p>Worked out from the schedule alone, so that a recording of the simulator and one of a GPU give
 * the same; what a recording says of faults is evidence, not input.
 */
public final class LapTraffic {

  /** The laps before one that is like all that follow: the second begins as the first ended. */
  private static final int WARM_LAPS = 2;

  private final Profile profile;
  private final LapSchedule schedule;
  private final InPlaceReads inPlace;
  private final int[] firstBlock;
  private final int[] touches;
  private final int[] comesIn;
  private final int[] leaves;
  private final boolean[] copiedInto;
  private final double[] inPlaceBytes;
  private final boolean exceedsBudget;

  /** Works out the lap of {@code schedule}. */
  public LapTraffic(Profile profile, LapSchedule schedule, Prices prices, long budgetBytes) {
    this.profile = profile;
    this.schedule = schedule;
    this.inPlace = new InPlaceReads(profile, prices);
    List<AllocationProfile> allocations = profile.allocations();
    firstBlock = new int[allocations.size() + 1];
    for (int i = 0; i < allocations.size(); i++) {
      firstBlock[i + 1] = Math.addExact(firstBlock[i], allocations.get(i).blocks().rows());
    }
    int blocks = firstBlock[allocations.size()];
    touches = new int[blocks];
    comesIn = new int[blocks];
    leaves = new int[blocks];
    copiedInto = new boolean[blocks];
    inPlaceBytes = new double[blocks];
    countTouches();
    int touched = 0;
    for (int count : touches) {
      touched += count > 0 ? 1 : 0;
    }
    int capacity = (int) Math.min(Integer.MAX_VALUE, budgetBytes / Blocks.BYTES);
    exceedsBudget = touched > capacity;
    if (exceedsBudget) {
      runLaps(new LeastRecentlyUsed(blocks, capacity));
    }
  }

  private interface Visit {
    void block(LaunchShape shape, ScheduledAccess access, int block);
  }

  private void visit(int step, Visit visit) {
    LaunchShape shape = schedule.step(step);
    for (ScheduledAccess access : shape.accesses()) {
      if (profile.allocations().get(access.allocation()).kind() == MemoryKind.MANAGED
          && access.bytes() > 0) {
        int base = firstBlock[access.allocation()];
        int end = firstBlock[access.allocation() + 1];
        int first = base + (int) (access.offset() / Blocks.BYTES);
        int last = base + (int) ((access.offset() + access.bytes() - 1) / Blocks.BYTES);
        for (int block = first; block <= last && block < end; block++) {
          visit.block(shape, access, block);
        }
      }
    }
  }

  private void countTouches() {
    for (int step = 0; step < schedule.length(); step++) {
      visit(
          step,
          (shape, access, block) -> {
            touches[block]++;
            boolean copy = profile.sites().get(shape.site()).kind() == LaunchKind.COPY;
            copiedInto[block] |= copy && access.kind().writes();
            inPlaceBytes[block] += inPlace.bytesPerBlock(shape, access);
          });
    }
  }

  private void runLaps(LeastRecentlyUsed resident) {
    for (int lap = 0; lap <= WARM_LAPS; lap++) {
      boolean counted = lap == WARM_LAPS;
      for (int step = 0; step < schedule.length(); step++) {
        visit(
            step,
            (_, _, block) -> {
              if (!resident.touch(block) && counted) {
                comesIn[block]++;
                leaves[resident.lastEvicted()]++;
              }
            });
      }
    }
  }

  /** Whether a lap touches more managed memory than the budget holds. */
  public boolean exceedsBudget() {
    return exceedsBudget;
  }

  /** How often a lap touches a block. */
  public int touches(int allocation, int block) {
    return touches[firstBlock[allocation] + block];
  }

  /** How often a lap brings a block in. */
  public int comesIn(int allocation, int block) {
    return comesIn[firstBlock[allocation] + block];
  }

  /** How often a block leaves in a lap. */
  public int leaves(int allocation, int block) {
    return leaves[firstBlock[allocation] + block];
  }

  /** Whether a copy writes into a block in every lap. */
  public boolean copiedInto(int allocation, int block) {
    return copiedInto[firstBlock[allocation] + block];
  }

  /** The most bytes that kernels could read of a block in a lap; infinite if not known. */
  public double inPlaceBytes(int allocation, int block) {
    return inPlaceBytes[firstBlock[allocation] + block];
  }
}
