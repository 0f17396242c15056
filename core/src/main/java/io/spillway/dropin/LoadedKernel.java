package io.spillway.dropin;

import io.spillway.access.ptx.KernelEvidence;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that a program has looked up; analysed when a launch of it is told for the first time.
 * Safe for use by any thread.
 */
final class LoadedKernel {

  private final LoadedModule module;
  private final String name;
  private volatile @Nullable KernelEvidence evidence;
  private volatile boolean known;

  LoadedKernel(LoadedModule module, String name) {
    this.module = module;
    this.name = name;
  }

  /** What it does; null if that is not known. */
  @Nullable KernelEvidence evidence() {
    if (!known) {
      evidence = module.evidence(name);
      known = true;
    }
    return evidence;
  }
}
