package io.spillway.driver;

/**
 * A CUDA stream.
 *
 * @param value the driver's {@code CUstream}, 0 for the legacy default stream
 */
public record StreamHandle(long value) {
  /** The legacy default stream. */
  public static final StreamHandle DEFAULT = new StreamHandle(0);
}
