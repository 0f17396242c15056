package io.spillway.benchmarks.compare.policy;

/**
 * What every prefetching policy does: makes room for the launch that comes, then fetches ahead into
 * the room that blocks make which are needed later, never beyond the device's capacity.
 *
 * <p>What the launch touches and what is fetched beside it is held until the next launch: it has
 * the highest key meanwhile, and gets its own then.
 */
final class Lookahead {

  private static final long HELD = Long.MAX_VALUE;

  private final ResidentBlocks resident;
  private final long[] ownKeys;
  private final IntBag held = new IntBag();
  private final IntBag evicted = new IntBag();
  private final IntBag fetched = new IntBag();

  Lookahead(Setting setting) {
    resident = new ResidentBlocks(setting.blocks().count(), setting.capacityBlocks());
    ownKeys = new long[setting.blocks().count()];
  }

  ResidentBlocks resident() {
    return resident;
  }

  /** Lets go of what was held, and holds what {@code launch} touches of what is resident. */
  void hold(LaunchBlocks launch) {
    for (int i = 0; i < held.size(); i++) {
      int block = held.get(i);
      if (resident.contains(block)) {
        resident.put(block, ownKeys[block]);
      }
    }
    held.clear();
    for (int block : launch.touched()) {
      if (resident.contains(block)) {
        ownKeys[block] = resident.key(block);
        hold(block);
      }
    }
  }

  /** Holds what {@code launch} touches and makes room for what of it is missing. */
  void admit(LaunchBlocks launch) {
    hold(launch);
    int missing = 0;
    for (int block : launch.touched()) {
      missing += resident.contains(block) ? 0 : 1;
    }
    evict(missing);
  }

  /** Notes that the launch has {@code block} on the device now, unless it exceeds the device. */
  void touch(int block, long key) {
    if (resident.contains(block) || resident.size() < resident.capacity()) {
      ownKeys[block] = key;
      hold(block);
    }
  }

  /**
   * Fetches {@code block} if it is missing and room can be made, and holds it.
   *
   * @return false if no room can be made
   */
  boolean fetch(int block, long key) {
    if (resident.contains(block)) {
      touch(block, key);
      return true;
    }
    evict(1);
    if (resident.size() >= resident.capacity()) {
      return false;
    }
    touch(block, key);
    fetched.add(block);
    return true;
  }

  /**
   * Fetches {@code block} if it is missing and room can be made by a block with a lower key than
   * its own, that is, needed later.
   *
   * @return false if no such room can be made
   */
  boolean fetchBefore(int block, long key) {
    boolean full = resident.size() >= resident.capacity();
    if (!resident.contains(block) && full && resident.key(resident.lowest()) >= key) {
      return false;
    }
    return fetch(block, key);
  }

  /** Takes a block whose contents are dead out of the account; the driver takes its memory. */
  void forget(int block) {
    resident.remove(block);
  }

  /** What was sent away since the last {@link #writeTo}. */
  IntBag evicted() {
    return evicted;
  }

  /** Adds what was decided since the last call to {@code writer}. */
  void writeTo(PlanWriter writer) {
    writer.evict(evicted).fetch(fetched);
    evicted.clear();
    fetched.clear();
  }

  private void hold(int block) {
    resident.put(block, HELD);
    held.add(block);
  }

  private void evict(int incoming) {
    while (resident.size() > 0
        && resident.size() + incoming > resident.capacity()
        && resident.key(resident.lowest()) != HELD) {
      int block = resident.lowest();
      resident.remove(block);
      evicted.add(block);
    }
  }
}
