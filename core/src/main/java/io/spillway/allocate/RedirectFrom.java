package io.spillway.allocate;

import io.spillway.range.ByteSize;

/** Large requests become managed. */
final class RedirectFrom implements RedirectRule {

  private final long bytes;
  private final Decision redirect;

  RedirectFrom(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("size threshold " + bytes + ": must be positive");
    }
    this.bytes = bytes;
    this.redirect = new Decision.Redirect("not smaller than " + ByteSize.format(bytes));
  }

  @Override
  public Decision decide(AllocationRequest request, MemoryView memory) {
    return decideBySize(request);
  }

  @Override
  public Decision decideBySize(AllocationRequest request) {
    return request.bytes() >= bytes ? redirect : Decision.ABSTAIN;
  }
}
