package io.spillway.benchmarks.compare.g10;

/**
 * The artifact's constants: {@code genconfigs.py} defaults, as in the {@code constants} of the
 * reference results.
 *
 * @param gpuBytes device memory
 * @param hostBytes host memory that pages may be evicted to
 * @param weightsOnSsd whether weights start on the SSD, rather than on the host
 */
public record G10Machine(long gpuBytes, long hostBytes, boolean weightsOnSsd) {

  /** Bytes per page. */
  public static final int PAGE_BYTES = 4096;

  /** Cycles per second of the artifact's clock. */
  public static final double CLOCK_HZ = 1.2e9;

  /** Bytes per second between GPU and host, each way. */
  public static final double LINK_BYTES_PER_SECOND = 15.754e9;

  /** Bytes per second of the SSD, inside the same link. */
  public static final double SSD_BYTES_PER_SECOND = 3.2e9;

  /** Cycles between transfer ticks: 50 pages at the link's speed, truncated. */
  public static final long TICK_CYCLES = 15_599;

  /** Pages per tick, each way. */
  public static final int TICK_PAGES = 50;

  /** Of those, pages to or from the SSD. */
  public static final int TICK_SSD_PAGES = 10;

  /** Pages per tick that can be allocated: 15,599 cycles at 4 cycles a page. */
  public static final int TICK_ALLOCATIONS = 3_899;

  /** How many kernels ahead DeepUM+ prefetches. */
  public static final int DEEPUM_DEGREE = 8;

  private static final long GIB = 1L << 30;

  /** An A100 with 40 GiB and a host with 128 GiB and an SSD: what was published. */
  public static G10Machine published() {
    return new G10Machine(40 * GIB, 128 * GIB, true);
  }

  /** The same GPU with a host that holds everything, and no SSD. */
  public static G10Machine hostOnly() {
    return new G10Machine(40 * GIB, 4096 * GIB, false);
  }

  /** The same machine with another size of device memory. */
  public G10Machine withGpuBytes(long bytes) {
    return new G10Machine(bytes, hostBytes, weightsOnSsd);
  }

  /** Whole pages of device memory. */
  int gpuPages() {
    return Math.toIntExact(gpuBytes / PAGE_BYTES);
  }

  /** Whole pages of host memory. */
  long hostPages() {
    return hostBytes / PAGE_BYTES;
  }

  /** Seconds of {@code cycles}. */
  static double seconds(long cycles) {
    return cycles / CLOCK_HZ;
  }
}
