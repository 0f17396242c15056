package io.spillway.allocate;

import io.spillway.range.ByteSize;

/** Plain memory is held to the device budget too, as on a card of that size. */
record PlainWithinBudget() implements RedirectRule {

  @Override
  public Decision decide(AllocationRequest request, MemoryView memory) {
    long leftBytes = memory.budgetBytes() - memory.livePlainBytes();
    if (request.bytes() <= leftBytes) {
      return Decision.ABSTAIN;
    }
    return new Decision.Redirect(
        "%s of the device budget of %s is left"
            .formatted(
                ByteSize.format(Math.max(0, leftBytes)), ByteSize.format(memory.budgetBytes())));
  }
}
