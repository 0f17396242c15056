package io.spillway.access.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random kernel: every kind of arithmetic on addresses, memory of every space, calls, a loop.
 * Registers are given values before they are used, and most addresses come from parameters, so that
 * runs get far.
 */
final class RandomProgram {

  static final String KERNEL = "k";

  /** What a parameter of the kernel is. */
  enum Parameter {
    POINTER("u64"),
    INTEGER("u64"),
    /** An address, divided by a power of two. */
    COMPRESSED("u64"),
    /** The low and then the high half of an address. */
    LOW_HALF("u32"),
    HIGH_HALF("u32");

    final String type;

    Parameter(String type) {
      this.type = type;
    }
  }

  private static final String FUNCTIONS =
      """
      .func (.param .b64 load_result) load(.param .b64 load_0)
      {
      .reg .b64 %rd<3>;
      ld.param.u64 %rd1, [load_0];
      ld.u64 %rd2, [%rd1];
      st.param.b64 [load_result+0], %rd2;
      ret;
      }
      .func (.param .b64 store_result) store(.param .b64 store_0, .param .b64 store_1)
      {
      .reg .b64 %rd<3>;
      ld.param.u64 %rd1, [store_0];
      ld.param.u64 %rd2, [store_1];
      st.u64 [%rd1], %rd2;
      st.param.b64 [store_result+0], %rd2;
      ret;
      }
      .func (.param .b64 pick_result) pick(.param .b64 pick_0, .param .b64 pick_1)
      {
      .reg .b64 %rd<4>;
      .reg .pred %p<2>;
      ld.param.u64 %rd1, [pick_0];
      ld.param.u64 %rd2, [pick_1];
      mov.u64 %rd3, %tid.x;
      setp.lt.u64 %p1, %rd3, 2;
      selp.b64 %rd3, %rd1, %rd2, %p1;
      st.param.b64 [pick_result+0], %rd3;
      ret;
      }
      .func (.param .b64 walk_result) walk(.param .b64 walk_0, .param .b64 walk_1)
      {
      .reg .b64 %rd<5>;
      .reg .pred %p<2>;
      ld.param.u64 %rd1, [walk_0];
      ld.param.u64 %rd2, [walk_1];
      and.b64 %rd2, %rd2, 3;
      st.param.b64 [walk_result+0], %rd1;
      setp.lt.u64 %p1, %rd2, 1;
      @%p1 bra END;
      add.s64 %rd3, %rd1, 8;
      sub.s64 %rd2, %rd2, 1;
      {
      .param .b64 param0;
      .param .b64 param1;
      .param .b64 retval0;
      st.param.b64 [param0+0], %rd3;
      st.param.b64 [param1+0], %rd2;
      call.uni (retval0), walk, (param0, param1);
      ld.param.b64 %rd4, [retval0+0];
      }
      st.param.b64 [walk_result+0], %rd4;
      END:
      ret;
      }
      """;

  private static final String[] WIDE_OPERATIONS = {
    "add.s64",
    "add.s64",
    "add.s64",
    "sub.s64",
    "sub.s64",
    "or.b64",
    "xor.b64",
    "mul.lo.s64",
    "rem.u64",
    "min.u64",
    "max.u64"
  };

  private final SplittableRandom random;
  private final StringBuilder text = new StringBuilder();
  private final List<Parameter> parameters = new ArrayList<>();

  // Registers that have a value: of 64 bits, of these the ones that look like pointers, of 32.
  private final List<String> wide = new ArrayList<>();
  private final List<String> pointers = new ArrayList<>();
  private final List<String> narrow = new ArrayList<>();
  // Registers of 64 bits that nothing but numbers goes into, as far as one instruction tells.
  private final List<String> numbers = new ArrayList<>();
  private final List<String> integers = new ArrayList<>();
  private final List<String> newWide = new ArrayList<>();
  private final List<String> newNarrow = new ArrayList<>();
  private int last;

  // How many times rarer than in others strange things are.
  private final int tameness;

  RandomProgram(SplittableRandom random) {
    this.random = random;
    this.tameness = 1 << (2 * random.nextInt(4));
    chooseParameters();
    write();
  }

  List<Parameter> parameters() {
    return parameters;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private void chooseParameters() {
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      parameters.add(Parameter.POINTER);
    }
    if (random.nextBoolean()) {
      parameters.add(Parameter.INTEGER);
    }
    if (random.nextInt(8) == 0) {
      parameters.add(Parameter.COMPRESSED);
    }
    if (random.nextInt(8) == 0) {
      parameters.add(Parameter.LOW_HALF);
      parameters.add(Parameter.HIGH_HALF);
    }
  }

  private void line(String format, Object... arguments) {
    text.append(format.formatted(arguments)).append('\n');
  }

