package io.spillway;

import java.util.Optional;

/**
 * Runs code for nothing, beside the program: so that it is loaded, linked and has run once before a
 * launch waits for it. The first launches of a program wait a tenth of a second for that otherwise.
 *
 * <p>What is rehearsed has to be free of the program's state and of the driver, and of use only by
 * what the JVM remembers of it. It keeps no JVM alive and nobody waits for it.
 */
public final class Rehearsal {

  /** Where there are less processors than this, it would take the program's. */
  private static final int LEAST_PROCESSORS = 2;

  private Rehearsal() {}

  /**
   * Runs {@code task} on a thread of its own, or not at all where there is one processor.
   *
   * @param of what it is, for the thread's name
   */
  public static void begin(String of, Runnable task) {
    Optional<Thread> ignored = begin(of, task, Runtime.getRuntime().availableProcessors());
  }

  static Optional<Thread> begin(String of, Runnable task, int processors) {
    if (processors < LEAST_PROCESSORS) {
      return Optional.empty();
    }
    Thread thread = new Thread(() -> run(of, task), "spillway-rehearsal-" + of);
    thread.setDaemon(true);
    thread.start();
    return Optional.of(thread);
  }

  private static void run(String of, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException
        | LinkageError e) { // the program meets it where it matters, if at all
      System.getLogger(Rehearsal.class.getName())
          .log(System.Logger.Level.DEBUG, "the rehearsal of the " + of + " failed", e);
    }
  }
}
