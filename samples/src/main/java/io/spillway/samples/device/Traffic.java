package io.spillway.samples.device;

/**
 * Bytes that crossed the link.
 *
 * @param bytesIn host to device
 * @param bytesOut device to host
 */
public record Traffic(long bytesIn, long bytesOut) {

  /** No bytes. */
  public static final Traffic NONE = new Traffic(0, 0);

  /** What was added since {@code earlier}. */
  public Traffic since(Traffic earlier) {
    return new Traffic(bytesIn - earlier.bytesIn, bytesOut - earlier.bytesOut);
  }
}
