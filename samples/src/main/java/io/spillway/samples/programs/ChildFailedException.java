package io.spillway.samples.programs;

import java.io.IOException;

/** A program gave no result: the message has what it said. */
public final class ChildFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Says so. */
  public ChildFailedException(String message) {
    super(message);
  }
}
