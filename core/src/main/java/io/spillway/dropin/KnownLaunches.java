package io.spillway.dropin;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The launches seen of late, found by what they launch, how large, on which allocations: one slot
 * for each hash, where the last one stays. Safe for use by any thread, without a lock: entries do
 * not change, and one that is missed is made again.
 *
 * <p>The hash is of names, sizes and ordinals alone, nothing that differs in the next run; so a
 * program that does the same again forgets and finds the same again.
 */
final class KnownLaunches {

  /**
   * Slots, a power of two. Of a thousand different launches in a loop one in five shares its slot,
   * and is looked up anew each time. Full of launches with a dozen arguments they hold 3 MiB.
   */
  private static final int SLOTS = 4096;

  private final AtomicReferenceArray<@Nullable KnownLaunch> slots =
      new AtomicReferenceArray<>(SLOTS);

  /** Null if it is not known, or no longer. */
  @Nullable KnownLaunch find(String name, Record shape, TouchedAllocations touched) {
    KnownLaunch found = slots.get(slot(name, shape, touched));
    return found != null && found.matches(name, shape, touched) ? found : null;
  }

  /** Keeps {@code launch}, which touches {@code touched}. */
  void keep(KnownLaunch launch, TouchedAllocations touched) {
    slots.set(slot(launch.name(), launch.shape(), touched), launch);
  }

  private static int slot(String name, Record shape, TouchedAllocations touched) {
    int hash = 31 * (31 * name.hashCode() + shape.hashCode()) + touched.hash();
    // Multiplied by the golden ratio, the high bits depend on all.
    return (hash * 0x9E37_79B9) >>> (Integer.SIZE - Integer.numberOfTrailingZeros(SLOTS));
  }
}
