package io.spillway.dropin;

import io.spillway.access.ptx.KernelEvidence;
import io.spillway.access.ptx.ParameterAccess;
import io.spillway.access.ptx.ParameterEvidence;
import io.spillway.access.ptx.WordEvidence;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that a program has looked up; analysed when a launch of it is told for the first time.
 * Safe for use by any thread.
 */
final class LoadedKernel {

  private final LoadedModule module;
  private final String name;
  private volatile ParameterAccess @Nullable [][] uses;
  private volatile boolean known;

  LoadedKernel(LoadedModule module, String name) {
    this.module = module;
    this.name = name;
  }

  /** The text that has to be read for that first, in bytes; 0 if it was. */
  long waitingBytes() {
    return known ? 0 : module.waitingBytes();
  }

  /** What it does with each word of each parameter; null if that is not known. */
  ParameterAccess @Nullable [][] uses() {
    if (!known) {
      KernelEvidence evidence = module.evidence(name);
      uses = evidence == null ? null : uses(evidence);
      known = true;
    }
    return uses;
  }

  /** What evidence says, by parameter and word. */
  static ParameterAccess[][] uses(KernelEvidence evidence) {
    return evidence.parameters().stream()
        .map(ParameterEvidence::words)
        .map(words -> words.stream().map(WordEvidence::access).toArray(ParameterAccess[]::new))
        .toArray(ParameterAccess[][]::new);
  }
}
