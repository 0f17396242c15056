package io.spillway.access.ptx;

import java.util.List;

/**
 * A kernel and the functions it may call as one list of rules, their values and frames numbered
 * through: first the constants, then the values of each function; the kernel's frames first.
 *
 * @param rules the rules; an {@link Rule#ADDRESS} has its frame as the second operand
 * @param values how many values there are
 * @param frames how many frames there are
 */
record LinkedKernel(Rules rules, int values, int frames) {

  static LinkedKernel of(ModuleCode.Reached reached) {
    List<FunctionCode> functions = reached.functions();
    int[] values = new int[functions.size() + 1];
    int[] frames = new int[functions.size() + 1];
    int count = 0;
    values[0] = Constant.COUNT;
    for (int i = 0; i < functions.size(); i++) {
      values[i + 1] = values[i] + functions.get(i).values();
      frames[i + 1] = frames[i] + functions.get(i).frames();
      count += functions.get(i).rules().size();
    }
    Rules linked = new Rules(Math.max(1, count));
    for (int i = 0; i < functions.size(); i++) {
      Rules rules = functions.get(i).rules();
      for (int j = 0; j < rules.size(); j++) {
        int second =
            rules.kind(j) == Rule.ADDRESS
                ? frame(reached, frames, i, rules.first(j), rules.second(j))
                : value(rules.second(j), values[i]);
        linked.add(
            rules.kind(j),
            rules.target(j) < 0 ? Rules.NONE : values[i] + rules.target(j),
            rules.kind(j) == Rule.ADDRESS ? 0 : value(rules.first(j), values[i]),
            second,
            rules.immediate(j),
            rules.width(j),
            rules.space(j),
            rules.line(j));
      }
    }
    return new LinkedKernel(linked, values[functions.size()], frames[functions.size()]);
  }

  /** The value that a constant has. */
  static int value(Constant constant) {
    return constant.index();
  }

  private static int value(int value, int base) {
    return value < 0 ? -1 - value : base + value;
  }

  private static int frame(
      ModuleCode.Reached reached, int[] frames, int self, int function, int position) {
    if (function == Emitter.SELF) {
      return frames[self] + position;
    }
    Integer known = reached.positions().get(function);
    if (known == null) {
      throw new IllegalStateException("a call of a function that was not reached");
    }
    FunctionCode callee = reached.functions().get(known);
    int index = position >= 0 ? position : callee.parameters().size() + ~position;
    boolean there =
        position >= 0 ? position < callee.parameters().size() : ~position < callee.results().size();
    if (!there) {
      throw new Unreadable("a call with other parameters than the function has", 0);
    }
    return frames[known] + index;
  }
}
