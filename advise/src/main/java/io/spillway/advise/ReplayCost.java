package io.spillway.advise;

/**
 * What a run like the recorded one costs on the simulator.
 *
 * @param seconds virtual time
 * @param bytesToDevice moved to the device
 * @param bytesToHost moved to the host
 * @param evictedBytes of these moved because the device was full
 * @param inPlaceBytes read or written across the link by kernels
 * @param faults device faults, raw entries
 */
public record ReplayCost(
    double seconds,
    long bytesToDevice,
    long bytesToHost,
    long evictedBytes,
    long inPlaceBytes,
    long faults) {

  /** What this saves against {@code other}; bytes read in place came to the device too. */
  Saving savesOver(ReplayCost other) {
    return new Saving(
        other.seconds - seconds,
        other.bytesToDevice + other.inPlaceBytes - bytesToDevice - inPlaceBytes,
        other.bytesToHost - bytesToHost);
  }
}
