package io.spillway.driver.panama;

import io.spillway.driver.Advice;
import io.spillway.driver.CaptureMode;

/** The numbers that cuda.h 13.0 has for what the seam names. */
final class CudaEnums {

  private CudaEnums() {}

  /** {@code CUmem_advise}. */
  static int number(Advice advice) {
    return switch (advice) {
      case SET_READ_MOSTLY -> 1;
      case UNSET_READ_MOSTLY -> 2;
      case SET_PREFERRED_LOCATION -> 3;
      case UNSET_PREFERRED_LOCATION -> 4;
      case SET_ACCESSED_BY -> 5;
      case UNSET_ACCESSED_BY -> 6;
    };
  }

  /** {@code CUstreamCaptureMode}. */
  static int number(CaptureMode mode) {
    return switch (mode) {
      case GLOBAL -> 0;
      case THREAD_LOCAL -> 1;
      case RELAXED -> 2;
    };
  }

  /** The mode of that {@code CUstreamCaptureMode}. */
  static CaptureMode captureMode(int number) {
    for (CaptureMode mode : CaptureMode.values()) {
      if (number(mode) == number) {
        return mode;
      }
    }
    return CaptureMode.GLOBAL; // cuda.h has no other
  }
}
