package io.spillway.dropin;

import io.spillway.allocate.LiveAllocation;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The distinct live allocations that one launch's arguments point into, in argument order. */
final class TouchedAllocations implements PointerReader.AddressSink {

  /** Kernels take a dozen pointers at most, as a rule. */
  private static final int USUAL = 12;

  /** The first page of every address space is never mapped, so small numbers are no addresses. */
  private static final long LOWEST_ADDRESS = 4096;

  private final Dropin dropin;
  private @Nullable LiveAllocation[] allocations = new @Nullable LiveAllocation[USUAL];
  private int count;
  private @Nullable Lane lane;

  TouchedAllocations(Dropin dropin) {
    this.dropin = dropin;
  }

  @Override
  public void accept(long word) {
    if (word < LOWEST_ADDRESS || known(word)) {
      return;
    }
    Dropin.Found found = dropin.find(word);
    if (found == null || (lane != null && lane != found.lane())) {
      // What a launch reads of another device is that device's business.
      return;
    }
    lane = found.lane();
    if (count == allocations.length) {
      allocations = Arrays.copyOf(allocations, 2 * count);
    }
    allocations[count++] = found.allocation();
  }

  private boolean known(long word) {
    for (int i = 0; i < count; i++) {
      LiveAllocation allocation = allocations[i];
      if (allocation != null && allocation.range().contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** The device's lane, null if nothing was found. */
  @Nullable Lane lane() {
    return lane;
  }

  int count() {
    return count;
  }

  LiveAllocation get(int index) {
    LiveAllocation allocation = allocations[index];
    if (allocation == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return allocation;
  }
}
