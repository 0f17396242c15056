package io.spillway.benchmarks.trace;

import java.io.IOException;

/** Makes a trace of parameters: the same trace of the same parameters. */
interface TraceGenerator {

  /**
   * Makes the trace {@code name}.
   *
   * @throws IOException if it is made of a file that cannot be read
   * @throws IllegalArgumentException if a parameter is not one it has
   */
  Trace generate(String name, Parameters parameters) throws IOException;
}
