package io.spillway.samples.jcuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program's options, given as {@code --key value}. */
final class Options {

  /** The options are not such as the program takes; the message is for who gave them. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
      super(message);
    }
  }

  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(?:([KMGT])(?:iB)?|B)?");
  private static final String UNITS = "KMGT";

  private final Map<String, String> valueByKey;

  private Options(Map<String, String> valueByKey) {
    this.valueByKey = valueByKey;
  }

  /**
   * Reads {@code --key value} pairs.
   *
   * @param known the keys there are
   * @throws UsageException if there is anything else
   */
  static Options parse(String[] arguments, String... known) {
    Map<String, String> valueByKey = new HashMap<>();
    List<String> keys = List.of(known);
    for (int i = 0; i < arguments.length; i += 2) {
      String key = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
      if (!keys.contains(key)) {
        throw new UsageException(
            "unknown option " + arguments[i] + "; known are --" + String.join(", --", keys));
      }
      if (i + 1 == arguments.length) {
        throw new UsageException("--" + key + " needs a value");
      }
      valueByKey.put(key, arguments[i + 1]);
    }
    return new Options(valueByKey);
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(valueByKey.get(key));
  }

  /** A size in bytes: plain, or in units of 1024, such as {@code 6GiB}. */
  long bytes(String key, long otherwise) {
    String text = valueByKey.get(key);
    if (text == null) {
      return otherwise;
    }
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw new UsageException("--" + key + " takes bytes, or a size such as 256MiB, not " + text);
    }
    int thousands = size.group(2) == null ? 0 : UNITS.indexOf(size.group(2)) + 1;
    try {
      return Math.multiplyExact(Long.parseLong(size.group(1)), 1L << (10 * thousands));
    } catch (ArithmeticException e) {
      throw new UsageException("--" + key + " is too large: " + text);
    }
  }

  int integer(String key, int otherwise, int least, int most) {
    String text = valueByKey.get(key);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new UsageException(
        "--%s takes a number from %d to %d, not %s".formatted(key, least, most, text));
  }
}
