package io.spillway.access.ptx;

import java.util.List;
import java.util.Optional;

/** A state space of PTX, as far as it matters which one is accessed. */
enum Space {
  /** None is named: the address says which. */
  GENERIC,
  GLOBAL,
  /** A thread's own memory. */
  LOCAL,
  /** Memory of a block, a cluster, or of tensor cores; kernels put copies of data there. */
  SHARED,
  /** Constant banks. */
  CONSTANT,
  /** Parameters of kernels and functions. */
  PARAMETER;

  /** Every space named among the suffixes of an instruction, in order. */
  static List<Space> named(List<String> suffixes) {
    return suffixes.stream().map(Space::of).flatMap(Optional::stream).toList();
  }

  private static Optional<Space> of(String suffix) {
    return switch (suffix) {
      case "global" -> Optional.of(GLOBAL);
      case "local" -> Optional.of(LOCAL);
      case "shared", "shared::cta", "shared::cluster" -> Optional.of(SHARED);
      case "const" -> Optional.of(CONSTANT);
      case "param", "param::entry", "param::func" -> Optional.of(PARAMETER);
      default -> Optional.empty();
    };
  }
}
