package io.spillway.dropin;

import io.spillway.allocate.LiveAllocation;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The distinct live allocations that one launch's arguments point into, in argument order. For one
 * thread, which uses it again for its next launch.
 */
final class TouchedAllocations implements PointerReader.AddressSink {

  /** Kernels take a dozen pointers at most, as a rule. */
  private static final int USUAL = 12;

  /** The first page of every address space is never mapped, so small numbers are no addresses. */
  private static final long LOWEST_ADDRESS = 4096;

  /** Addresses looked up of late: more than most kernels of a loop take together. */
  private static final int RECENT = 64;

  /** The golden ratio, so that the high bits of a product depend on all bits of an address. */
  private static final long HASH = 0x9E37_79B9_7F4A_7C15L;

  private final Dropin dropin;

  /** By address; what has been freed since is no longer live, and so not taken. */
  private final Dropin.@Nullable Found[] recent = new Dropin.@Nullable Found[RECENT];

  private @Nullable LiveAllocation[] allocations = new @Nullable LiveAllocation[USUAL];
  private int count;
  private @Nullable Lane lane;

  TouchedAllocations(Dropin dropin) {
    this.dropin = dropin;
  }

  /** Starts anew, and holds on to nothing. */
  void clear() {
    Arrays.fill(allocations, 0, count, null);
    count = 0;
    lane = null;
  }

  @Override
  public void accept(long word) {
    if (word < LOWEST_ADDRESS || known(word)) {
      return;
    }
    Dropin.Found found = find(word);
    // What a launch reads of another device is that device's business.
    if (found != null && (lane == null || lane == found.lane())) {
      add(found);
    }
  }

  /** Adds an allocation of the same device as those before. */
  void add(Dropin.Found found) {
    lane = found.lane();
    if (count == allocations.length) {
      allocations = Arrays.copyOf(allocations, 2 * count);
    }
    allocations[count++] = found.allocation();
  }

  private Dropin.@Nullable Found find(long word) {
    int slot = (int) ((word * HASH) >>> (Long.SIZE - Integer.numberOfTrailingZeros(RECENT)));
    Dropin.Found last = recent[slot];
    if (last != null && last.allocation().range().contains(word) && last.allocation().isLive()) {
      return last;
    }
    Dropin.Found found = dropin.find(word);
    recent[slot] = found;
    return found;
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

  /** Whether it is exactly these, in this order. */
  @SuppressWarnings("ReferenceEquality") // An allocation is equal to itself alone.
  boolean are(List<LiveAllocation> others) {
    if (others.size() != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (others.get(i) != allocations[i]) {
        return false;
      }
    }
    return true;
  }

  /** The same for the same allocations in the next run, if those are made in the same order. */
  int hash() {
    int hash = count;
    for (int i = 0; i < count; i++) {
      hash = 31 * hash + Long.hashCode(get(i).ordinal());
    }
    return hash;
  }

  /** All of them, to keep. */
  List<LiveAllocation> list() {
    LiveAllocation[] all = new LiveAllocation[count];
    Arrays.setAll(all, this::get);
    return List.of(all);
  }
}
