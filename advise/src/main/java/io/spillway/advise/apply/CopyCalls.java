package io.spillway.advise.apply;

import io.spillway.access.Launch;
import java.util.List;

/** Tells a program's copies and fills from its kernels: their labels begin with the call's name. */
final class CopyCalls {

  private static final List<String> NAMES =
      List.of("cuMemcpy", "cuMemset", "cudaMemcpy", "cudaMemset");

  private CopyCalls() {}

  /** Whether {@code launch} is one of them. */
  static boolean made(Launch launch) {
    for (String name : NAMES) {
      if (launch.label().startsWith(name)) {
        return true;
      }
    }
    return false;
  }
}
