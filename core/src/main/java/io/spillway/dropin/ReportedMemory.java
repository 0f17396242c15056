package io.spillway.dropin;

import io.spillway.range.ByteSize;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the program is told when it asks how much memory there is. */
public sealed interface ReportedMemory {

  /** What the card has, untouched. */
  ReportedMemory CARD = new Card();

  /** The card and what the host may still hold: as much as could be allocated. */
  ReportedMemory SERVICEABLE = new Serviceable();

  /**
   * Reads {@code off}, {@code on}, a size, or a percentage of the card, which may exceed 100.
   *
   * @throws IllegalArgumentException if {@code text} is none of them
   */
  static ReportedMemory parse(String text) {
    String value = text.strip().toLowerCase(Locale.ROOT);
    if (value.equals("off") || value.equals("false")) {
      return CARD;
    }
    if (value.equals("on") || value.equals("true")) {
      return SERVICEABLE;
    }
    Matcher percent = Percent.FORM.matcher(value);
    try {
      if (percent.matches()) {
        return new Percent(Double.parseDouble(percent.group(1)));
      }
      return new Bytes(ByteSize.parse(value).bytes());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "write off, on, a size such as 160 GiB, or a percentage of the card from 1% to 10000%",
          e);
    }
  }

  /** The card's own figures. */
  record Card() implements ReportedMemory {}

  /** The card and the host. */
  record Serviceable() implements ReportedMemory {}

  /**
   * A fixed total.
   *
   * @param bytes at least 1
   */
  record Bytes(long bytes) implements ReportedMemory {
    /** Checks the size. */
    public Bytes {
      if (bytes < 1) {
        throw new IllegalArgumentException("reported memory of 0 B: must be at least 1 B");
      }
    }
  }

  /**
   * A share of the card.
   *
   * @param percent from 1 to {@link #MOST}
   */
  record Percent(double percent) implements ReportedMemory {
    /** A hundred times the card: more than any host holds. */
    public static final double MOST = 10_000;

    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*%");

    /** Checks the share. */
    public Percent {
      if (percent < 1 || percent > MOST) {
        throw new IllegalArgumentException(
            "reported memory of " + percent + "%: must be 1% to " + MOST + "%");
      }
    }
  }
}
