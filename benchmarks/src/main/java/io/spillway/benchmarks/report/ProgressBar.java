package io.spillway.benchmarks.report;

import io.spillway.benchmarks.compare.Watcher;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;

/** A bar on a terminal that fills as a comparison advances. */
public final class ProgressBar implements Watcher {

  private static final int WIDTH = 30;
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintWriter terminal;
  private int tasks = 1;
  private int done;

  /** Draws on {@code terminal}. */
  public ProgressBar(PrintWriter terminal) {
    this.terminal = terminal;
  }

  /** A bar if the program runs on a terminal; nobody watches otherwise. */
  public static Watcher onTerminal(PrintWriter terminal) {
    boolean seen = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return seen ? new ProgressBar(terminal) : Watcher.nobody();
  }

  @Override
  public synchronized void begin(int count) {
    tasks = Math.max(1, count);
    done = 0;
    draw("");
  }

  @Override
  public synchronized void done(String title) {
    done++;
    draw(title);
  }

  @Override
  public synchronized void end() {
    terminal.print(ERASE_LINE);
    terminal.flush();
  }

  private void draw(String title) {
    int filled = WIDTH * done / tasks;
    terminal.print(
        "%s[%s%s] %d/%d %s"
            .formatted(
                ERASE_LINE, "#".repeat(filled), ".".repeat(WIDTH - filled), done, tasks, title));
    terminal.flush();
  }
}
