package io.spillway.benchmarks.compare.policy;

import java.util.List;

/**
 * LRU, LFU and cyclic protection in a tournament, after ObservUVM: none of the three wins
 * everywhere, so each is tried and the one that misses least leads.
 *
 * <p>Deviation: ObservUVM samples accesses with counters in a patched driver and blames the policy
 * whose victim faults again. Here each of the three keeps a shadow account of what it would have on
 * the device, and the fewest recent shadow misses lead; recent means halved every lap of as many
 * touches as there are blocks.
 */
final class Tournament implements Ranking {

  private final List<Player> players;
  private final int blocks;
  private Player leader;
  private boolean changed;
  private long sinceHalved;

  Tournament(Setting setting) {
    blocks = setting.blocks().count();
    players =
        List.of(
            new Player(new LeastRecent(), blocks, setting.capacityBlocks()),
            new Player(new LeastFrequent(blocks), blocks, setting.capacityBlocks()),
            new Player(new MostRecent(), blocks, setting.capacityBlocks()));
    leader = players.getFirst();
  }

  /** One ranking with the account it would have. */
  private static final class Player {
    final Ranking ranking;
    final ResidentBlocks shadow;
    final long[] keys;
    long misses;

    Player(Ranking ranking, int blocks, int capacity) {
      this.ranking = ranking;
      shadow = new ResidentBlocks(blocks, capacity);
      keys = new long[blocks];
    }

    long touched(int block, long sequence) {
      long key = ranking.touched(block, sequence);
      keys[block] = key;
      if (!shadow.contains(block)) {
        misses++;
        if (shadow.size() == shadow.capacity()) {
          shadow.remove(shadow.lowest());
        }
      }
      shadow.put(block, key);
      return key;
    }
  }

  @Override
  public long touched(int block, long sequence) {
    long key = 0;
    Player best = leader;
    for (Player player : players) {
      long own = player.touched(block, sequence);
      if (player == leader) {
        key = own;
      }
      if (player.misses < best.misses) {
        best = player;
      }
    }
    if (++sinceHalved >= blocks) {
      sinceHalved = 0;
      players.forEach(player -> player.misses /= 2);
      changed |= best != leader;
      leader = best;
    }
    return key;
  }

  @Override
  public boolean changed() {
    boolean was = changed;
    changed = false;
    return was;
  }

  @Override
  public long again(int block) {
    return leader.keys[block];
  }
}
