package io.spillway.driver;

/**
 * Which captures of streams into graphs keep a thread from calls that a capture forbids, and are
 * spoilt by them: {@code CUstreamCaptureMode} of cuda.h.
 *
 * <p>Such calls are those that cannot be put off until a graph runs, among them querying events and
 * waiting for them.
 */
public enum CaptureMode {
  /** Its own, and those that other threads began in this mode; how every thread starts. */
  GLOBAL,
  /** Its own only. */
  THREAD_LOCAL,
  /** None. */
  RELAXED
}
