package io.spillway.allocate;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most managed bytes kept resident on the device: a size, or a percentage of the device.
 *
 * <p>Which figures make sense depends on the machine, so {@link #resolve} checks them.
 */
public sealed interface DeviceBudget {

  /**
   * 75% of the device: the rest holds plain memory, kernels' local memory and library workspaces,
   * none of which managed memory can push out. A judgement, not a measurement.
   */
  DeviceBudget STANDARD = ofPercent(75);

  /** A fixed size. */
  static DeviceBudget ofBytes(long bytes) {
    return new Bytes(bytes);
  }

  /** A percentage of the device's memory. */
  static DeviceBudget ofPercent(double percent) {
    return new Percent(percent);
  }

  /**
   * Reads {@code 75%}, {@code 4 GiB} or a number of bytes.
   *
   * @throws IllegalArgumentException if {@code text} is none of them
   */
  static DeviceBudget parse(String text) {
    String stripped = text.strip();
    Matcher percent = Percent.FORM.matcher(stripped);
    if (percent.matches()) {
      return ofPercent(Double.parseDouble(percent.group(1)));
    }
    try {
      // A negative size is read here so that resolve can refuse it with the device's figure.
      return stripped.startsWith("-")
          ? ofBytes(-ByteSize.parse(stripped.substring(1)).bytes())
          : ofBytes(ByteSize.parse(stripped).bytes());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "device budget '%s': write a percentage of the device or a size, such as 75%%, 4 GiB or 4294967296"
              .formatted(text),
          e);
    }
  }

  /**
   * The budget in bytes on one machine, in whole blocks (rounded down).
   *
   * @param deviceTotalBytes the device's memory
   * @param hostLimitBytes the most host memory this process could ever use, which must be able to
   *     hold what leaves the device; {@link Long#MAX_VALUE} if unknown
   * @throws IllegalArgumentException if it is less than one block, more than the device has, or as
   *     a size more than the host has. A percentage is lowered to what the host has, with a warning
   */
  long resolve(long deviceTotalBytes, long hostLimitBytes);

  /**
   * A size.
   *
   * @param bytes whole blocks of it count
   */
  record Bytes(long bytes) implements DeviceBudget {
    @Override
    public long resolve(long deviceTotalBytes, long hostLimitBytes) {
      check(this, bytes, deviceTotalBytes);
      if (bytes > hostLimitBytes) {
        throw new IllegalArgumentException(
            "device budget of %s: the host, which must hold what leaves the device, has %s; set a budget of at most that"
                .formatted(this, ByteSize.format(hostLimitBytes)));
      }
      return Blocks.floor(bytes);
    }

    @Override
    public String toString() {
      return ByteSize.format(bytes);
    }
  }

  /**
   * A percentage of the device's memory.
   *
   * @param percent more than 0, at most 100
   */
  record Percent(double percent) implements DeviceBudget {

    private static final Pattern FORM = Pattern.compile("([+-]?[0-9]+(?:\\.[0-9]+)?)\\s*%");

    @Override
    public long resolve(long deviceTotalBytes, long hostLimitBytes) {
      double exact = deviceTotalBytes * (percent / 100);
      check(this, percent > 100 ? Long.MAX_VALUE : (long) exact, deviceTotalBytes);
      long bytes = Blocks.floor((long) exact);
      if (bytes <= hostLimitBytes) {
        return bytes;
      }
      long capped = Blocks.floor(hostLimitBytes);
      check(this, capped, deviceTotalBytes);
      System.getLogger(DeviceBudget.class.getName())
          .log(
              Level.WARNING,
              "device budget of {0} is {1}, lowered to the {2} the host has",
              this,
              ByteSize.format(bytes),
              ByteSize.format(capped));
      return capped;
    }

    @Override
    public String toString() {
      return percent == Math.rint(percent)
          ? String.format(Locale.ROOT, "%.0f%%", percent)
          : percent + "%";
    }
  }

  private static void check(DeviceBudget budget, long bytes, long deviceTotalBytes) {
    if (bytes < Blocks.BYTES || bytes > deviceTotalBytes) {
      throw new IllegalArgumentException(
          "device budget of %s: the device has %s; set a budget of at least %s (one block) and at most that"
              .formatted(budget, ByteSize.format(deviceTotalBytes), ByteSize.format(Blocks.BYTES)));
    }
  }
}
