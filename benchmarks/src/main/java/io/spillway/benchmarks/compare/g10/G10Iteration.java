package io.spillway.benchmarks.compare.g10;

/**
 * What one simulated iteration took.
 *
 * @param cycles of the 1.2 GHz clock
 * @param stallCycles of them, beyond the kernels' own time
 * @param hostBytesIn from host to GPU
 * @param ssdBytesIn from SSD to GPU
 * @param hostBytesOut from GPU to host
 * @param ssdBytesOut from GPU to SSD
 * @param faultedHostPages missing pages that were on the host
 * @param faultedSsdPages missing pages that were on the SSD
 * @param firstTouchPages missing pages that had no contents
 */
public record G10Iteration(
    long cycles,
    long stallCycles,
    long hostBytesIn,
    long ssdBytesIn,
    long hostBytesOut,
    long ssdBytesOut,
    long faultedHostPages,
    long faultedSsdPages,
    long firstTouchPages) {

  /** Seconds it took. */
  public double seconds() {
    return G10Machine.seconds(cycles);
  }

  /** Seconds beyond the kernels' own time. */
  public double stallSeconds() {
    return G10Machine.seconds(stallCycles);
  }

  /** All bytes to the GPU. */
  public long bytesIn() {
    return hostBytesIn + ssdBytesIn;
  }

  /** All bytes from the GPU. */
  public long bytesOut() {
    return hostBytesOut + ssdBytesOut;
  }
}
