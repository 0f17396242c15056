package io.spillway.access.ptx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An instruction's name, taken apart.
 *
 * @param form what it does with its operands
 * @param bits the width of what it computes; of its first type if it has several, 0 if it has none
 * @param sourceBits the width of its last type
 * @param real whether its first type is of floating point
 * @param spaces the state spaces it names, in order
 * @param suffixes everything after its first dot, split at dots
 */
record Opcode(
    Form form, int bits, int sourceBits, boolean real, List<Space> spaces, List<String> suffixes) {

  /**
   * What an instruction does with its operands. The first is the destination, where there is one.
   */
  enum Form {
    /** Control flow, fences and the like: no data moves. */
    NOTHING,
    /** Something to count or compare with, never part of an address. */
    NUMBER,
    MOVE,
    /** The first source, unchanged in every thread. */
    COPY,
    /** An address made generic, or from generic. */
    CONVERT_ADDRESS,
    CONVERT,
    ADD,
    SUBTRACT,
    MULTIPLY,
    MULTIPLY_ADD,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    DIVIDE,
    REMAINDER,
    AND,
    OR,
    EXCLUSIVE_OR,
    /** Either of two sources. */
    SELECT,
    MINIMUM,
    /** Any other computation. */
    COMPUTE,
    LOAD,
    STORE,
    /** Reads, writes, and returns what was there. */
    ATOMIC,
    /** Reads and writes. */
    REDUCE,
    /** Reads, for a cache only. */
    PREFETCH,
    /** Gives up what was written. */
    DISCARD,
    /** Copies from a space to another. */
    ASYNC_COPY,
    /** Something with memory shared by a block, cluster or tensor core. */
    SHARED,
    /** Reads through a texture, from where the text does not tell. */
    TEXTURE,
    /** Reads an array through a surface. Linear memory has no surfaces. */
    SURFACE_READ,
    /** Writes an array through a surface. */
    SURFACE_WRITE,
    /** Changes the address in a tensor map. */
    TENSOR_MAP,
    /** Memory of several devices at once. */
    MULTICAST,
    STACK_ALLOCATION,
    CALL,
    /** Not known. */
    UNKNOWN
  }

  private static final Pattern WORDS = Pattern.compile(" ");
  private static final Pattern DOT = Pattern.compile("\\.");

  /** Such as u64, bf16x2. Those of 8 bits and fewer, such as e4m3x2, never matter. */
  private static final Pattern TYPE = Pattern.compile("(s|u|b|f|bf|tf)(\\d{1,4})(?:x(\\d))?");

  private static final String TABLE =
      """
      NOTHING bra brx ret exit trap brkpt pmevent nanosleep setmaxnreg griddepcontrol membar fence
      NOTHING stackrestore
      NUMBER setp set testp isspacep istypep popc clz bfind fns activemask vote match elect txq suq
      NUMBER getctarank createpolicy bar barrier bmsk
      MOVE mov
      COPY shfl mapa
      CONVERT_ADDRESS cvta
      CONVERT cvt
      ADD add addc
      SUBTRACT sub subc
      MULTIPLY mul
      MULTIPLY_ADD mad madc
      SHIFT_LEFT shl
      SHIFT_RIGHT shr
      DIVIDE div
      REMAINDER rem
      AND and
      OR or
      EXCLUSIVE_OR xor
      SELECT selp slct
      MINIMUM min max
      COMPUTE not cnot abs neg mul24 mad24 sad dp4a dp2a prmt bfe bfi brev lop3 shf szext copysign fma
      COMPUTE rcp sqrt rsqrt sin cos lg2 ex2 tanh redux mma movmatrix
      COMPUTE vadd vsub vabsdiff vmin vmax vshl vshr vmad vset
      COMPUTE vadd2 vsub2 vavrg2 vabsdiff2 vmin2 vmax2 vset2 vadd4 vsub4 vavrg4 vabsdiff4 vmin4 vmax4 vset4
      LOAD ld ldu
      STORE st
      ATOMIC atom
      REDUCE red
      PREFETCH prefetch prefetchu applypriority
      DISCARD discard
      ASYNC_COPY cp
      SHARED ldmatrix stmatrix mbarrier clusterlaunchcontrol tcgen05
      TEXTURE tex tld4
      SURFACE_READ suld
      SURFACE_WRITE sust sured
      TENSOR_MAP tensormap
      MULTICAST multimem
      STACK_ALLOCATION alloca stacksave
      CALL call
      """;

  private static final Map<String, Form> FORMS = forms();

  private static Map<String, Form> forms() {
    return TABLE
        .lines()
        .map(line -> WORDS.split(line, -1))
        .flatMap(
            words ->
                Arrays.stream(words).skip(1).map(name -> Map.entry(name, Form.valueOf(words[0]))))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Takes a name such as {@code ld.global.v2.u64} apart. */
  static Opcode of(String word) {
    List<String> parts = List.of(DOT.split(word, -1));
    List<String> suffixes = parts.subList(1, parts.size());
    List<Matcher> types = suffixes.stream().map(TYPE::matcher).filter(Matcher::matches).toList();
    List<Space> spaces = Space.named(suffixes);
    return new Opcode(
        form(parts.getFirst(), suffixes, spaces),
        types.isEmpty() ? 0 : bits(types.getFirst()),
        types.isEmpty() ? 0 : bits(types.getLast()),
        !types.isEmpty() && types.getFirst().group(1).endsWith("f"),
        spaces,
        suffixes);
  }

  private static int bits(Matcher type) {
    int each = Integer.parseInt(type.group(2));
    return type.group(3) == null ? each : each * Integer.parseInt(type.group(3));
  }

  private static Form form(String base, List<String> suffixes, List<Space> spaces) {
    String next = suffixes.isEmpty() ? "" : suffixes.getFirst();
    return switch (base) {
      case "wmma" ->
          switch (next) {
            case "load" -> Form.LOAD;
            case "store" -> Form.STORE;
            case "mma" -> Form.COMPUTE;
            default -> Form.UNKNOWN;
          };
      // Its descriptors are of shared memory.
      case "wgmma" ->
          switch (next) {
            case "mma_async" -> Form.COMPUTE;
            case "fence", "commit_group", "wait_group" -> Form.NOTHING;
            default -> Form.UNKNOWN;
          };
      case "st", "red" ->
          (next.equals("async") || next.equals("bulk")) && !spaces.contains(Space.GLOBAL)
              ? Form.SHARED
              : FORMS.getOrDefault(base, Form.UNKNOWN);
      default -> FORMS.getOrDefault(base, Form.UNKNOWN);
    };
  }

  /** Whether it computes with no more than 32 bits, too few for an address. */
  boolean narrow() {
    return bits > 0 && bits <= 32;
  }

  /** The one space it accesses. */
  Space space() {
    return spaces.isEmpty() ? Space.GENERIC : spaces.getFirst();
  }

  boolean has(String suffix) {
    return suffixes.contains(suffix);
  }
}
