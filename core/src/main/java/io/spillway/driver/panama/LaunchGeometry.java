package io.spillway.driver.panama;

/**
 * How many threads a launch has, and how they are grouped.
 *
 * @param gridX blocks along x
 * @param gridY blocks along y
 * @param gridZ blocks along z
 * @param blockX threads of a block along x
 * @param blockY threads of a block along y
 * @param blockZ threads of a block along z
 * @param sharedBytes dynamic shared memory per block, in bytes
 */
public record LaunchGeometry(
    int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes) {

  /** Refuses dimensions below one; the device's own limits are the driver's to check. */
  public LaunchGeometry {
    if (gridX < 1 || gridY < 1 || gridZ < 1 || blockX < 1 || blockY < 1 || blockZ < 1) {
      throw new IllegalArgumentException(
          "grid %d x %d x %d of blocks %d x %d x %d: every dimension must be at least 1"
              .formatted(gridX, gridY, gridZ, blockX, blockY, blockZ));
    }
    if (sharedBytes < 0) {
      throw new IllegalArgumentException(
          "shared memory of " + sharedBytes + " bytes: must not be negative");
    }
  }

  /** {@code blocks} blocks of {@code threads} threads, all along x, no dynamic shared memory. */
  public static LaunchGeometry linear(int blocks, int threads) {
    return new LaunchGeometry(blocks, 1, 1, threads, 1, 1, 0);
  }
}
