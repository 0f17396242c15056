package io.spillway.samples.jcuda;

import java.io.PrintStream;

/** One of the programs of this package. */
@FunctionalInterface
interface Program {

  /** Exit code for options that make no sense. */
  int USAGE = 2;

  /** Computes something on the first GPU and checks it. */
  Outcome run(String[] arguments);

  /** Runs it and prints the outcome. Returns the exit code: 0 if the result is right, 1 if not. */
  static int execute(Program program, String[] arguments, PrintStream out, PrintStream errors) {
    try {
      return program.run(arguments).print(out);
    } catch (Options.UsageException e) {
      errors.println(e.getMessage());
      return USAGE;
    }
  }
}
