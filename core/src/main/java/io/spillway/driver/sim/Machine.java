package io.spillway.driver.sim;

/** The parts of the simulated machine that the model's mechanisms share; all under one lock. */
final class Machine {
  final GpuModel model;
  final Tally tally = new Tally();
  final Announcer announcer;
  final Link link;
  final DeviceMemory memory;
  final KernelActivity activity;

  final MoveContexts contexts;

  final TreePrefetcher prefetcher;

  Machine(GpuModel model, long deviceBytes, Announcer announcer) {
    this.model = model;
    this.announcer = announcer;
    link = new Link(model);
    memory = new DeviceMemory(model, deviceBytes, link, tally, announcer);
    activity = new KernelActivity(model);
    contexts = new MoveContexts(model, link);
    prefetcher = new TreePrefetcher(model.prefetchThresholdPercent());
  }

  /** An allocation with these blocks is gone. */
  void forget(BlockState[] blocks) {
    for (BlockState block : blocks) {
      memory.forget(block);
      tally.hostPageBytes -= block.hostPages.bytes();
    }
  }

  /** Makes host pages for {@code pages} of the block where there are none yet; returns them. */
  PageSet populateHost(BlockState block, PageSet pages) {
    PageSet fresh = pages.minus(block.hostPages);
    block.hostPages = block.hostPages.or(fresh);
    tally.hostPageBytes += fresh.bytes();
    return fresh;
  }
}
