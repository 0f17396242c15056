package io.spillway.evict;

/**
 * What moving a byte costs, in nanoseconds, as measured on the machine or on one like it.
 *
 * @param fetch to the device, in large pieces
 * @param fault to the device, by page faults
 * @param writeBack to the host
 * @param drop freeing a device copy of read-mostly data
 * @param inPlace reading or writing on the host, from a kernel
 * @param writeBackBeside to the host by contexts of their own, beside fetches; 0 where there are
 *     none, and data is written back in turn with fetches
 */
public record Prices(
    double fetch,
    double fault,
    double writeBack,
    double drop,
    double inPlace,
    double writeBackBeside) {

  /**
   * An H200 on PCIe 5.0 x16 (measurements h200): {@code prefetch.h2d} 50.6 GB/s, {@code fault.h2d}
   * 11.9 GB/s, {@code prefetch.d2h} 12 GB/s, {@code readmostly.drop} 700 GB/s; {@code
   * zerocopy.managed} 51.2 GB/s, and 52.5 GB/s writing (the doctor's {@code
   * zerocopy.managed.write}). Other cards differ in scale more than in proportion, and choices
   * depend on proportions.
   */
  public static final Prices H200 = new Prices(1 / 50.6, 1 / 11.9, 1 / 12.0, 1 / 700.0, 1 / 51.2);

  /**
   * The same where two contexts more write back, each by a thread of its own: 15.6 GB/s beside
   * fetches (docs/moving.md).
   */
  public static final Prices H200_BESIDE = H200.withWriteBackBeside(1 / 15.6);

  /**
   * How much less two contexts write back while a kernel accesses memory in place: 9.7 of 16.9 GB/s
   * (docs/moving.md).
   */
  public static final double LOST_IN_PLACE = 1 - 9.7 / 16.9;

  /**
   * Writing in place what has never been on the host, whose pages have to be made first: 4 GB/s,
   * the doctor's {@code zerocopy.managed.first}.
   */
  public static final double FIRST_IN_PLACE = 1 / 4.0;

  /** Reading on the device: the H200's {@code device.read}, 4470 GB/s. */
  public static final double ON_DEVICE = 1 / 4470.0;

  /** Telling the driver to access memory in place, or no longer: 26 to 32 GB/s on the H200. */
  public static final double ADVISE = 1 / 29.0;

  /** Prices where data is written back in turn with fetches. */
  public Prices(double fetch, double fault, double writeBack, double drop, double inPlace) {
    this(fetch, fault, writeBack, drop, inPlace, 0);
  }

  private Prices withWriteBackBeside(double nanos) {
    return new Prices(fetch, fault, writeBack, drop, inPlace, nanos);
  }

  /** The same, as if nothing else were to be written back but beside fetches. */
  public Prices asBeside() {
    return new Prices(fetch, fault, writeBackBeside, drop, inPlace, writeBackBeside);
  }

  /** The same, as if data were written back in turn with fetches. */
  public Prices inTurn() {
    return withWriteBackBeside(0);
  }

  /** Whether data is written back beside fetches. */
  public boolean beside() {
    return writeBackBeside > 0;
  }

  /** Refuses prices that are not above zero. */
  public Prices {
    if (!(fetch > 0 && fault > 0 && writeBack > 0 && drop > 0 && inPlace > 0)) {
      throw new IllegalArgumentException(
          "prices %s, %s, %s, %s, %s ns a byte: each must be above 0"
              .formatted(fetch, fault, writeBack, drop, inPlace));
    }
  }

  /** What it costs to bring a byte in after another was written back. */
  public double comeAndGo() {
    return fetch + writeBack;
  }

  /** What it costs that a piece comes by page faults and goes again, per byte. */
  public double faultAndGo(Piece piece) {
    return fault + (piece.droppable() ? drop : writeBack);
  }

  /** What it costs that a piece leaves and comes back, per byte. */
  public double away(Piece piece) {
    return fetch + (piece.droppable() ? drop : writeBack);
  }
}
