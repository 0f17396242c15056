package io.spillway.benchmarks.compare.g10;

import java.util.Arrays;

/**
 * How much of the link and of the SSD inside it the schedule has promised away, kernel by kernel,
 * in one direction.
 */
final class TransferForecast {

  private final double[] linkCapacity;
  private final double[] ssdCapacity;
  private final double[] link;
  private final double[] ssd;
  private final boolean[] linkFull;
  private final boolean[] ssdFull;

  /**
   * Nothing promised.
   *
   * @param micros each kernel's own time, in microseconds
   * @param linkRate bytes per microsecond of the link
   * @param ssdRate bytes per microsecond of the SSD
   */
  TransferForecast(double[] micros, double linkRate, double ssdRate) {
    linkCapacity = Arrays.stream(micros).map(time -> time * linkRate).toArray();
    ssdCapacity = Arrays.stream(micros).map(time -> time * ssdRate).toArray();
    link = new double[micros.length];
    ssd = new double[micros.length];
    linkFull = new boolean[micros.length];
    ssdFull = new boolean[micros.length];
  }

  private double left(boolean toSsd, int kernel) {
    if (toSsd) {
      return ssdFull[kernel] ? 0 : ssdCapacity[kernel] - ssd[kernel];
    }
    return linkFull[kernel] ? 0 : linkCapacity[kernel] - link[kernel];
  }

  /** The kernel in which {@code bytes} have gone, if they start with kernel {@code start}. */
  int finish(boolean toSsd, double bytes, int start) {
    double rest = bytes;
    int kernel = start;
    while (true) {
      rest -= left(toSsd, kernel);
      if (rest <= 0 || kernel == link.length - 1) {
        return kernel;
      }
      kernel++;
    }
  }

  /** The kernel with which {@code bytes} have to start to be there before {@code needed}. */
  int start(boolean fromSsd, double bytes, int needed) {
    double rest = bytes;
    int kernel = Math.max(0, needed - 1);
    while (true) {
      rest -= left(fromSsd, kernel);
      if (rest <= 0 || kernel == 0) {
        return kernel;
      }
      kernel--;
    }
  }

  /** Whether the SSD has anything left in the kernels from {@code start} to before {@code end}. */
  boolean ssdHasRoom(int start, int end) {
    for (int kernel = start; kernel < end; kernel++) {
      if (!ssdFull[kernel]) {
        return true;
      }
    }
    return false;
  }

  /** Promises {@code bytes}, from kernel {@code start} on. */
  void promise(boolean toSsd, double bytes, int start) {
    double rest = bytes;
    for (int kernel = start; kernel < link.length && rest > 0; kernel++) {
      rest = toSsd ? promiseSsd(kernel, rest) : promiseLink(kernel, rest);
    }
  }

  private double promiseSsd(int kernel, double bytes) {
    if (ssdFull[kernel]) {
      return bytes;
    }
    double room = ssdCapacity[kernel] - ssd[kernel];
    double taken = Math.min(room, bytes);
    ssdFull[kernel] = bytes > room;
    ssd[kernel] += taken;
    link[kernel] += taken;
    linkFull[kernel] |= link[kernel] >= linkCapacity[kernel];
    return bytes > room ? bytes - room : 0;
  }

  private double promiseLink(int kernel, double bytes) {
    if (linkFull[kernel]) {
      return bytes;
    }
    double room = linkCapacity[kernel] - link[kernel];
    if (bytes > room) {
      link[kernel] = linkCapacity[kernel];
      linkFull[kernel] = true;
      ssd[kernel] = ssdCapacity[kernel];
      ssdFull[kernel] = true;
      return bytes - room;
    }
    link[kernel] += bytes;
    double beside = linkCapacity[kernel] - ssdCapacity[kernel];
    if (link[kernel] >= beside) {
      ssd[kernel] += link[kernel] - beside;
      if (ssd[kernel] >= ssdCapacity[kernel]) {
        ssd[kernel] = ssdCapacity[kernel];
        ssdFull[kernel] = true;
      }
    }
    return 0;
  }
}
