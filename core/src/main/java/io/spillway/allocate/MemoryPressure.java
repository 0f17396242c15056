package io.spillway.allocate;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One reading of the kernel's pressure stall information about memory: which part of the time tasks
 * waited for it (Documentation/accounting/psi.rst).
 *
 * @param source the file it was read from
 * @param some time in which at least one task waited
 * @param full time in which all runnable tasks waited at once
 */
public record MemoryPressure(String source, Stall some, Stall full) {

  /**
   * A line of the file.
   *
   * @param avg10 percent of the last 10 seconds
   * @param avg60 percent of the last minute
   * @param avg300 percent of the last five minutes
   * @param totalMicros microseconds since the machine or the cgroup started
   */
  public record Stall(double avg10, double avg60, double avg300, long totalMicros) {

    /** No stall. */
    public static final Stall NONE = new Stall(0, 0, 0, 0);
  }

  /**
   * Reads the text of such a file; empty if it is malformed. A file without a {@code full} line, as
   * some kernels give for the whole system, reads as none.
   */
  public static Optional<MemoryPressure> parse(String source, String text) {
    Stall some = null;
    Stall full = Stall.NONE;
    for (String line : text.lines().toList()) {
      String[] words = line.strip().split("\\s+");
      Stall stall = stall(words);
      if (stall == null) {
        return Optional.empty();
      }
      switch (words[0]) {
        case "some" -> some = stall;
        case "full" -> full = stall;
        default -> {
          return Optional.empty();
        }
      }
    }
    return some == null ? Optional.empty() : Optional.of(new MemoryPressure(source, some, full));
  }

  /** Words such as {@code some avg10=0.12 avg60=0.05 avg300=0.01 total=98765}. */
  private static @Nullable Stall stall(String[] words) {
    if (words.length < 5) {
      return null;
    }
    try {
      return new Stall(
          Double.parseDouble(value(words[1], "avg10=")),
          Double.parseDouble(value(words[2], "avg60=")),
          Double.parseDouble(value(words[3], "avg300=")),
          Long.parseLong(value(words[4], "total=")));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String value(String word, String key) {
    return word.startsWith(key) ? word.substring(key.length()) : "";
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s: some %.2f%%, full %.2f%%", source, some.avg10, full.avg10);
  }
}
