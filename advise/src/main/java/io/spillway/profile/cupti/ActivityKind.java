package io.spillway.profile.cupti;

/** The kinds of records that are asked for: {@code CUpti_ActivityKind}, cupti_activity.h 13.0. */
enum ActivityKind {
  /** Calls of the driver, recorded only because correlations need them. */
  DRIVER(4),
  /** Calls of the runtime, the same. */
  RUNTIME(5),
  /** Kernel runs, without serialising them. */
  CONCURRENT_KERNEL(10),
  /** Faults, transfers and contention. */
  UNIFIED_MEMORY_COUNTER(25),
  /** Which call was made under which number of ours. */
  EXTERNAL_CORRELATION(39);

  private final int code;

  ActivityKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
