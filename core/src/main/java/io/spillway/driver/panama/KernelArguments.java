package io.spillway.driver.panama;

import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The arguments of a launch, in the kernel's order. Immutable, and good for any number of launches.
 */
public final class KernelArguments {

  private final long[] values;

  private KernelArguments(long[] values) {
    this.values = values;
  }

  /** Starts an empty list. */
  public static Builder builder() {
    return new Builder();
  }

  /** How many there are. */
  public int count() {
    return values.length;
  }

  /** The driver's form of them, valid until the calling thread's next launch. */
  MemorySegment toNative() {
    return CallScratch.ofThread().kernelParameters(values);
  }

  /** Collects arguments. Not for use by several threads at once. */
  public static final class Builder {

    private long[] values = new long[8];
    private int count;

    private Builder() {}

    /** A pointer to the start of {@code range}. */
    public Builder pointer(AddressRange range) {
      return add(range.address());
    }

    /** A pointer. */
    public Builder pointer(long address) {
      return add(address);
    }

    /** A 32-bit integer. */
    public Builder int32(int value) {
      return add(value);
    }

    /** A 64-bit integer. */
    public Builder int64(long value) {
      return add(value);
    }

    /** A {@code float}. */
    public Builder float32(float value) {
      return add(Float.floatToRawIntBits(value));
    }

    /** A {@code double}. */
    public Builder float64(double value) {
      return add(Double.doubleToRawLongBits(value));
    }

    private Builder add(long bits) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = bits;
      return this;
    }

    /** The arguments so far. */
    public KernelArguments build() {
      return new KernelArguments(Arrays.copyOf(values, count));
    }
  }
}
