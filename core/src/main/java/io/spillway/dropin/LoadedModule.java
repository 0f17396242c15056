package io.spillway.dropin;

import io.spillway.access.ptx.KernelEvidence;
import io.spillway.access.ptx.PtxEvidenceCache;
import io.spillway.access.ptx.PtxProgram;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A module that a program has loaded: its texts until somebody wants to know of a kernel, then what
 * they say. Safe for use by any thread.
 */
final class LoadedModule {

  private final boolean alone;
  private final PtxEvidenceCache cache;
  private final Notices notices;
  private final Set<Long> functions = ConcurrentHashMap.newKeySet();
  private List<byte[]> texts;
  private @Nullable PtxProgram program;

  /**
   * One that was not read yet.
   *
   * @param texts which must not change any more
   * @param alone whether it was loaded from one text, and not linked
   */
  LoadedModule(List<byte[]> texts, boolean alone, PtxEvidenceCache cache, Notices notices) {
    this.texts = texts;
    this.alone = alone;
    this.cache = cache;
    this.notices = notices;
  }

  /** Text that waits to be read, in bytes. */
  synchronized long waitingBytes() {
    return texts.stream().mapToLong(text -> text.length).sum();
  }

  /** What a kernel does; null if that is not known. */
  synchronized @Nullable KernelEvidence evidence(String kernel) {
    try {
      if (program == null) {
        program = new PtxProgram(texts.stream().map(cache::module).toList(), alone);
        texts = List.of();
      }
      return program.kernel(kernel).orElse(null);
    } catch (RuntimeException e) {
      notices.info("a fault of Spillway's own, a module is not looked into: " + e);
      return null;
    }
  }

  /** The handles of the functions that were looked up in it. */
  Set<Long> functions() {
    return functions;
  }
}
