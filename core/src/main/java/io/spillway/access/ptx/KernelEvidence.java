package io.spillway.access.ptx;

import java.util.List;
import java.util.Optional;

/**
 * What a kernel does with memory that its parameters lead to, by its text.
 *
 * <p>It is about accesses <em>through</em> each parameter. A range is never written by a launch
 * only if every argument that leads into it is read only or not accessed, and nothing is said of
 * memory that no argument leads to: see {@link #writesElsewhere}. A kernel that may write through
 * an address of unknown origin, such as one that it loads, may write what any parameter points to;
 * then all of its parameters are unknown.
 *
 * <p>What is taken for granted:
 *
 * <ul>
 *   <li>The driver runs what the text says.
 *   <li>A launch's argument points into the allocation that is accessed through it, or to just past
 *       its end, and what is computed from an address stays in its allocation, as in C. In
 *       particular no kernel gets from one allocation to another by adding a distance that it loads
 *       to a pointer that it is given.
 *   <li>No kernel makes an address of numbers of 32 bits or fewer, but for the two halves of one;
 *       nor of a product of two variables or a remainder, nor bit by bit from comparisons.
 *   <li>What one instruction of a kernel uses as an address is one whenever it runs.
 *   <li>An allocation is mapped at its own addresses only, but for multicast memory.
 *   <li>Surfaces are of arrays, never of linear memory.
 * </ul>
 *
 * @param name the kernel's name
 * @param parameters each of its parameters, in order
 * @param opaque why nothing is known of the kernel; empty if something is
 * @param writesElsewhere why it may write memory that no parameter points to; empty if it does not.
 *     Variables of the module and the device's heap do not count
 * @param readsElsewhere why it may read memory that no parameter points to; empty if it does not
 */
public record KernelEvidence(
    String name,
    List<ParameterEvidence> parameters,
    Optional<String> opaque,
    Optional<String> writesElsewhere,
    Optional<String> readsElsewhere) {

  /** Makes {@code parameters} immutable. */
  public KernelEvidence {
    parameters = List.copyOf(parameters);
  }

  /**
   * What it does with a parameter.
   *
   * @throws IndexOutOfBoundsException if it has no parameter of that position
   */
  public ParameterEvidence parameter(int index) {
    return parameters.get(index);
  }

  /**
   * What it does with the memory behind the address at {@code within} bytes of a parameter; unknown
   * if there is no such parameter or place.
   */
  public ParameterAccess at(int parameter, int within) {
    return parameter >= 0 && parameter < parameters.size()
        ? parameters.get(parameter).at(within)
        : ParameterAccess.UNKNOWN;
  }
}
