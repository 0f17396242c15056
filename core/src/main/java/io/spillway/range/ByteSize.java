package io.spillway.range;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes as people write it: {@code 4 GiB}, {@code 512m}, {@code 1.5g}, {@code 4096}.
 *
 * <p>Units are binary, as in the JVM's own {@code -Xmx}: {@code k} and {@code KiB} are 1024.
 *
 * @param bytes the size, never negative
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {

  /** 1024 bytes. */
  public static final long KIB = 1L << 10;

  /** 1024 KiB. */
  public static final long MIB = 1L << 20;

  /** 1024 MiB. */
  public static final long GIB = 1L << 30;

  /** 1024 GiB. */
  public static final long TIB = 1L << 40;

  private static final Pattern FORM =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([kmgt]?)(?:i?b)?", Pattern.CASE_INSENSITIVE);

  /** Refuses negative sizes. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("size of " + bytes + " bytes: must not be negative");
    }
  }

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException if {@code text} is not a size or exceeds 2^63-1 bytes
   */
  public static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "size '%s': write a number with an optional unit, such as 4096, 512m or 4 GiB"
              .formatted(text));
    }
    long unit =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "k" -> KIB;
          case "m" -> MIB;
          case "g" -> GIB;
          case "t" -> TIB;
          default -> 1;
        };
    String number = matcher.group(1);
    try {
      return new ByteSize(
          number.contains(".")
              ? exact(Double.parseDouble(number) * unit)
              : Math.multiplyExact(Long.parseLong(number), unit));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("size '%s': more than 2^63-1 bytes".formatted(text), e);
    }
  }

  private static long exact(double bytes) {
    if (bytes >= Long.MAX_VALUE) {
      throw new ArithmeticException("overflow");
    }
    return Math.round(bytes);
  }

  /** Writes {@code bytes} with the largest unit that keeps at least one whole, as in 1.5 GiB. */
  public static String format(long bytes) {
    long magnitude = Math.abs(bytes);
    if (magnitude < KIB) {
      return bytes + " B";
    }
    long unit = magnitude >= TIB ? TIB : magnitude >= GIB ? GIB : magnitude >= MIB ? MIB : KIB;
    String name = unit == TIB ? "TiB" : unit == GIB ? "GiB" : unit == MIB ? "MiB" : "KiB";
    return bytes % unit == 0
        ? bytes / unit + " " + name
        : String.format(Locale.ROOT, "%.1f %s", (double) bytes / unit, name);
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  @Override
  public String toString() {
    return format(bytes);
  }
}
