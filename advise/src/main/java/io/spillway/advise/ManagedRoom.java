package io.spillway.advise;

import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.Measure;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.range.Blocks;

/**
 * How much managed memory a phase could keep on the device: the budget, less plain memory where the
 * two share it. A budget that was given bounds plain memory too; the standard one bounds managed
 * memory alone, and plain memory takes what the device has beside it.
 */
public final class ManagedRoom {

  /** Below two blocks, the standard budget is less than one and is refused. */
  private static final long LEAST_DEVICE_BYTES = 2 * Blocks.BYTES;

  private ManagedRoom() {}

  /**
   * The most managed bytes on the device during {@code phase}; 0 if the recording tells no size.
   */
  public static long bytes(Profile profile, PhaseProfile phase) {
    MachineFigures machine = profile.recording().machine();
    long totalBytes = machine.deviceTotalBytes();
    long budgetBytes = machine.budgetBytes() > 0 ? machine.budgetBytes() : totalBytes;
    long plainBytes = plainBytes(profile, phase);
    if (given(machine)) {
      return Math.max(0, budgetBytes - plainBytes);
    }
    return totalBytes == 0
        ? budgetBytes
        : Math.max(0, Math.min(budgetBytes, totalBytes - plainBytes));
  }

  private static boolean given(MachineFigures machine) {
    long totalBytes = machine.deviceTotalBytes();
    if (machine.budgetBytes() <= 0 || totalBytes < LEAST_DEVICE_BYTES) {
      return machine.budgetBytes() > 0 && totalBytes > 0;
    }
    return machine.budgetBytes() != DeviceBudget.STANDARD.resolve(totalBytes, Long.MAX_VALUE);
  }

  private static long plainBytes(Profile profile, PhaseProfile phase) {
    long bytes = 0;
    for (AllocationProfile allocation : profile.allocations()) {
      boolean before = allocation.firstSequence() <= phase.lastSequence();
      boolean after =
          allocation.freedSequence() == Measure.NEVER
              || allocation.freedSequence() >= phase.firstSequence();
      if (allocation.kind() == MemoryKind.DEVICE && before && after) {
        bytes += allocation.bytes();
      }
    }
    return bytes;
  }
}
