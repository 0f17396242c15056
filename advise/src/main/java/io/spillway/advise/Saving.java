package io.spillway.advise;

/**
 * What a hint is expected to save over a run like the recorded one; negative where it costs.
 *
 * @param seconds time
 * @param bytesToDevice bytes that need not cross the link to the device
 * @param bytesToHost bytes that need not cross the link to the host
 */
public record Saving(double seconds, long bytesToDevice, long bytesToHost) {

  /** Nothing. */
  public static final Saving NONE = new Saving(0, 0, 0);

  /** Both together. */
  public Saving plus(Saving other) {
    return new Saving(
        seconds + other.seconds,
        bytesToDevice + other.bytesToDevice,
        bytesToHost + other.bytesToHost);
  }
}
