package io.spillway.access.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Translates calls. A call's arguments are variables that are filled before it, and its results are
 * read from variables after it; each stands for a parameter or a result of the function called.
 */
final class CallTranslation {

  private final Emitter emitter;
  private final List<Argument> arguments = new ArrayList<>();

  /** One variable, and what it stands for once it was in a call. */
  private static final class Argument {
    private final List<Filled> filled = new ArrayList<>();
    private boolean used;
    // The result it is: a function's by name and position, or a constant.
    private int function;
    private int position;
    private @Nullable Constant constant;
    private boolean result;
  }

  /** A part of an argument. */
  private record Filled(long offset, int source, int width) {}

  /** Functions that the driver provides, and what they return. */
  private enum External {
    VPRINTF("vprintf", Constant.NUMBER),
    MALLOC("malloc", Constant.MODULE),
    FREE("free", Constant.NUMBER),
    ASSERT("__assertfail", Constant.NUMBER);

    private final String function;
    private final Constant returned;

    External(String function, Constant returned) {
      this.function = function;
      this.returned = returned;
    }

    static Optional<External> of(String name) {
      for (External each : values()) {
        if (each.function.equals(name)) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }
  }

  CallTranslation(Emitter emitter) {
    this.emitter = emitter;
  }

  /** Whether a function of that name is the driver's. */
  static boolean external(String name) {
    return External.of(name).isPresent();
  }

  int newArgument() {
    arguments.add(new Argument());
    return arguments.size() - 1;
  }

  /** An argument that is yet to be passed gets a part of its value. */
  void setArgument(int argument, long offset, int source, int width) {
    Argument variable = arguments.get(argument);
    if (variable.used) {
      throw emitter.unreadable("a parameter variable that was in a call already");
    }
    variable.filled.add(new Filled(offset, source, width));
  }

  /** A part of a call's result is read. */
  void readResult(int target, int argument, long offset, int width) {
    Argument variable = arguments.get(argument);
    Constant constant = variable.constant;
    if (!variable.result) {
      throw emitter.unreadable("a parameter variable that no call has filled");
    }
    if (constant != null) {
      emitter.emit(Rule.COPY, target, constant.value(), 0);
    } else {
      int frame = emitter.frameOf(variable.function, ~variable.position);
      emitter.load(target, frame, offset, width, Space.PARAMETER);
    }
  }

  void call(int function, String name, CallArguments call) {
    Optional<External> external = External.of(name);
    if (external.isEmpty()) {
      emitter.code().calls(function);
    }
    for (int i = 0; i < call.arguments().size(); i++) {
      for (Filled part : parts(call.arguments().get(i))) {
        if (external.isPresent()) {
          emitter.temporary(Rule.REVEAL, part.source(), Constant.NUMBER.value(), 0);
        } else {
          int frame = emitter.frameOf(function, i);
          emitter.store(frame, part.offset(), part.source(), part.width(), Space.PARAMETER);
        }
      }
    }
    for (int i = 0; i < call.results().size(); i++) {
      result(function, i, external.map(each -> each.returned).orElse(null), call.results().get(i));
    }
  }

  private List<Filled> parts(CallArguments.Passed passed) {
    if (!passed.variable()) {
      return List.of(new Filled(0, passed.index(), Long.BYTES));
    }
    Argument variable = arguments.get(passed.index());
    use(variable);
    return variable.filled;
  }

  private void use(Argument variable) {
    if (variable.used) {
      throw emitter.unreadable("a parameter variable that was in a call already");
    }
    variable.used = true;
  }

  private void result(
      int function, int position, @Nullable Constant constant, CallArguments.Passed passed) {
    if (passed.variable()) {
      Argument variable = arguments.get(passed.index());
      use(variable);
      variable.result = true;
      variable.function = function;
      variable.position = position;
      variable.constant = constant;
    } else if (constant != null) {
      emitter.emit(Rule.COPY, passed.index(), constant.value(), 0);
    } else {
      int frame = emitter.frameOf(function, ~position);
      emitter.load(passed.index(), frame, 0, Long.BYTES, Space.PARAMETER);
    }
  }
}
