package io.spillway.profile;

/** Who touched memory. */
public enum Processor {
  /** A kernel or a copy on the device. */
  GPU,
  /** A thread of the host. */
  CPU
}
