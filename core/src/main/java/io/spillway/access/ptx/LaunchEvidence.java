package io.spillway.access.ptx;

import io.spillway.access.AccessKind;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a launch does to allocations: a kernel's evidence, and where its arguments point. */
public final class LaunchEvidence {

  private LaunchEvidence() {}

  /**
   * An address among a launch's arguments.
   *
   * @param parameter the position of the parameter it is given for
   * @param within where in that parameter it is, in bytes
   * @param allocation what it points into. One that points to where an allocation begins may be the
   *     end of the one before, and is given for both
   */
  public record Argument<A>(int parameter, int within, A allocation) {}

  /**
   * How the launch touches each allocation that its arguments point into. Several arguments that
   * point into the same are merged, so that one that is written makes it written. An allocation
   * that no argument's memory access touches is left out.
   */
  public static <A> Map<A, AccessKind> accesses(
      KernelEvidence kernel, Collection<Argument<A>> arguments) {
    Map<A, ParameterAccess> merged = new LinkedHashMap<>();
    for (Argument<A> each : arguments) {
      merged.merge(
          each.allocation(), kernel.at(each.parameter(), each.within()), ParameterAccess::and);
    }
    Map<A, AccessKind> kinds = new LinkedHashMap<>();
    merged.forEach(
        (allocation, access) -> access.kind().ifPresent(kind -> kinds.put(allocation, kind)));
    return kinds;
  }
}
