package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ten million accesses in under 20 seconds, whatever they touch, on one core and in little memory.
 *
 * <p>Times are the thread's own, so that a busy machine does not fail the test. {@code
 * -Dsimulation.accesses=10000000} runs every pattern at full length; otherwise only the first is.
 */
class SimulationSpeedTest {

  private static final long DEVICE_BYTES = 8 * ByteSize.GIB;
  private static final int BLOCKS = (int) (2 * DEVICE_BYTES / Blocks.BYTES);
  private static final double LEAST_PER_SECOND = 10_000_000 / 20.0;
  private static final long FULL_LENGTH = 10_000_000;

  /** Accesses after which the compiler has seen it all; it would weigh on a short run. */
  private static final long WARM_UP = 300_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What is touched of memory twice as large as the device. */
  private enum Pattern {
    /** One block each, 19 of 20 in the quarter that is hot. */
    MOSTLY_HITS {
      @Override
      AddressRange next(AddressRange range, Random random) {
        return block(range, random.nextInt(random.nextInt(20) == 0 ? BLOCKS : BLOCKS / 4));
      }
    },
    /** One block each, anywhere: half of them fault and evict. */
    ANYWHERE {
      @Override
      AddressRange next(AddressRange range, Random random) {
        return block(range, random.nextInt(BLOCKS));
      }
    },
    /** A part of a block each, anywhere. */
    PARTS {
      @Override
      AddressRange next(AddressRange range, Random random) {
        return block(range, random.nextInt(BLOCKS)).slice(random.nextInt(1 << 20), 500_000);
      }
    },
    /** 64 blocks each, in the quarter that is hot. */
    LARGE_HITS {
      @Override
      AddressRange next(AddressRange range, Random random) {
        return range.slice(random.nextInt(BLOCKS / 4) * Blocks.BYTES, 64 * Blocks.BYTES);
      }
    };

    abstract AddressRange next(AddressRange range, Random random);

    private static AddressRange block(AddressRange range, long index) {
      return range.slice(index * Blocks.BYTES, Blocks.BYTES);
    }
  }

  @ParameterizedTest
  @EnumSource(Pattern.class)
  void tenMillionAccessesTakeUnderTwentySeconds(Pattern pattern) {
    SimulatedDriver driver =
        SimulatedDriver.builder(GpuModel.h200()).deviceBytes(DEVICE_BYTES).open();
    AddressRange range = driver.allocateManaged(BLOCKS * Blocks.BYTES);
    driver.hostTouch(range, TouchKind.WRITE);
    Random random = new Random(5);
    long accesses =
        Long.getLong(
            "simulation.accesses", pattern == Pattern.MOSTLY_HITS ? FULL_LENGTH : FULL_LENGTH / 10);
    run(driver, pattern, range, random, WARM_UP);
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long start = threads.getCurrentThreadCpuTime();
    run(driver, pattern, range, random, accesses);
    double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
    allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    String report =
        String.format(
            Locale.ROOT,
            "%s: %,d accesses in %.2f s, %,.0f/s, %d bytes of garbage each, %,d evictions",
            pattern,
            accesses,
            seconds,
            accesses / seconds,
            allocated / accesses,
            driver.counters().evictions());
    System.getLogger(SimulationSpeedTest.class.getName()).log(System.Logger.Level.INFO, report);
    assertThat(accesses / seconds).as(report).isGreaterThan(LEAST_PER_SECOND);
    assertThat(driver.counters().evictions() > 0).isEqualTo(pattern != Pattern.LARGE_HITS);
  }

  private static void run(
      SimulatedDriver driver, Pattern pattern, AddressRange range, Random random, long accesses) {
    for (long i = 0; i < accesses; i++) {
      Access access = Access.read(pattern.next(range, random));
      driver.launch(SimulatedKernel.of("access", access), StreamHandle.DEFAULT);
    }
  }

  @Test
  void memoryOfATebibyteTakesMegabytes() {
    SimulatedDriver driver =
        SimulatedDriver.builder(GpuModel.h200()).hostBytes(2 * 1024 * ByteSize.GIB).open();
    long before = threads.getCurrentThreadAllocatedBytes();
    AddressRange range = driver.allocateManaged(1024 * ByteSize.GIB);
    driver.hostTouch(range, TouchKind.WRITE);
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    long perBlock = taken / Blocks.count(range.bytes());
    assertThat(perBlock).as("bytes per block of 2 MiB").isLessThan(256);
    driver.prefetch(range.slice(0, 64 * ByteSize.GIB), Location.device(0), StreamHandle.DEFAULT);
    assertThat(driver.residentBytes(range)).isEqualTo(64 * ByteSize.GIB);
  }
}
