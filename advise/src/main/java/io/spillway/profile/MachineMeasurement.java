package io.spillway.profile;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.AllocationException;
import io.spillway.allocate.Placement;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.Location;
import io.spillway.driver.ManagedMemoryLimitException;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;

/**
 * What moving managed memory costs on this machine, measured in a fraction of a second: moves,
 * drops and advice on 64 MiB, by hints of a session of its own. Rates that only a kernel could
 * measure are left unknown.
 */
final class MachineMeasurement {

  /** 64 MiB: the smallest piece at which one thread gets the full rate (an H200). */
  static final long BYTES = 64 * ByteSize.MIB;

  /** The best of three, since the first moves of a process are slow. */
  private static final int REPETITIONS = 3;

  private static final double NANOS_PER_SECOND = 1e9;

  private final UnifiedMemoryDriver driver;
  private final Spillway session;

  private MachineMeasurement(UnifiedMemoryDriver driver, Spillway session) {
    this.driver = driver;
    this.session = session;
  }

  /** What is known without measuring. */
  static MachineFigures unmeasured(DeviceInfo device, long budgetBytes) {
    return figures(device, budgetBytes, 0, 0, 0, 0, 0);
  }

  /**
   * Measures.
   *
   * @throws AllocationException if there is no memory to measure with
   * @throws ManagedMemoryLimitException the same, on a shared card
   * @throws DriverException if the driver fails
   */
  static MachineFigures take(UnifiedMemoryDriver driver, long budgetBytes) {
    SpillwayConfig config = SpillwayConfig.builder().driver(driver).plugins(List.of()).build();
    try (Spillway session = Spillway.open(config);
        Allocation moved = session.allocate(BYTES, Placement.MANAGED, "profile");
        Allocation born = session.allocate(BYTES, Placement.MANAGED, "profile")) {
      return new MachineMeasurement(driver, session)
          .measure(moved.range(), born.range(), budgetBytes);
    }
  }

  private MachineFigures measure(AddressRange moved, AddressRange born, long budgetBytes) {
    driver.hostView(moved).fill((byte) 1);
    double toDevice = 0;
    double toHost = 0;
    for (int i = 0; i < REPETITIONS; i++) {
      toDevice = Math.max(toDevice, rate(new Hint.Fetch(moved)));
      toHost = Math.max(toHost, rate(new Hint.WriteBack(moved)));
    }
    rate(new Hint.Fetch(born)); // its pages come to be on the device
    double firstWriteBack = rate(new Hint.WriteBack(born));
    driver.hostView(moved).fill((byte) 1); // maps it there, which makes the advice dear
    rate(new Hint.Prefer(moved, Location.HOST));
    double readMostly = rate(new Hint.ReadMostly(moved));
    rate(new Hint.Fetch(moved));
    double drop = rate(new Hint.Drop(moved));
    return figures(
        driver.device(), budgetBytes, toDevice, toHost, firstWriteBack, drop, readMostly);
  }

  /** Bytes per second, waited for; 0 if the driver refuses. */
  private double rate(Hint hint) {
    driver.synchronize(StreamHandle.DEFAULT);
    long begun = driver.clock().nanoTime();
    boolean complete = session.apply(Plan.of(hint)).complete();
    driver.synchronize(StreamHandle.DEFAULT);
    long nanos = Math.max(1, driver.clock().nanoTime() - begun);
    return complete ? hint.range().bytes() * NANOS_PER_SECOND / nanos : 0;
  }

  private static MachineFigures figures(
      DeviceInfo device,
      long budgetBytes,
      double toDevice,
      double toHost,
      double firstWriteBack,
      double drop,
      double readMostlySet) {
    return new MachineFigures(
        device.deviceName(),
        device.simulated(),
        device.totalBytes(),
        budgetBytes,
        toDevice,
        toHost,
        firstWriteBack,
        0,
        0,
        0,
        drop,
        0,
        readMostlySet,
        0);
  }
}
