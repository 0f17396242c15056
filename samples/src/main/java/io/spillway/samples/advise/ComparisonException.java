package io.spillway.samples.advise;

import java.io.IOException;

/** A program could not be compared: the message has what it said. */
final class ComparisonException extends IOException {

  private static final long serialVersionUID = 1L;

  ComparisonException(String message) {
    super(message);
  }
}
