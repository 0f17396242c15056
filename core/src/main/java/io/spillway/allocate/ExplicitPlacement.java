package io.spillway.allocate;

/** The caller's word. */
record ExplicitPlacement() implements RedirectRule {

  private static final Decision MANAGED = new Decision.Redirect("placement MANAGED was asked for");
  private static final Decision DEVICE = new Decision.Keep("placement DEVICE was asked for");

  @Override
  public Decision decide(AllocationRequest request, MemoryView memory) {
    return decideBySize(request);
  }

  @Override
  public Decision decideBySize(AllocationRequest request) {
    return switch (request.placement()) {
      case AUTO -> Decision.ABSTAIN;
      case DEVICE -> DEVICE;
      case MANAGED -> MANAGED;
    };
  }
}
