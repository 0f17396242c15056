package io.spillway.access.ptx;

import java.util.HashMap;
import java.util.Map;

/** Adds rules to a function's code, for the instruction at hand. */
final class Emitter {

  /** In place of a function's name: the function itself. */
  static final int SELF = -1;

  private final FunctionCode code;
  private final Map<Integer, Integer> frames = new HashMap<>();
  private int line;

  Emitter(FunctionCode code) {
    this.code = code;
  }

  FunctionCode code() {
    return code;
  }

  /** From now on rules are of an instruction on {@code line}. */
  void at(int instructionLine) {
    line = instructionLine;
  }

  Unreadable unreadable(String reason) {
    return new Unreadable(reason, line);
  }

  /** A rule without an immediate. Nothing if the target cannot be written. */
  void emit(Rule rule, int target, int first, int second) {
    emit(rule, target, first, second, 0);
  }

  /** A rule with an immediate. Nothing if the target cannot be written. */
  void emit(Rule rule, int target, int first, int second, long immediate) {
    if (target >= 0) {
      code.rules().add(rule, target, first, second, immediate, 0, Space.GENERIC, line);
    }
  }

  /** A rule that has an effect and no target. */
  void effect(Rule rule, int first) {
    code.rules().add(rule, Rules.NONE, first, Constant.NUMBER.value(), 0, 0, Space.GENERIC, line);
  }

  /** A rule with a new value as its target. */
  int temporary(Rule rule, int first, int second, long immediate) {
    int target = code.newValue();
    emit(rule, target, first, second, immediate);
    return target;
  }

  void load(int target, int address, long offset, int width, Space space) {
    int to = target >= 0 ? target : code.newValue();
    code.rules()
        .add(Rule.LOAD, to, address, Constant.NUMBER.value(), offset, clamp(width), space, line);
  }

  void store(int address, long offset, int source, int width, Space space) {
    code.rules().add(Rule.STORE, Rules.NONE, address, source, offset, clamp(width), space, line);
  }

  /** What a number tells of a value of so many bytes read from where anything may be. */
  static int loaded(int width) {
    return width >= Long.BYTES ? Constant.UNKNOWN.value() : Constant.INDEX.value();
  }

  private static int clamp(int width) {
    return Math.clamp(width, 1, 2 * Long.BYTES);
  }

  /** A value that is where a frame of this function begins. */
  int frame(int index) {
    Integer known = frames.get(index);
    if (known == null) {
      known = code.newValue();
      frames.put(index, known);
      emit(Rule.ADDRESS, known, SELF, index);
    }
    return known;
  }

  /**
   * A value that is where a parameter or result of another function begins.
   *
   * @param variable its position; inverted for a result
   */
  int frameOf(int function, int variable) {
    int target = code.newValue();
    emit(Rule.ADDRESS, target, function, variable);
    return target;
  }
}
