package io.spillway.dropin;

import io.spillway.access.ptx.ParameterAccess;
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
  private ParameterAccess[] accesses = new ParameterAccess[USUAL];
  private int count;
  private @Nullable Lane lane;

  // What the kernel does with each word of each parameter, and which word comes next.
  private ParameterAccess @Nullable [][] uses;
  private int parameter;
  private int word;

  TouchedAllocations(Dropin dropin) {
    this.dropin = dropin;
  }

  /** Starts anew, and holds on to nothing. */
  void clear() {
    Arrays.fill(allocations, 0, count, null);
    count = 0;
    lane = null;
    uses = null;
  }

  /** What the arguments from now on are for, if it is known. */
  void use(ParameterAccess @Nullable [][] known) {
    uses = known;
  }

  @Override
  public void argument(int position) {
    parameter = position;
    word = 0;
  }

  @Override
  public void accept(long address) {
    ParameterAccess use = uses == null ? ParameterAccess.UNKNOWN : next(uses);
    word++;
    if (address < LOWEST_ADDRESS) {
      return;
    }
    int index = index(address);
    if (index < 0) {
      index = enter(address, use);
    }
    if (index >= 0) {
      accesses[index] = accesses[index].and(use);
    }
  }

  private ParameterAccess next(ParameterAccess[][] known) {
    return parameter < known.length && word < known[parameter].length
        ? known[parameter][word]
        : ParameterAccess.UNKNOWN;
  }

  /** Adds what {@code address} points into, if it is an address; -1 if it is not. */
  private int enter(long address, ParameterAccess use) {
    Dropin.Found found = find(address);
    // The end of one, from which a kernel may go backwards.
    if (found == null && uses != null && use != ParameterAccess.NOT_ACCESSED) {
      int before = index(address - 1);
      if (before >= 0) {
        return before;
      }
      found = find(address - 1);
    }
    // What a launch reads of another device is that device's business.
    if (found == null || (lane != null && lane != found.lane())) {
      return -1;
    }
    add(found);
    accesses[count - 1] = ParameterAccess.NOT_ACCESSED;
    return count - 1;
  }

  /** Adds an allocation of the same device as those before. */
  void add(Dropin.Found found) {
    lane = found.lane();
    if (count == allocations.length) {
      allocations = Arrays.copyOf(allocations, 2 * count);
      accesses = Arrays.copyOf(accesses, 2 * count);
    }
    accesses[count] = ParameterAccess.UNKNOWN;
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

  /** Which of those found so far {@code word} lies in; -1 if in none. */
  private int index(long word) {
    for (int i = 0; i < count; i++) {
      LiveAllocation allocation = allocations[i];
      if (allocation != null && allocation.range().contains(word)) {
        return i;
      }
    }
    return -1;
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

  /** What the launch does with one, as far as it is known. */
  ParameterAccess access(int index) {
    return accesses[index];
  }

  /** Whether it is exactly these, in this order, used in these ways. */
  @SuppressWarnings("ReferenceEquality") // An allocation is equal to itself alone.
  boolean are(List<LiveAllocation> others, List<ParameterAccess> uses) {
    if (others.size() != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (others.get(i) != allocations[i] || uses.get(i) != accesses[i]) {
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

  /** What is done with each, to keep. */
  List<ParameterAccess> uses() {
    return List.of(Arrays.copyOf(accesses, count));
  }

  /** All of them, to keep. */
  List<LiveAllocation> list() {
    LiveAllocation[] all = new LiveAllocation[count];
    Arrays.setAll(all, this::get);
    return List.of(all);
  }
}
