package io.spillway.access.ptx;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function's code as {@link Rules} between its values, which are numbered from 0; negative
 * numbers are {@linkplain Constant constants}. Its memory is in frames: one for each parameter,
 * then one for each result, then those of local variables.
 */
final class FunctionCode {

  private final boolean kernel;
  private final List<Variable> parameters;
  private final List<Variable> results;
  private final Rules rules = new Rules();
  private final Set<Integer> callees = new LinkedHashSet<>();
  private int values;
  private int frames;
  private @Nullable String opaque;

  /**
   * A variable of a parameter list.
   *
   * @param name its number among the text's names
   * @param bytes its size
   * @param alignment in bytes
   * @param array whether it is an array of bytes, as structures are
   * @param pointer whether it says that it is a pointer
   */
  record Variable(int name, int bytes, int alignment, boolean array, boolean pointer) {}

  FunctionCode(boolean kernel, List<Variable> parameters, List<Variable> results) {
    this.kernel = kernel;
    this.parameters = List.copyOf(parameters);
    this.results = List.copyOf(results);
    this.frames = parameters.size() + results.size();
  }

  /** Whether it is an entry. */
  boolean kernel() {
    return kernel;
  }

  List<Variable> parameters() {
    return parameters;
  }

  List<Variable> results() {
    return results;
  }

  Rules rules() {
    return rules;
  }

  /** A new value of its own. */
  int newValue() {
    return values++;
  }

  int values() {
    return values;
  }

  /** A new frame of its own. */
  int newFrame() {
    return frames++;
  }

  int frames() {
    return frames;
  }

  /** It calls the function of that name. */
  void calls(int name) {
    callees.add(name);
  }

  Set<Integer> callees() {
    return callees;
  }

  /** Nothing can be said of it, because of {@code reason}; the first one counts. */
  void makeOpaque(String reason) {
    if (opaque == null) {
      opaque = reason;
    }
  }

  @Nullable String opaque() {
    return opaque;
  }
}
