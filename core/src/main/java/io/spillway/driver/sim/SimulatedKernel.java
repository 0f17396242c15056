package io.spillway.driver.sim;

import java.util.List;
import java.util.Optional;

/**
 * A kernel as the model sees it: what it touches, in which order, and how long it computes.
 *
 * <p>Several allocations are gone over at the same pace, and one that is read and written in two
 * places, too, as by kernels that write there what they make of what they read here; ranges of one
 * allocation that are accessed alike, one after the other. Computing overlaps with touching memory,
 * spread evenly over the bytes touched.
 *
 * @param name for messages
 * @param accesses what is touched, in order
 * @param computeNanos arithmetic alone, in nanoseconds, if all data were at hand
 * @param body the real computation on the {@linkplain SimulatedDriver#contents contents}, run
 *     inside the launch call on the calling thread; empty where only time matters
 */
public record SimulatedKernel(
    String name, List<Access> accesses, long computeNanos, Optional<Runnable> body) {

  /** Copies the list and refuses a negative time. */
  public SimulatedKernel {
    accesses = List.copyOf(accesses);
    if (computeNanos < 0) {
      throw new IllegalArgumentException(
          "kernel " + name + ": compute time of " + computeNanos + " ns must not be negative");
    }
  }

  /** A kernel that is bound by memory alone and computes nothing real. */
  public static SimulatedKernel of(String name, Access... accesses) {
    return new SimulatedKernel(name, List.of(accesses), 0, Optional.empty());
  }

  /** This kernel with {@code computeNanos} of arithmetic. */
  public SimulatedKernel withComputeNanos(long computeNanos) {
    return new SimulatedKernel(name, accesses, computeNanos, body);
  }

  /** This kernel with a real computation. */
  public SimulatedKernel withBody(Runnable body) {
    return new SimulatedKernel(name, accesses, computeNanos, Optional.of(body));
  }
}
