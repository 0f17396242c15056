package io.spillway.dropin;

import io.spillway.access.ptx.KernelEvidence;
import io.spillway.access.ptx.PtxEvidenceCache;
import io.spillway.access.ptx.PtxModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The modules that a program has loaded while somebody listened, and what their texts say of the
 * kernels it looked up in them. Texts are read when they are loaded and kernels analysed when they
 * are looked up, so that a launch costs nothing more.
 *
 * <p>It is trusted that the driver runs what the text says, that a module's handle is that module
 * until it is unloaded or another is loaded under the same handle, and what {@link KernelEvidence}
 * takes for granted. Of a module whose text is not known, or that is loaded with addresses for its
 * variables, nothing is said; linked modules, which are loaded as machine code, are of these.
 *
 * <p>Safe for use by any thread.
 */
public final class LoadedModules {

  /**
   * Longest text that is read: two thirds of a second of one processor, and four times the heap.
   */
  public static final int MOST_BYTES = 1 << 26;

  /** Texts that are remembered, should they be loaded again. */
  private static final long CACHED_BYTES = 1 << 24;

  // CU_JIT_GLOBAL_SYMBOL_NAMES to CU_JIT_GLOBAL_SYMBOL_COUNT: where variables are to be.
  private static final int FIRST_SYMBOL_OPTION = 17;
  private static final int LAST_SYMBOL_OPTION = 19;

  private final Notices notices;
  private final PtxEvidenceCache cache = new PtxEvidenceCache(CACHED_BYTES);
  private final ConcurrentHashMap<Long, PtxModule> modules = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, KernelEvidence> kernels = new ConcurrentHashMap<>();

  LoadedModules(Notices notices) {
    this.notices = notices;
  }

  /**
   * A module was loaded.
   *
   * @param module its handle
   * @param image what from, which may change afterwards; null if that is not known
   */
  public void loaded(long module, byte @Nullable [] image) {
    PtxModule read = image == null || image.length > MOST_BYTES ? null : read(image.clone());
    if (read == null) {
      modules.remove(module);
    } else {
      modules.put(module, read);
    }
  }

  private @Nullable PtxModule read(byte[] image) {
    try {
      return cache.module(image);
    } catch (RuntimeException e) {
      notices.info("a fault of Spillway's own, a module is not looked into: " + e);
      return null;
    }
  }

  /** A module was loaded from a file. */
  public void loadedFrom(long module, String file) {
    byte[] image = null;
    try {
      Path path = Path.of(file);
      image = Files.size(path) > MOST_BYTES ? null : Files.readAllBytes(path);
    } catch (IOException | RuntimeException e) {
      notices.info("a module's file is not looked into: " + e);
    }
    loaded(module, image);
  }

  /** Whether options of a load say where variables of the module are. */
  public static boolean placesVariables(int count, int @Nullable [] options) {
    for (int i = 0; options != null && i < Math.min(count, options.length); i++) {
      if (options[i] >= FIRST_SYMBOL_OPTION && options[i] <= LAST_SYMBOL_OPTION) {
        return true;
      }
    }
    return false;
  }

  /** A module is no more. */
  public void unloaded(long module) {
    modules.remove(module);
  }

  /** A kernel was looked up by name. */
  public void lookedUp(long function, long module, String name) {
    PtxModule known = modules.get(module);
    KernelEvidence evidence = known == null ? null : evidence(known, name);
    if (evidence == null) {
      kernels.remove(function);
    } else {
      kernels.put(function, evidence);
    }
  }

  private @Nullable KernelEvidence evidence(PtxModule module, String name) {
    try {
      return module.kernel(name).orElse(null);
    } catch (RuntimeException e) {
      notices.info("a fault of Spillway's own, a kernel is not looked into: " + e);
      return null;
    }
  }

  /** What is known of the kernel with that handle; null if nothing is. */
  @Nullable KernelEvidence evidence(long function) {
    return kernels.get(function);
  }
}
