package io.spillway.benchmarks.compare;

import java.util.List;
import java.util.Optional;

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
 * @param steady the trace's steady laps; empty if it has none
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
    List<Cause> causes,
    Optional<Steady> steady) {

  /** Copies the list. */
  public Row {
    causes = List.copyOf(causes);
  }

  /** How near to the bound: 1 is as fast as possible. */
  public double fractionOfBound() {
    return seconds > 0 ? boundSeconds / seconds : 1;
  }

  /**
   * What a lap takes once whoever learns has had time to: the means of the steady laps.
   *
   * @param laps how many they are
   * @param seconds of a lap
   * @param boundSeconds the least time any policy could take, whatever it did before
   * @param oracleSeconds what the oracle takes
   * @param bytesIn bytes to the device
   * @param bytesOut bytes from the device
   */
  public record Steady(
      int laps,
      double seconds,
      double boundSeconds,
      double oracleSeconds,
      long bytesIn,
      long bytesOut) {

    /** How near to the bound: 1 is as fast as possible. */
    public double fractionOfBound() {
      return seconds > 0 ? boundSeconds / seconds : 1;
    }

    /** How near to the oracle, which some pass, since it works only one launch ahead. */
    public double fractionOfOracle() {
      return seconds > 0 ? oracleSeconds / seconds : 1;
    }
  }

  /**
   * Bytes that moved for one reason.
   *
   * @param name the reason
   * @param bytes how many
   */
  public record Cause(String name, long bytes) {}
}
