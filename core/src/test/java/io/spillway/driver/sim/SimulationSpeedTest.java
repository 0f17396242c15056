package io.spillway.driver.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ten million accesses, most of them hits, some of them faults with eviction, in seconds. */
class SimulationSpeedTest {

  @Test
  void tenMillionAccessesTakeUnderTwentySeconds() {
    SimulatedDriver driver =
        SimulatedDriver.builder(GpuModel.h200()).deviceBytes(8 * ByteSize.GIB).open();
    AddressRange range = driver.allocateManaged(16 * ByteSize.GIB);
    driver.hostTouch(range, TouchKind.WRITE);
    int blocks = (int) (range.bytes() / Blocks.BYTES);
    Random random = new Random(5);
    // The thread's own time, so that a busy machine does not fail the test.
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < 10_000_000; i++) {
      // 19 of 20 in the fourth that is hot, the others anywhere.
      boolean hot = random.nextInt(20) != 0;
      long block = random.nextInt(hot ? blocks / 4 : blocks);
      Access access = Access.read(range.slice(block * Blocks.BYTES, Blocks.BYTES));
      driver.launch(SimulatedKernel.of("access", access), StreamHandle.DEFAULT);
    }
    double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
    System.getLogger(SimulationSpeedTest.class.getName())
        .log(System.Logger.Level.INFO, "10 million accesses in {0} s", seconds);
    assertTrue(seconds < 20, () -> seconds + " s");
    assertTrue(driver.counters().evictions() > 0);
  }
}
