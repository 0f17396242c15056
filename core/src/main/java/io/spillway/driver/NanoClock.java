package io.spillway.driver;

/**
 * Where time comes from: {@link System#nanoTime} on hardware, the virtual clock on the simulator.
 */
@FunctionalInterface
public interface NanoClock {

  /** The machine's monotonic clock. */
  NanoClock SYSTEM = System::nanoTime;

  /** Nanoseconds since some fixed origin; only differences mean anything. */
  long nanoTime();
}
