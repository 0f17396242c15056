package io.spillway.benchmarks.trace;

import java.io.IOException;
import java.nio.file.Path;

/** Reads a file of one format as a trace. */
interface TraceReader {

  /**
   * Reads {@code file}.
   *
   * @throws IOException if it cannot be read or is not of the format
   * @throws IllegalArgumentException if a parameter is not one the format has
   */
  Trace read(Path file, String name, Parameters parameters) throws IOException;
}
