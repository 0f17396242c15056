package io.spillway.benchmarks.trace;

/**
 * One allocation of the traced program.
 *
 * @param id its number, from 0 in order
 * @param label what it is, the same from run to run
 * @param bytes its size, positive
 * @param filled whether the host has filled it before the first launch
 * @param readOnly whether no launch writes it
 */
public record Region(int id, String label, long bytes, boolean filled, boolean readOnly) {

  /** Checks the size. */
  public Region {
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "region '%s' of %d bytes: must have at least one".formatted(label, bytes));
    }
  }
}
