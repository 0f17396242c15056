package io.spillway.predict;

import io.spillway.access.AccessKind;
import java.util.Arrays;

/**
 * The distinct launches seen so far, numbered from 0 on.
 *
 * <p>A launch is known by its site and by where the ranges it touches start; not by its ordinal,
 * which numbers intercepted launches without end, nor by the ranges' lengths, so that one which
 * grows, such as a cache of a conversation, stays the same launch. What is remembered of it is what
 * it touched last. Not thread-safe.
 */
public final class LaunchTable {

  private static final int FIRST_LAUNCHES = 16;

  /**
   * How much of an estimate one more measurement replaces: an eighth, as TCP does with round trips
   * (RFC 6298), so that one slow launch does not count for long.
   */
  private static final float NEW_PART = 1f / 8;

  private final LongIntTable numbers = new LongIntTable();
  private int launches;
  private int[] first = new int[FIRST_LAUNCHES + 1];
  private float[] nanos = new float[FIRST_LAUNCHES];
  private long[] sites = new long[FIRST_LAUNCHES];
  private int[] versions = new int[FIRST_LAUNCHES];
  private long[] addresses = new long[FIRST_LAUNCHES];
  private long[] bytes = new long[FIRST_LAUNCHES];
  private AccessKind[] kinds = new AccessKind[FIRST_LAUNCHES];

  /** None is known. */
  public LaunchTable() {}

  /** The number of a launch, a new one if it was never seen; remembers what it touches now. */
  public int intern(Touches launch) {
    long key = Mixing.mix(launch.site(), launch.count());
    for (int i = 0; i < launch.count(); i++) {
      key = Mixing.mix(key, launch.address(i));
    }
    int number = numbers.get(key);
    if (number == LongIntTable.NONE) {
      number = add(launch);
      numbers.put(key, number);
    } else {
      update(number, launch);
    }
    return number;
  }

  private int add(Touches launch) {
    if (launches == nanos.length) {
      first = Arrays.copyOf(first, 2 * launches + 1);
      nanos = Arrays.copyOf(nanos, 2 * launches);
      sites = Arrays.copyOf(sites, 2 * launches);
      versions = Arrays.copyOf(versions, 2 * launches);
    }
    int from = first[launches];
    int needed = from + launch.count();
    if (needed > addresses.length) {
      int room = Math.max(needed, 2 * addresses.length);
      addresses = Arrays.copyOf(addresses, room);
      bytes = Arrays.copyOf(bytes, room);
      kinds = Arrays.copyOf(kinds, room);
    }
    for (int i = 0; i < launch.count(); i++) {
      addresses[from + i] = launch.address(i);
      bytes[from + i] = launch.bytes(i);
      kinds[from + i] = launch.kind(i);
    }
    first[launches + 1] = needed;
    sites[launches] = launch.site();
    return launches++;
  }

  private void update(int number, Touches launch) {
    int from = first[number];
    for (int i = 0; i < launch.count(); i++) {
      AccessKind kind = launch.kind(i);
      if (bytes[from + i] != launch.bytes(i) || kinds[from + i] != kind) {
        bytes[from + i] = launch.bytes(i);
        kinds[from + i] = kind;
        versions[number]++;
      }
    }
  }

  /** How many distinct launches there are. */
  public int size() {
    return launches;
  }

  /** The hash of a launch's site. */
  public long site(int launch) {
    return sites[launch];
  }

  /** How many ranges a launch touches. */
  public int count(int launch) {
    return first[launch + 1] - first[launch];
  }

  /** Where range {@code i} of a launch starts. */
  public long address(int launch, int i) {
    return addresses[first[launch] + i];
  }

  /** How long range {@code i} of a launch was when it was last seen. */
  public long bytes(int launch, int i) {
    return bytes[first[launch] + i];
  }

  /** How a launch touched its range {@code i} when it was last seen. */
  public AccessKind kind(int launch, int i) {
    return kinds[first[launch] + i];
  }

  /** Rises whenever what a launch touches changes. */
  public int version(int launch) {
    return versions[launch];
  }

  /** A launch took that long on the device. */
  public void took(int launch, long nanoseconds) {
    nanos[launch] =
        nanos[launch] == 0 ? nanoseconds : nanos[launch] + NEW_PART * (nanoseconds - nanos[launch]);
  }

  /** How long a launch takes on the device, in nanoseconds; 0 if it was never measured. */
  public float nanos(int launch) {
    return nanos[launch];
  }
}
