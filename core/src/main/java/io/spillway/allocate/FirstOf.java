package io.spillway.allocate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules in order of precedence.
 *
 * @param rules asked in turn
 */
record FirstOf(List<RedirectRule> rules) implements RedirectRule {

  @Override
  public Decision decide(AllocationRequest request, MemoryView memory) {
    for (RedirectRule rule : rules) {
      Decision decision = rule.decide(request, memory);
      if (!(decision instanceof Decision.Abstain)) {
        return decision;
      }
    }
    return Decision.ABSTAIN;
  }

  @Override
  public @Nullable Decision decideBySize(AllocationRequest request) {
    for (RedirectRule rule : rules) {
      Decision decision = rule.decideBySize(request);
      if (!(decision instanceof Decision.Abstain)) {
        return decision;
      }
    }
    return Decision.ABSTAIN;
  }
}
