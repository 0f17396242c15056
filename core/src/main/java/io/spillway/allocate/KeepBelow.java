package io.spillway.allocate;

import io.spillway.range.ByteSize;

/** Small requests stay plain; the reason is made once, as it is given often. */
final class KeepBelow implements RedirectRule {

  private final long bytes;
  private final Decision keep;

  KeepBelow(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("size threshold " + bytes + ": must not be negative");
    }
    this.bytes = bytes;
    this.keep = new Decision.Keep("smaller than " + ByteSize.format(bytes));
  }

  @Override
  public Decision decide(AllocationRequest request, MemoryView memory) {
    return decideBySize(request);
  }

  @Override
  public Decision decideBySize(AllocationRequest request) {
    return request.bytes() < bytes ? keep : Decision.ABSTAIN;
  }
}
