package io.spillway.driver.sim;

import io.spillway.range.AddressRange;

/**
 * One range a kernel goes over, front to back.
 *
 * @param range what is touched, inside one allocation of any kind
 * @param kind how
 * @param passes how often the whole range is gone over, at least 1
 * @param density which part of the range's pages is touched, above 0 and at most 1; pages are
 *     spread evenly
 */
public record Access(AddressRange range, TouchKind kind, int passes, double density) {

  /** Checks passes and density. */
  public Access {
    if (passes < 1) {
      throw new IllegalArgumentException("passes " + passes + ": must be at least 1");
    }
    if (!(density > 0 && density <= 1)) {
      throw new IllegalArgumentException("density " + density + ": must be above 0 and at most 1");
    }
  }

  /** One read of all of {@code range}. */
  public static Access read(AddressRange range) {
    return new Access(range, TouchKind.READ, 1, 1);
  }

  /** {@code passes} reads of all of {@code range}. */
  public static Access read(AddressRange range, int passes) {
    return new Access(range, TouchKind.READ, passes, 1);
  }

  /** One write of all of {@code range}. */
  public static Access write(AddressRange range) {
    return new Access(range, TouchKind.WRITE, 1, 1);
  }

  /** One read and write of all of {@code range}. */
  public static Access readWrite(AddressRange range) {
    return new Access(range, TouchKind.READ_WRITE, 1, 1);
  }
}