  private void write() {
    line(".version 9.0%n.target sm_90%n.address_size 64");
    line(".global .align 8 .b8 table[%d];", Machine.BYTES);
    text.append(FUNCTIONS);
    List<String> declared = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      declared.add(".param .%s k_param_%d".formatted(parameters.get(i).type, i));
    }
    line(".visible .entry k(%s)%n{", String.join(", ", declared));
    line(".local .align 8 .b8 depot[%d];", Machine.BYTES);
    line(".shared .align 8 .b8 tile[%d];", Machine.BYTES);
    line(".reg .pred %%p<9>;%n.reg .b32 %%r<99>;%n.reg .b64 %%rd<99>;");
    for (int i = 0; i < parameters.size(); i++) {
      loadParameter(i);
    }
    String thread = fresh();
    numbers.add(thread);
    line("mov.u64 %s, %%tid.x;", thread);
    line("mov.u32 %s, %%tid.x;", freshNarrow());
    line("mov.u64 %%rd90, %%tid.x;%nsetp.lt.u64 %%p1, %%rd90, 2;%nmov.u64 %%rd91, 0;");
    settle();
    // Short ones, in which one strange thing is all there is, and long ones.
    int size = 1 << random.nextInt(5);
    int before = random.nextInt(1 + size / 2);
    int inLoop = random.nextInt(1 + size);
    for (int i = 0; i < before; i++) {
      instruction();
    }
    line("AGAIN:");
    for (int i = 0; i < inLoop; i++) {
      instruction();
    }
    line("add.s64 %%rd91, %%rd91, 1;%nsetp.lt.u64 %%p2, %%rd91, 3;%n@%%p2 bra AGAIN;");
    for (int i = 0; i < before; i++) {
      instruction();
    }
    line("ret;%n}");
  }

  private void loadParameter(int index) {
    Parameter parameter = parameters.get(index);
    if (parameter.type.equals("u32")) {
      line("ld.param.u32 %s, [k_param_%d];", freshNarrow(), index);
      return;
    }
    String register = fresh();
    line("ld.param.u64 %s, [k_param_%d];", register, index);
    if (parameter == Parameter.INTEGER) {
      integers.add(register);
    }
    if (parameter == Parameter.POINTER) {
      pointers.add(register);
      if (random.nextBoolean()) {
        String global = fresh();
        line("cvta.to.global.u64 %s, %s;", global, register);
        pointers.add(global);
      }
    }
  }

  private String fresh() {
    String register = "%rd" + ++last;
    newWide.add(register);
    return register;
  }

  private String freshNarrow() {
    String register = "%r" + ++last;
    newNarrow.add(register);
    return register;
  }

  /** What was written has a value from now on. */
  private void settle() {
    wide.addAll(newWide);
    narrow.addAll(newNarrow);
    newWide.clear();
    newNarrow.clear();
  }

  private String any(List<String> among) {
    return among.get(random.nextInt(among.size()));
  }

  /**
   * A register to write: a new one, or again one that has a value. Under a guard always the latter,
   * or it might have none.
   */
  private String target(String guard) {
    return guard.isEmpty() && last < 80 && random.nextInt(4) != 0
        ? fresh()
        : strange(3) ? any(wide) : any(numbers);
  }

  /** The same, for what is to be a pointer. */
  private String pointerTarget(String guard) {
    return guard.isEmpty() && last < 80 && random.nextInt(4) != 0 ? fresh() : any(pointers);
  }

  private String target() {
    return target("");
  }

  private String targetNarrow(String guard) {
    return guard.isEmpty() && last < 80 && random.nextInt(4) != 0 ? freshNarrow() : any(narrow);
  }

  private String targetNarrow() {
    return targetNarrow("");
  }

  /** Whether something strange happens that happens once in so often in the wildest programs. */
  private boolean strange(int rarity) {
    return random.nextInt(rarity * tameness) == 0;
  }

  /** A register of 64 bits, most often one that looks like a pointer. */
  private String pointer() {
    return strange(8) ? any(wide) : any(pointers);
  }

  /** What is stored or added: a number, or what may be a pointer. */
  private String content() {
    return strange(2) ? any(wide) : any(numbers);
  }

  private int offset() {
    return 8 * random.nextInt(4);
  }

  private void instruction() {
    String guard = random.nextInt(6) == 0 ? (random.nextBoolean() ? "@%p1 " : "@!%p1 ") : "";
    switch (random.nextInt(17)) {
      case 16 -> {
        if (strange(1)) {
          elsewhere();
        }
      }
      case 0, 1 -> load(guard);
      case 2, 3 -> store(guard);
      case 4 -> index();
      case 5 -> wideOperation(guard);
      case 6 -> literalOperation(guard);
      case 7 -> halves();
      case 8 -> narrowOperation();
      case 9 -> select(guard);
      case 10 -> atomic(guard);
      case 11 -> local(guard);
      case 12 -> variable();
      case 13 -> call();
      case 14 -> copy(guard);
      default -> {
        // Twice as likely: what makes most of a program.
        if (random.nextBoolean()) {
          load(guard);
        } else {
          index();
        }
      }
    }
    settle();
  }

  private String space() {
    return random.nextInt(3) == 0 ? ".global" : "";
  }

  private void load(String guard) {
    String address = pointer();
    if (random.nextInt(5) == 0) {
      line("%sld%s.u32 %s, [%s+%d];", guard, space(), targetNarrow(guard), address, offset());
    } else if (random.nextInt(6) == 0) {
      String first = target(guard);
      line(
          "%sld%s.v2.u64 {%s,%s}, [%s+%d];",
          guard, space(), first, target(guard), address, 2 * offset());
    } else {
      String target = target(guard);
      line("%sld%s.u64 %s, [%s+%d];", guard, space(), target, address, offset());
      (strange(3) ? pointers : numbers).add(target);
    }
  }

  private void store(String guard) {
    String address = pointer();
    if (random.nextInt(5) == 0) {
      line("%sst%s.u32 [%s+%d], %s;", guard, space(), address, offset(), any(narrow));
    } else {
      line("%sst%s.u64 [%s+%d], %s;", guard, space(), address, offset(), content());
    }
  }

  /** An element of an array: some pointer, and eight times a small number. */
  private void index() {
    String index = target();
    String target = pointerTarget("");
    line("and.b64 %s, %s, 7;", index, content());
    if (random.nextBoolean()) {
      line("shl.b64 %s, %s, 3;", index, index);
      line("add.s64 %s, %s, %s;", target, pointer(), index);
    } else {
      line("mad.lo.s64 %s, %s, 8, %s;", target, index, pointer());
    }
    pointers.add(target);
  }

  private void wideOperation(String guard) {
    String operation = WIDE_OPERATIONS[random.nextInt(WIDE_OPERATIONS.length)];
    String left = random.nextBoolean() ? pointer() : any(wide);
    String right = random.nextInt(4) == 0 ? pointer() : content();
    String target = target(guard);
    line("%s%s %s, %s, %s;", guard, operation, target, left, right);
    if (strange(3)) {
      pointers.add(target);
    }
  }

  private void literalOperation(String guard) {
    String source = any(wide);
    String target = target(guard);
    int shift = 1 + random.nextInt(40);
    switch (random.nextInt(9)) {
      case 0 -> line("%sadd.s64 %s, %s, %d;", guard, target, source, offset() - 8);
      case 1 -> line("%sshl.b64 %s, %s, %d;", guard, target, source, shift);
      case 2 -> line("%sshr.u64 %s, %s, %d;", guard, target, source, shift);
      case 3 -> line("%sand.b64 %s, %s, -16;", guard, target, source);
      case 4 -> line("%sneg.s64 %s, %s;", guard, target, source);
      case 5 -> line("%snot.b64 %s, %s;", guard, target, source);
      case 6 -> line("%smul.lo.s64 %s, %s, %d;", guard, target, source, 1L << shift);
      case 7 -> {
        // There and back.
        line("shr.u64 %s, %s, 8;", target, source);
        line("shl.b64 %s, %s, 8;", target, target);
      }
      default -> line("%sxor.b64 %s, %s, %d;", guard, target, source, offset());
    }
    if (strange(3)) {
      pointers.add(target);
    }
  }

  private void halves() {
    String target = fresh();
    boolean together = random.nextBoolean();
    if (together) {
      String low = targetNarrow();
      String high = targetNarrow();
      line("mov.b64 {%s,%s}, %s;", low, high, pointer());
      line("mov.b64 %s, {%s,%s};", target, low, high);
    } else {
      line("mov.b64 %s, {%s,%s};", target, any(narrow), any(narrow));
    }
    if (together || strange(2)) {
      pointers.add(target);
    }
  }

  private void narrowOperation() {
    switch (random.nextInt(5)) {
      case 0 -> line("cvt.u32.u64 %s, %s;", targetNarrow(), any(wide));
      case 1 -> line("cvt.u64.u32 %s, %s;", target(), any(narrow));
      case 2 -> {
        String left = any(narrow);
        line("add.u32 %s, %s, %s;", targetNarrow(), left, any(narrow));
      }
      case 3 -> line("mul.wide.u32 %s, %s, 8;", target(), any(narrow));
      default -> line("shl.b32 %s, %s, %d;", targetNarrow(), any(narrow), random.nextInt(8));
    }
  }

  /** An address out of memory, moved by what may look like the base of it, and used. */
  private void elsewhere() {
    String found = fresh();
    String by = fresh();
    String moved = fresh();
    line("ld.u64 %s, [%s+%d];", found, any(pointers), offset());
    String pointer = any(pointers);
    switch (random.nextInt(7)) {
      case 0, 1 -> line("mov.u64 %s, %s;", by, integers.isEmpty() ? any(wide) : any(integers));
      case 2 -> line("sub.s64 %s, %s, %s;", by, pointer, pointer);
      case 3 -> {
        String negative = fresh();
        line("neg.s64 %s, %s;", negative, pointer);
        line("add.s64 %s, %s, %s;", by, pointer, negative);
      }
      case 4 -> {
        String shifted = fresh();
        String back = fresh();
        line("shr.u64 %s, %s, 3;", shifted, pointer);
        line("shl.b64 %s, %s, 3;", back, shifted);
        line("sub.s64 %s, %s, %s;", by, pointer, back);
      }
      case 5 -> line("mov.u64 %s, %s;", by, pointer);
      default -> line("xor.b64 %s, %s, %s;", by, pointer, pointer);
    }
    if (random.nextInt(4) == 0) {
      line("selp.b64 %s, %s, %s, %%p1;", moved, found, by);
    } else if (random.nextBoolean()) {
      line("add.s64 %s, %s, %s;", moved, found, by);
    } else {
      line("add.s64 %s, %s, %s;", moved, by, found);
    }
    if (random.nextBoolean()) {
      line("st.u64 [%s], %s;", moved, any(numbers));
    } else {
      line("ld.u64 %s, [%s];", found, moved);
    }
  }

  private void select(String guard) {
    String left = pointer();
    String target = pointerTarget(guard);
    line("%sselp.b64 %s, %s, %s, %%p1;", guard, target, left, pointer());
    pointers.add(target);
  }

  private void atomic(String guard) {
    String address = pointer();
    line(
        "%satom%s.exch.b64 %s, [%s+%d], %s;",
        guard, space(), target(guard), address, offset(), content());
  }

  /** A pointer kept on the stack, or read from there. */
  private void local(String guard) {
    String base = fresh();
    line("mov.u64 %s, depot;", base);
    if (random.nextBoolean()) {
      line("cvta.local.u64 %s, %s;", base, base);
    }
    if (random.nextInt(3) == 0) {
      String index = target();
      line("and.b64 %s, %s, 8;", index, any(wide));
      line("add.s64 %s, %s, %s;", base, base, index);
    }
    String content = random.nextBoolean() ? pointer() : any(wide);
    int at = offset();
    switch (random.nextInt(5)) {
      case 0 -> line("%sst.u64 [%s+%d], %s;", guard, base, at, content);
      case 1 -> line("st.local.u64 [%s+%d], %s;", base, at, content);
      case 2 -> {
        String low = targetNarrow();
        String high = targetNarrow();
        line("mov.b64 {%s,%s}, %s;", low, high, content);
        line("st.u32 [%s+%d], %s;", base, at, low);
        line("%sst.u32 [%s+%d], %s;", guard, base, at + 4, high);
      }
      case 3 -> {
        String target = pointerTarget("");
        line("ld.local.u64 %s, [%s+%d];", target, base, at);
        pointers.add(target);
      }
      default -> {
        String target = pointerTarget("");
        String again = fresh();
        line("st.u64 [%s+%d], %s;", base, at, content);
        line("mov.u64 %s, depot;", again);
        line("ld.u64 %s, [%s+%d];", target, again, random.nextInt(4) == 0 ? offset() : at);
        pointers.add(target);
      }
    }
  }

  private void variable() {
    String target = fresh();
    if (random.nextBoolean()) {
      line("mov.u64 %s, tile;", target);
      line("cvta.shared.u64 %s, %s;", target, target);
    } else {
      line("mov.u64 %s, table;", target);
    }
    pointers.add(target);
  }

  private void call() {
    String[] functions = {"load", "store", "pick", "walk"};
    String function = functions[random.nextInt(functions.length)];
    boolean two = !function.equals("load");
    String target = target();
    line("{%n.param .b64 param0;%n.param .b64 param1;%n.param .b64 retval0;");
    line("st.param.b64 [param0+0], %s;", pointer());
    if (two) {
      line("st.param.b64 [param1+0], %s;", function.equals("pick") ? pointer() : content());
    }
    line("call.uni (retval0), %s, (%s);", function, two ? "param0, param1" : "param0");
    line("ld.param.b64 %s, [retval0+0];%n}", target);
    boolean pointer = function.equals("pick") || function.equals("walk") || strange(3);
    (pointer ? pointers : numbers).add(target);
  }

  private void copy(String guard) {
    String source = pointer();
    String target = pointerTarget(guard);
    line("%smov.u64 %s, %s;", guard, target, source);
    pointers.add(target);
  }
}
