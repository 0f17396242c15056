package io.spillway.dropin;

/** Pitched memory: rows with a gap after each. */
public final class Pitch {

  private Pitch() {}

  /**
   * The size of pitched memory.
   *
   * @param pitch one element, bytes from row to row
   */
  public static long bytes(long[] pitch, long height) {
    return extent(pitch[0], pitch[0], height);
  }

  /**
   * From the first byte of the first row to the last of the last; 0 if there is none.
   *
   * @param pitch bytes from row to row
   * @param width bytes in a row
   * @param height rows
   */
  public static long extent(long pitch, long width, long height) {
    return width <= 0 || height <= 0 ? 0 : Math.max(pitch, width) * (height - 1) + width;
  }
}
