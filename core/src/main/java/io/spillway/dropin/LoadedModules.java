package io.spillway.dropin;

import io.spillway.access.ptx.KernelEvidence;
import io.spillway.access.ptx.ParameterAccess;
import io.spillway.access.ptx.PtxEvidenceCache;
import io.spillway.access.ptx.PtxModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The modules that a program has loaded, and what their texts say of the kernels it looked up in
 * them. Texts are kept as they are until a launch of theirs is told for the first time, so that
 * while nobody listens a load costs a copy of its text, and a recording that begins later knows
 * what was loaded before.
 *
 * <p>It is trusted that the driver runs what the text says, that a module's handle is that module
 * until it is unloaded or another is loaded under the same handle, and what {@link KernelEvidence}
 * takes for granted; where one allocation begins right where another ends, that an address there is
 * of the one that begins. Of a module whose text is not known nothing is said, nor of one that is
 * loaded with addresses for its variables.
 *
 * <p>Safe for use by any thread.
 */
public final class LoadedModules {

  /**
   * Longest text that is read, and most text that waits to be read: one to three seconds of one
   * processor (the corpus is read and analysed at 20 to 50 MB/s on a busy one), four times the
   * heap.
   */
  public static final int MOST_BYTES = 1 << 26;

  /**
   * Longest text that is read ahead: a tenth of a second of one processor, for kernels that may
   * never be launched.
   */
  static final int MOST_BYTES_AHEAD = 1 << 21;

  /** Texts that are remembered, should they be loaded again. */
  private static final long CACHED_BYTES = 1 << 24;

  // CU_JIT_GLOBAL_SYMBOL_NAMES to CU_JIT_GLOBAL_SYMBOL_COUNT: where variables are to be.
  private static final int FIRST_SYMBOL_OPTION = 17;
  private static final int LAST_SYMBOL_OPTION = 19;

  private final Notices notices;
  private final PtxEvidenceCache cache = new PtxEvidenceCache(CACHED_BYTES);
  private final LinkedImages links = new LinkedImages();
  private final ConcurrentHashMap<Long, LoadedModule> modules = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, LoadedKernel> kernels = new ConcurrentHashMap<>();

  LoadedModules(Notices notices) {
    this.notices = notices;
  }

  /** What the program links. */
  public LinkedImages links() {
    return links;
  }

  /**
   * A module was loaded.
   *
   * @param module its handle
   * @param image what from, which may change afterwards; null if that is not known
   */
  public void loaded(long module, byte @Nullable [] image) {
    if (image != null && PtxModule.mayBeText(image)) {
      keep(module, List.of(image.clone()), true);
    } else {
      unloaded(module);
    }
  }

  /** A module was loaded from an image at {@code address}, perhaps one that was linked. */
  public void loadedFrom(long module, long address) {
    LinkedImages.Inputs inputs = links.at(address);
    if (inputs == null) {
      unloaded(module);
    } else {
      keep(module, inputs.texts(), inputs.alone());
    }
  }

  /** A module was loaded from a file. */
  public void loadedFrom(long module, String file) {
    loaded(module, content(file));
  }

  private void keep(long module, List<byte[]> texts, boolean alone) {
    unloaded(module);
    LoadedModule loaded = new LoadedModule(texts, alone, cache, notices);
    long waiting = waitingBytes();
    if (waiting + loaded.waitingBytes() > MOST_BYTES) {
      notices.info(
          "a module of %,d bytes is not looked into: %,d bytes of others wait, and %,d may"
              .formatted(loaded.waitingBytes(), waiting, MOST_BYTES));
    } else {
      modules.put(module, loaded);
    }
  }

  /** Text that waits to be read, in bytes. */
  long waitingBytes() {
    return modules.values().stream().mapToLong(LoadedModule::waitingBytes).sum();
  }

  /** What a file holds; null if it cannot be read, or is too long. */
  public byte @Nullable [] content(String file) {
    try {
      Path path = Path.of(file);
      return Files.size(path) > MOST_BYTES ? null : Files.readAllBytes(path);
    } catch (IOException | RuntimeException e) {
      notices.info("a module's file is not looked into: " + e);
      return null;
    }
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

  /** A module is no more, nor are its kernels. */
  public void unloaded(long module) {
    LoadedModule gone = modules.remove(module);
    if (gone != null) {
      gone.functions().forEach(kernels::remove);
    }
  }

  /** A kernel was looked up by name. */
  public void lookedUp(long function, long module, String name) {
    LoadedModule known = modules.get(module);
    if (known == null) {
      kernels.remove(function);
    } else {
      kernels.put(function, new LoadedKernel(known, name));
      known.functions().add(function);
    }
  }

  /**
   * Looks now into kernels that were looked up, as far as their texts are short, so that their
   * first launches need not.
   *
   * @return whether there was one
   */
  boolean readAhead() {
    boolean any = false;
    for (LoadedKernel kernel : kernels.values()) {
      if (kernel.waitingBytes() <= MOST_BYTES_AHEAD) {
        any |= kernel.uses() != null;
      }
    }
    return any;
  }

  /**
   * What the kernel with that handle does with each word of each parameter; null if that is not
   * known.
   */
  ParameterAccess @Nullable [][] uses(long function) {
    LoadedKernel kernel = kernels.get(function);
    return kernel == null ? null : kernel.uses();
  }
}
