package io.spillway.access.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The functions of a module.
 *
 * @param names the text's names
 * @param functions those with a body, by name
 * @param aliases other names of functions
 * @param weak functions whose body another text's may replace when texts are linked
 * @param steps how much work it was to read
 */
record ModuleCode(
    Names names,
    Map<Integer, FunctionCode> functions,
    Map<Integer, Integer> aliases,
    Set<Integer> weak,
    long steps) {

  /**
   * A kernel and every function it may call.
   *
   * @param functions the kernel first
   * @param positions where in {@code functions} each is, by name
   * @param opaque why nothing can be said of the kernel, null if something can
   */
  record Reached(
      List<FunctionCode> functions, Map<Integer, Integer> positions, @Nullable String opaque) {}

  /** What the kernel of that name may execute. */
  Reached reach(int kernel) {
    List<FunctionCode> reached = new ArrayList<>();
    Map<Integer, Integer> positions = new HashMap<>();
    Deque<Integer> open = new ArrayDeque<>(List.of(kernel));
    String opaque = null;
    while (!open.isEmpty()) {
      int name = open.remove();
      int own = aliases.getOrDefault(name, name);
      if (positions.containsKey(own)) {
        positions.put(name, positions.get(own));
        continue;
      }
      FunctionCode code = functions.get(own);
      if (code == null) {
        return new Reached(
            reached,
            positions,
            "it calls %s, which is not in this text".formatted(names.text(own)));
      }
      if (opaque == null) {
        opaque = code.opaque();
      }
      positions.put(own, reached.size());
      positions.put(name, reached.size());
      reached.add(code);
      open.addAll(code.callees());
    }
    return new Reached(reached, positions, opaque);
  }
}
