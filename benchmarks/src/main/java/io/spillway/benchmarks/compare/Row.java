package io.spillway.benchmarks.compare;

import java.util.List;

/**
 * One line of a comparison.
 *
 * @param trace what was replayed
 * @param gpu on which GPU
 * @param rule by which hardware rule
 * @param ratio footprint / budget
 * @param policy who decided, or which bound this is
 * @param bound whether it is a bound rather than a policy
 * @param seconds how long it took
 * @param boundSeconds the least time any policy could take
 * @param bytesIn bytes to the device
 * @param bytesOut bytes from the device
 * @param stallSeconds of the seconds, those that would not be spent with everything resident
 * @param causes the bytes by cause
 */
public record Row(
    String trace,
    String gpu,
    Rule rule,
    double ratio,
    String policy,
    boolean bound,
    double seconds,
    double boundSeconds,
    long bytesIn,
    long bytesOut,
    double stallSeconds,
    List<Cause> causes) {

  /** Copies the list. */
  public Row {
    causes = List.copyOf(causes);
  }

  /** How near to the bound: 1 is as fast as possible. */
  public double fractionOfBound() {
    return seconds > 0 ? boundSeconds / seconds : 1;
  }

  /**
   * Bytes that moved for one reason.
   *
   * @param name the reason
   * @param bytes how many
   */
  public record Cause(String name, long bytes) {}
}
