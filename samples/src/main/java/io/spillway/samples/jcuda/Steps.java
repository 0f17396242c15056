package io.spillway.samples.jcuda;

import java.util.Locale;

/** Tells on standard error what a program does, and how long each step took. For one thread. */
final class Steps {

  private final String program;
  private long sinceNanos = System.nanoTime();

  Steps(String program) {
    this.program = program;
  }

  /** What was done since the last step. */
  @SuppressWarnings("SystemOut") // For the person who waits.
  void done(String what) {
    long nowNanos = System.nanoTime();
    System.err.printf(
        Locale.ROOT, "%s: %s in %.1f s%n", program, what, (nowNanos - sinceNanos) / 1e9);
    sinceNanos = nowNanos;
  }
}
