package io.spillway.samples.demo;

import java.io.PrintStream;

/** A progress bar on a terminal, or nothing. */
public final class Progress {

  private static final int WIDTH = 30;
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintStream terminal;
  private final boolean shown;
  private int steps = 1;
  private int done;

  private Progress(PrintStream terminal, boolean shown) {
    this.terminal = terminal;
    this.shown = shown;
  }

  /** Draws on {@code terminal}. */
  public static Progress on(PrintStream terminal) {
    return new Progress(terminal, true);
  }

  /** Shows nothing. */
  public static Progress none() {
    return new Progress(System.out, false);
  }

  /** Starts over, with {@code count} steps to come. */
  void begin(int count) {
    steps = Math.max(1, count);
    done = 0;
  }

  /** Begins the next step. */
  void step(String what) {
    draw(what);
    done++;
  }

  /** Leaves {@code count} steps out. */
  void skip(int count) {
    done += count;
  }

  /** Takes the bar away. */
  void end() {
    if (shown) {
      terminal.print(ERASE_LINE);
      terminal.flush();
    }
  }

  private void draw(String what) {
    if (shown) {
      int filled = Math.min(WIDTH, WIDTH * done / steps);
      terminal.print(
          ERASE_LINE + "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + what);
      terminal.flush();
    }
  }
}
