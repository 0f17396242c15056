package io.spillway.allocate;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;

/**
 * Plain memory may not fill the part of the device that managed memory needs.
 *
 * @param percent of the device's total
 * @param fromStart whether the window is there before there is managed memory
 */
record ManagedWindow(int percent, boolean fromStart) implements RedirectRule {

  ManagedWindow {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("managed window " + percent + "%: must be 0 to 100");
    }
  }

  @Override
  public Decision decide(AllocationRequest request, MemoryView memory) {
    long windowBytes = Math.min(memory.deviceTotalBytes() * percent / 100, memory.budgetBytes());
    if (!fromStart) {
      windowBytes = Math.min(windowBytes, Blocks.ceil(memory.liveManagedBytes()));
    }
    long missingBytes = Math.max(0, windowBytes - memory.managedOnDeviceBytes());
    if (missingBytes == 0 || request.bytes() <= memory.deviceFreeBytes() - missingBytes) {
      return Decision.ABSTAIN;
    }
    return new Decision.Redirect(
        "%s of the device is free and managed memory needs another %s of it"
            .formatted(ByteSize.format(memory.deviceFreeBytes()), ByteSize.format(missingBytes)));
  }
}
