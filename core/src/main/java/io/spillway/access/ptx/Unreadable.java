package io.spillway.access.ptx;

/** Text that is not understood, with the reason; carried to where it makes a function opaque. */
final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unreadable(String reason, int line) {
    // Without a stack trace and at some length: hostile text must not be dear.
    super("line %d: %.200s".formatted(line, reason), null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
