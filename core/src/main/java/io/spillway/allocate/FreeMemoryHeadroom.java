package io.spillway.allocate;

import io.spillway.range.ByteSize;

/**
 * What does not fit goes.
 *
 * @param headroomBytes what must stay free
 */
record FreeMemoryHeadroom(long headroomBytes) implements RedirectRule {

  FreeMemoryHeadroom {
    if (headroomBytes < 0) {
      throw new IllegalArgumentException("headroom " + headroomBytes + ": must not be negative");
    }
  }

  @Override
  public Decision decide(AllocationRequest request, MemoryView memory) {
    if (request.bytes() <= memory.deviceFreeBytes() - headroomBytes) {
      return Decision.ABSTAIN;
    }
    return new Decision.Redirect(
        "%s of the device is free and %s of it must stay free"
            .formatted(ByteSize.format(memory.deviceFreeBytes()), ByteSize.format(headroomBytes)));
  }
}
