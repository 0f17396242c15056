package io.spillway.samples.device;

import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Every so manieth part of a range: what the kernels of {@code known_accesses.cu} touch.
 *
 * @param range whole parts
 * @param first the first part that is touched, from 0
 * @param every from one to the next, at least 1
 */
public record Parts(AddressRange range, int first, int every) {

  /** 64 KiB, the size of a big page: what the driver moves at least for a fault of the device. */
  public static final long BYTES = 64 * ByteSize.KIB;

  /** Checks the sizes. */
  public Parts {
    if (range.bytes() % BYTES != 0 || first < 0 || every < 1 || first * BYTES >= range.bytes()) {
      throw new IllegalArgumentException(
          "part %d and every %d-th after it in %d bytes: the size must be a multiple of %d, and the first inside"
              .formatted(first, every, range.bytes(), BYTES));
    }
  }

  /** How many are touched. */
  public int count() {
    return Math.toIntExact((range.bytes() / BYTES - first + every - 1) / every);
  }

  /** The touched ones. */
  public List<AddressRange> ranges() {
    List<AddressRange> ranges = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      ranges.add(range.slice((first + (long) i * every) * BYTES, BYTES));
    }
    return ranges;
  }
}
