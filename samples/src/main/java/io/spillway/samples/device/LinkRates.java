package io.spillway.samples.device;

import io.spillway.allocate.HostMemoryReservation;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;

/**
 * How fast pinned copies cross the link, the most that any way to move data can reach.
 *
 * @param inGBps to the device, in 10^9 bytes a second
 * @param outGBps to the host
 */
public record LinkRates(double inGBps, double outGBps) {

  private static final int REPETITIONS = 3;

  /** Measures with copies of so many bytes, the best of three. */
  public static LinkRates measure(Machine machine, long bytes) {
    UnifiedMemoryDriver driver = machine.driver();
    StreamHandle stream = driver.createStream();
    AddressRange device = driver.allocateDevice(bytes);
    AddressRange pinned;
    try (HostMemoryReservation _ = machine.hostMemory().reserve(bytes, "pinned buffer")) {
      pinned = driver.allocatePinned(bytes);
    }
    double in = best(driver, stream, device, pinned);
    double out = best(driver, stream, pinned, device);
    driver.free(pinned);
    driver.free(device);
    driver.destroyStream(stream);
    return new LinkRates(in, out);
  }

  private static double best(
      UnifiedMemoryDriver driver, StreamHandle stream, AddressRange to, AddressRange from) {
    double best = 0;
    for (int i = 0; i < REPETITIONS; i++) {
      driver.synchronize(stream);
      long start = driver.clock().nanoTime();
      driver.copy(to, from.address(), stream);
      driver.synchronize(stream);
      best = Math.max(best, (double) to.bytes() / (driver.clock().nanoTime() - start));
    }
    return best;
  }
}
