package io.spillway.profile;

import java.io.IOException;

/** A file is no schedule that can be used: the message names file, line, column and what to do. */
public final class ScheduleFileException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  /**
   * Says what is wrong and where.
   *
   * @param file the file's name
   * @param line from 1
   * @param column from 1
   * @param problem what is wrong, and what would be right
   */
  public ScheduleFileException(String file, int line, int column, String problem) {
    super("%s, line %d, column %d: %s".formatted(file, line, column, problem));
    this.line = line;
    this.column = column;
  }

  /** The line, from 1. */
  public int line() {
    return line;
  }

  /** The column, from 1. */
  public int column() {
    return column;
  }
}
