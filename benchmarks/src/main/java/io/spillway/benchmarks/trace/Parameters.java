package io.spillway.benchmarks.trace;

import io.spillway.range.ByteSize;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What follows the question mark of a trace's name: {@code count=48&bytes=256m&seed=1}.
 *
 * <p>Remembers what was asked for, so that a misspelt parameter is refused, not ignored.
 */
public final class Parameters {

  private final String owner;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * Reads {@code query}, which may be empty.
   *
   * @param owner what the parameters are for, in messages
   * @throws IllegalArgumentException if it is not {@code name=value} joined by {@code &}
   */
  public Parameters(String owner, String query) {
    this.owner = owner;
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException(
            "%s: '%s' is not of the form name=value".formatted(owner, pair));
      }
      values.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
  }

  /** A text. */
  public String text(String name, String otherwise) {
    known.add(name);
    return values.getOrDefault(name, otherwise);
  }

  /** A whole number of at least {@code least}. */
  public int integer(String name, int otherwise, int least) {
    long value = number(name, otherwise);
    if (value < least || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: %s=%d must be at least %d".formatted(owner, name, value, least));
    }
    return (int) value;
  }

  /** Any whole number, such as a seed. */
  public long number(String name, long otherwise) {
    String text = text(name, Long.toString(otherwise));
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s: %s='%s' is not a whole number".formatted(owner, name, text), e);
    }
  }

  /** A positive size, such as 256m. */
  public long bytes(String name, String otherwise) {
    long bytes = ByteSize.parse(text(name, otherwise)).bytes();
    if (bytes == 0) {
      throw new IllegalArgumentException("%s: %s must be above 0".formatted(owner, name));
    }
    return bytes;
  }

  /** A number from {@code least} to {@code most}. */
  public double real(String name, double otherwise, double least, double most) {
    String text = text(name, Double.toString(otherwise));
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s: %s='%s' is not a number".formatted(owner, name, text), e);
    }
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s: %s=%s must be from %s to %s".formatted(owner, name, text, least, most));
    }
    return value;
  }

  /**
   * Refuses what was never asked for.
   *
   * @throws IllegalArgumentException if there is any, with what could have been meant
   */
  public void refuseUnknown() {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "%s has no parameter '%s'; it has %s".formatted(owner, name, String.join(", ", known)));
      }
    }
  }
}
