package io.spillway.predict;

import java.util.Arrays;

/**
 * Launches of one site that walk through memory in equal steps, such as the layers of one
 * allocation: known before the first lap is over. Not thread-safe.
 */
public final class StrideTable {

  private final LongIntTable numbers = new LongIntTable();
  private long[] lastAddress = new long[0];
  private long[] stride = new long[0];
  private int[] repeats = new int[0];
  private int size;

  /** Nothing has been seen. */
  public StrideTable() {}

  /**
   * The next launch. All its ranges that move have to go on as they did for the site to repeat.
   *
   * @return how often in a row it went on as before; 0 if not
   */
  public int observe(Touches launch) {
    int least = Integer.MAX_VALUE;
    boolean moves = false;
    for (int i = 0; i < launch.count(); i++) {
      int entry = entry(launch.site(), i);
      long step = launch.address(i) - lastAddress[entry];
      repeats[entry] = step == stride[entry] ? repeats[entry] + 1 : 0;
      stride[entry] = step;
      lastAddress[entry] = launch.address(i);
      moves |= step != 0;
      least = Math.min(least, repeats[entry]);
    }
    return moves ? least : 0;
  }

  /** By how much range {@code i} of the site's launches moves from one to the next, in bytes. */
  public long stride(long site, int i) {
    return stride[entry(site, i)];
  }

  private int entry(long site, int i) {
    long key = Mixing.mix(site, i);
    int entry = numbers.get(key);
    if (entry == LongIntTable.NONE) {
      entry = size++;
      numbers.put(key, entry);
      if (entry == stride.length) {
        int room = Math.max(FIRST_SITES, 2 * entry);
        lastAddress = Arrays.copyOf(lastAddress, room);
        stride = Arrays.copyOf(stride, room);
        repeats = Arrays.copyOf(repeats, room);
      }
    }
    return entry;
  }

  private static final int FIRST_SITES = 16;
}
