package io.spillway.benchmarks.trace;

/**
 * One range that a launch goes over.
 *
 * @param region number of the region it is in
 * @param offset its first byte in there
 * @param bytes its length
 * @param effect what is done with it
 * @param density which part of its pages is touched, above 0 and at most 1, spread evenly
 */
public record Touch(int region, long offset, long bytes, Effect effect, double density) {

  /** Checks the density. */
  public Touch {
    if (!(density > 0 && density <= 1)) {
      throw new IllegalArgumentException("density " + density + ": must be above 0 and at most 1");
    }
  }

  /** The offset behind its last byte. */
  public long end() {
    return offset + bytes;
  }
}
