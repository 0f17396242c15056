package io.spillway.profile;

/** How a launch became known. */
public enum LaunchKind {
  /** The program declared a scope. */
  DECLARED,
  /** A kernel launch of the program was intercepted. */
  KERNEL,
  /** A copy or fill of the program was intercepted. */
  COPY,
  /** Only the device's own records tell of it. */
  UNKNOWN;

  /** The kind of a launch; copies and fills are labelled with the call's name, and where it is. */
  static LaunchKind of(String label, boolean intercepted) {
    if (intercepted) {
      return KERNEL;
    }
    return label.startsWith("cuMem") || label.startsWith("cudaMem") ? COPY : DECLARED;
  }
}
