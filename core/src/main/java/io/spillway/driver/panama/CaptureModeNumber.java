package io.spillway.driver.panama;

import io.spillway.driver.CaptureMode;

/** The numbers that cuda.h 13.0 has for capture modes: {@code CUstreamCaptureMode}. */
final class CaptureModeNumber {

  private CaptureModeNumber() {}

  static int of(CaptureMode mode) {
    return switch (mode) {
      case GLOBAL -> 0;
      case THREAD_LOCAL -> 1;
      case RELAXED -> 2;
    };
  }

  /** The mode of that number. */
  static CaptureMode mode(int number) {
    for (CaptureMode mode : CaptureMode.values()) {
      if (of(mode) == number) {
        return mode;
      }
    }
    return CaptureMode.GLOBAL; // cuda.h has no other
  }
}
