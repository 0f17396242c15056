package io.spillway.benchmarks.compare.policy;

import io.spillway.hint.Plan;

/**
 * Lets launches fault, and sends away by a {@link Ranking} what has to leave for them.
 *
 * <p>A user-space policy cannot choose the driver's victims, so it evicts just before the launch;
 * what launches only read is dropped, the rest written back.
 */
final class EvictionOnDemand implements Policy {

  private final Ranking ranking;
  private final PlanWriter writer;
  private final ResidentBlocks resident;
  private final int[] touchedBy;
  private long sequence;

  EvictionOnDemand(Setting setting, Ranking ranking) {
    this.ranking = ranking;
    writer = new PlanWriter(setting);
    resident = new ResidentBlocks(setting.blocks().count(), setting.capacityBlocks());
    touchedBy = new int[setting.blocks().count()];
  }

  @Override
  public Plan begin() {
    return writer.readMostly().plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    int stamp = launch.index() + 1;
    int missing = 0;
    for (int block : launch.touched()) {
      touchedBy[block] = stamp;
      missing += resident.contains(block) ? 0 : 1;
    }
    IntBag victims = resident.makeRoom(missing, block -> touchedBy[block] == stamp);
    for (int block : launch.touched()) {
      long key = ranking.touched(block, sequence++);
      if (resident.contains(block) || resident.size() < resident.capacity()) {
        resident.put(block, key);
      }
    }
    if (ranking.changed()) {
      resident.rekey(ranking::again);
    }
    return writer.evict(victims).plan();
  }
}
