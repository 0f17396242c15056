package io.spillway.access.ptx;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of a module that a program loads, and what each of them does with memory.
 *
 * <p>A module is read once, in time and memory linear in its text; a kernel is analysed when it is
 * first asked for, in time linear in it and the functions it calls. What is not understood is
 * opaque, with the reason: a kernel of which nothing is known, or a whole module, such as machine
 * code. No input makes these methods throw.
 *
 * <p>Evidence from a text holds for machine code that is made of that text. A fat binary may hold
 * both, and which of them a driver takes is its choice, so fat binaries are opaque.
 *
 * <p>Safe for use by any thread.
 */
public final class PtxModule {

  /** How machine code for GPUs begins: as all files in the Executable and Linkable Format. */
  private static final int ELF = 0x7F45_4C46;

  /** How a fat binary begins, its bytes read from the first on: 0xBA55ED50, low byte first. */
  private static final int FAT_BINARY = 0x50ED_55BA;

  /** How the C structure that points to a fat binary begins: 0x466243B1, low byte first. */
  private static final int FAT_BINARY_WRAPPER = 0xB143_6246;

  private final @Nullable ModuleCode code;
  private final @Nullable String opaque;
  private final Map<String, Integer> kernels = new HashMap<>();
  private final ConcurrentHashMap<String, KernelEvidence> evidence = new ConcurrentHashMap<>();

  private PtxModule(@Nullable ModuleCode code, @Nullable String opaque) {
    this.code = code;
    this.opaque = opaque;
    if (code != null) {
      code.functions()
          .forEach(
              (name, function) -> {
                if (function.kernel()) {
                  kernels.put(code.names().text(name), name);
                }
              });
    }
  }

  /** Reads a module's text. */
  public static PtxModule parse(CharSequence text) {
    return parse(text.toString().getBytes(UTF_8));
  }

  /**
   * Reads what a program loads as a module.
   *
   * @param image PTX text, up to a NUL if there is one; or anything else, which is opaque. It is
   *     not changed, and must not be changed later
   */
  public static PtxModule parse(byte[] image) {
    String binary = binary(image);
    if (binary != null) {
      return new PtxModule(null, binary);
    }
    try {
      return new PtxModule(new ModuleParser(image).parse(), null);
    } catch (Unreadable e) {
      return new PtxModule(null, e.reason());
    }
  }

  /** Whether an image may be a text: whether it is neither machine code nor a fat binary. */
  public static boolean mayBeText(byte[] image) {
    return binary(image) == null;
  }

  private static @Nullable String binary(byte[] image) {
    int first = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      first = first << Byte.SIZE | (i < image.length ? image[i] & 0xFF : 0);
    }
    return switch (first) {
      case ELF -> "machine code, not PTX";
      case FAT_BINARY, FAT_BINARY_WRAPPER ->
          "a fat binary, of which the driver may load machine code";
      default -> null;
    };
  }

  /** Why nothing is known of the module; empty if it was read. */
  public Optional<String> opaque() {
    return Optional.ofNullable(opaque);
  }

  /** The names of its kernels, in alphabetical order; none if it is opaque. */
  public Set<String> kernels() {
    return new TreeSet<>(kernels.keySet());
  }

  /** What a kernel does; empty if there is none of that name, or the module is opaque. */
  public Optional<KernelEvidence> kernel(String name) {
    Integer known = kernels.get(name);
    if (code == null || known == null) {
      return Optional.empty();
    }
    return Optional.of(evidence.computeIfAbsent(name, each -> analysis(code, known).evidence()));
  }

  /**
   * Whether another text that it is linked with may replace a kernel or a function that it calls.
   */
  boolean replaceable(String name) {
    Integer known = kernels.get(name);
    return code != null
        && known != null
        && code.reach(known).positions().keySet().stream().anyMatch(code.weak()::contains);
  }

  private static KernelAnalysis analysis(ModuleCode code, int kernel) {
    FunctionCode function = code.functions().get(kernel);
    if (function == null) {
      throw new IllegalStateException("a kernel without a body");
    }
    return new KernelAnalysis(code, kernel, function);
  }

  /** How much work it was to read, and is to analyse every kernel. */
  long steps() {
    if (code == null) {
      return 0;
    }
    long steps = code.steps();
    for (int kernel : kernels.values()) {
      KernelAnalysis analysis = analysis(code, kernel);
      analysis.evidence();
      steps += analysis.steps();
    }
    return steps;
  }
}
