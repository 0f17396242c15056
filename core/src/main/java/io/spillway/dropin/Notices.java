package io.spillway.dropin;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lines on standard error, each said once. Not a logger: an agent that starts one would choose the
 * program's logging for it.
 */
final class Notices {

  private final DropinSettings.Log log;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  Notices(DropinSettings.Log log) {
    this.log = log;
  }

  void info(String line) {
    if (log != DropinSettings.Log.OFF && said.add(line)) {
      always(line);
    }
  }

  void debug(String line) {
    if (log == DropinSettings.Log.DEBUG && said.add(line)) {
      always(line);
    }
  }

  /** What was asked for, whatever the log level. */
  @SuppressWarnings("SystemOut") // These lines are for the person who started the program.
  void always(String line) {
    System.err.println("spillway: ".concat(line));
  }
}
