package io.spillway.advise;

import io.spillway.profile.AllocationProfile;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the rules say of the blocks of one allocation in one phase: where several fire, the one that
 * saves most.
 */
final class Judgement {

  /** The rule that won a block, and what it said. */
  record Winner(Rule rule, Verdict verdict) {}

  private final LapView lap;
  private final int allocation;
  private final @Nullable Winner[] winners;
  private final boolean[] touched;

  private Judgement(LapView lap, int allocation, int blocks) {
    this.lap = lap;
    this.allocation = allocation;
    this.winners = new @Nullable Winner[blocks];
    this.touched = new boolean[blocks];
  }

  /** Asks {@code rules} about every block. */
  static Judgement of(LapView lap, AllocationProfile allocation, List<Rule> rules) {
    Judgement judgement = new Judgement(lap, allocation.index(), allocation.blocks().rows());
    for (int block = 0; block < judgement.winners.length; block++) {
      BlockView view = lap.block(allocation, block);
      judgement.touched[block] = view.touches() > 0;
      judgement.winners[block] = judgement.touched[block] ? winner(view, rules) : null;
    }
    return judgement;
  }

  private static @Nullable Winner winner(BlockView view, List<Rule> rules) {
    Winner best = null;
    for (Rule rule : rules) {
      Optional<Verdict> verdict = rule.judge(view);
      // What costs is no candidate; what claims nothing may still prove itself on the replay.
      if (verdict.isPresent()
          && verdict.get().saving().seconds() >= 0
          && (best == null
              || verdict.get().saving().seconds() > best.verdict().saving().seconds())) {
        best = new Winner(rule, verdict.get());
      }
    }
    return best;
  }

  LapView lap() {
    return lap;
  }

  int blocks() {
    return winners.length;
  }

  /** Whether a lap touches the block. */
  boolean touched(int block) {
    return touched[block];
  }

  /** Who won the block, if any rule fired. */
  @Nullable Winner winner(int block) {
    return winners[block];
  }

  /** Whether a kernel was ever seen to write the block, in this phase or out of it. */
  boolean everWritten(int block) {
    return new BlockView(lap, allocation, block).everWritten();
  }
}
