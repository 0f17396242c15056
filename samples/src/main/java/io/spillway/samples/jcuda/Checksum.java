package io.spillway.samples.jcuda;

/** A 64-bit checksum of numbers in their order. */
final class Checksum {

  private long value = 1;

  void add(long number) {
    value = (value * 0x9E3779B97F4A7C15L + number) ^ (value >>> 47);
  }

  void add(int[] numbers, int count) {
    for (int i = 0; i < count; i++) {
      add(numbers[i]);
    }
  }

  long value() {
    return value;
  }
}
