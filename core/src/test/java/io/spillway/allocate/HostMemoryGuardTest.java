package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.range.ByteSize;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryGuardTest {

  private static final long MIB = ByteSize.MIB;
  private static final long GIB = ByteSize.GIB;

  @TempDir Path directory;
  private FakeHost host;

  @BeforeEach
  void machine() {
    host = new FakeHost(directory).memory(65_536, 40_960);
  }

  private static String refusal(HostMemoryGuard guard, long bytes, String label) {
    return assertThrows(HostMemoryExhaustedException.class, () -> guard.reserve(bytes, label))
        .getMessage();
  }

  @Test
  void withoutCgroupsMeminfoDecides() {
    assertEquals(
        new HostMemoryReading(64 * GIB, 40 * GIB, "MemAvailable in /proc/meminfo", List.of()),
        host.guard().read());
  }

  @Test
  void oldKernelsHaveFreeMemoryOnly() {
    host.write("/proc/meminfo", "MemTotal: 4096 kB\nMemFree: 2048 kB\n");
    assertEquals(
        new HostMemoryReading(4 * MIB, 2 * MIB, "MemFree in /proc/meminfo", List.of()),
        host.guard().read());
  }

  @Test
  void theLowestOfNestedUnifiedLimitsDecides() {
    host.unified("/app/job")
        .write("/sys/fs/cgroup/app/job/memory.max", "max\n")
        .write("/sys/fs/cgroup/app/job/memory.high", "max\n")
        .write("/sys/fs/cgroup/app/job/memory.current", "" + GIB)
        .write("/sys/fs/cgroup/app/memory.max", 16 * GIB + "\n")
        .write("/sys/fs/cgroup/app/memory.high", "max\n")
        .write("/sys/fs/cgroup/app/memory.current", 6 * GIB + "\n");
    assertEquals(
        new HostMemoryReading(16 * GIB, 10 * GIB, "/sys/fs/cgroup/app/memory.max", List.of()),
        host.guard().read());
  }

  @Test
  void theThrottlingLimitCountsAsALimit() {
    host.unified("/app")
        .write("/sys/fs/cgroup/app/memory.max", 16 * GIB + "\n")
        .write("/sys/fs/cgroup/app/memory.high", 8 * GIB + "\n")
        .write("/sys/fs/cgroup/app/memory.current", 6 * GIB + "\n");
    assertEquals(
        new HostMemoryReading(8 * GIB, 2 * GIB, "/sys/fs/cgroup/app/memory.high", List.of()),
        host.guard().read());
  }

  @Test
  void inactiveFileCacheCountsAsFree() {
    host.unified("/app")
        .write("/sys/fs/cgroup/app/memory.max", 16 * GIB + "\n")
        .write("/sys/fs/cgroup/app/memory.current", 6 * GIB + "\n")
        .write(
            "/sys/fs/cgroup/app/memory.stat",
            "anon 5\nactive_file %d\ninactive_file %d\n".formatted(GIB, 4 * GIB));
    assertEquals(14 * GIB, host.guard().read().availableBytes());
  }

  @Test
  void usageAboveTheLimitLeavesNothing() {
    host.unified("/app")
        .write("/sys/fs/cgroup/app/memory.high", 4 * GIB + "\n")
        .write("/sys/fs/cgroup/app/memory.current", 5 * GIB + "\n");
    assertEquals(-GIB, host.guard().read().availableBytes());
    assertEquals(0, host.guard().grantableBytes());
  }

  @Test
  void legacyLimitsAreRead() {
    host.write("/proc/self/mountinfo", FakeHost.V1_MOUNT)
        .write("/proc/self/cgroup", "9:name=systemd:/x\n4:memory:/docker/abc\n1:cpu:/y\n")
        .write("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", 8 * GIB + "\n")
        .write("/sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", 5 * GIB + "\n")
        .write(
            "/sys/fs/cgroup/memory/docker/abc/memory.stat",
            "inactive_file 1\ntotal_inactive_file %d\n".formatted(2 * GIB))
        .write("/sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "9223372036854771712\n")
        .write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertEquals(
        new HostMemoryReading(
            8 * GIB, 5 * GIB, "/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", List.of()),
        host.guard().read());
  }

  @Test
  void theLegacyKernelMemoryLimitCounts() {
    host.write("/proc/self/mountinfo", FakeHost.V1_MOUNT)
        .write("/proc/self/cgroup", "4:memory:/abc\n")
        .write("/sys/fs/cgroup/memory/abc/memory.kmem.limit_in_bytes", 2 * GIB + "\n")
        .write("/sys/fs/cgroup/memory/abc/memory.kmem.usage_in_bytes", GIB + "\n");
    assertEquals(
        new HostMemoryReading(
            2 * GIB, GIB, "/sys/fs/cgroup/memory/abc/memory.kmem.limit_in_bytes", List.of()),
        host.guard().read());
  }

  @Test
  void hybridHostsHaveBoth() {
    host.write(
            "/proc/self/mountinfo",
            FakeHost.V1_MOUNT + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n")
        .write("/proc/self/cgroup", "4:cpu,memory:/a\n0::/b\n")
        .write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "" + 9 * GIB)
        .write("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "" + GIB)
        .write("/sys/fs/cgroup/unified/b/memory.max", "" + 7 * GIB)
        .write("/sys/fs/cgroup/unified/b/memory.current", "" + GIB);
    assertEquals(
        new HostMemoryReading(7 * GIB, 6 * GIB, "/sys/fs/cgroup/unified/b/memory.max", List.of()),
        host.guard().read());
  }

  @Test
  void aContainersMountIsTheTopOfItsTree() {
    host.write(
            "/proc/self/mountinfo", "30 23 0:27 /pods/p1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
        .write("/proc/self/cgroup", "0::/pods/p1/c1\n")
        .write("/sys/fs/cgroup/memory.max", "" + 9 * GIB)
        .write("/sys/fs/cgroup/memory.current", "" + GIB)
        .write("/sys/fs/cgroup/c1/memory.max", "" + 4 * GIB)
        .write("/sys/fs/cgroup/c1/memory.current", "" + GIB);
    assertEquals("/sys/fs/cgroup/c1/memory.max", host.guard().read().source());
    host.write("/proc/self/cgroup", "0::/../other\n");
    assertEquals("/sys/fs/cgroup/memory.max", host.guard().read().source());
    host.write("/proc/self/cgroup", "0::/pods/p1other\n");
    assertEquals("/sys/fs/cgroup/memory.max", host.guard().read().source());
  }

  @Test
  void aProcessThatIsMovedIsFollowed() {
    host.unified("/a")
        .write("/sys/fs/cgroup/a/memory.max", "" + 2 * GIB)
        .write("/sys/fs/cgroup/a/memory.current", "0")
        .write("/sys/fs/cgroup/b/memory.max", "" + GIB)
        .write("/sys/fs/cgroup/b/memory.current", "0");
    HostMemoryGuard guard = host.guard();
    assertEquals(2 * GIB, guard.read().availableBytes());
    host.write("/proc/self/cgroup", "0::/b\n");
    assertEquals(GIB, guard.read().availableBytes());
  }

  @Test
  void blanksInMountPointsAreUnescaped() {
    host.write("/proc/self/mountinfo", "30 23 0:27 / /my\\040groups rw - cgroup2 cgroup2 rw\n")
        .write("/proc/self/cgroup", "0::/a\n")
        .write("/my groups/a/memory.max", "" + GIB)
        .write("/my groups/a/memory.current", "0");
    assertEquals("/my groups/a/memory.max", host.guard().read().source());
  }

  @Test
  void malformedFilesAreNotCountedAndSaid() {
    host.unified("/app")
        .write("/sys/fs/cgroup/app/memory.max", "lots\n")
        .write("/sys/fs/cgroup/app/memory.high", 8 * GIB + "\n")
        .write("/sys/fs/cgroup/app/memory.current", "-3\n");
    assertEquals(
        new HostMemoryReading(
            8 * GIB,
            8 * GIB,
            "/sys/fs/cgroup/app/memory.high",
            List.of(
                "/sys/fs/cgroup/app/memory.max is not a number of bytes; that limit is not counted",
                "/sys/fs/cgroup/app/memory.current is not readable; its limit counts as wholly"
                    + " unused")),
        host.guard().read());
    host.write("/proc/self/cgroup", "nonsense\n\n::\n").write("/proc/self/mountinfo", "x - y\n -");
    assertEquals(40 * GIB, host.guard().read().availableBytes());
    host.write("/proc/meminfo", "MemTotal: many kB\nMemAvailable:\n");
    assertEquals(
        List.of("/proc/meminfo has no readable MemAvailable"), host.guard().read().notes());
  }

  @Test
  void machinesWithoutProcAskThePlatform() {
    HostMemoryGuard guard =
        new HostMemoryGuard(
            directory.resolve("none"),
            HostReserve.ofBytes(0),
            Long.MAX_VALUE,
            () -> new PlatformMemory(8 * GIB, 3 * GIB));
    assertEquals(
        new HostMemoryReading(8 * GIB, 3 * GIB, "free memory of OperatingSystemMXBean", List.of()),
        guard.read());
    PlatformMemory here = PlatformMemory.read();
    assertTrue(here.totalBytes() > 0 && here.freeBytes() > 0, here.toString());
  }

  @Test
  void anUnreadableMachinePromisesOnlyWhatItIsToldTo() {
    HostMemoryGuard guard = new FakeHost(directory.resolve("none")).guard();
    assertFalse(guard.read().known());
    assertEquals(
        "1 GiB of host memory refused: how much this machine has cannot be read (no /proc/meminfo,"
            + " and this Java runtime has no module jdk.management to ask instead); set the most to"
            + " promise yourself",
        refusal(guard, GIB, ""));
    HostMemoryGuard told =
        new HostMemoryGuard(
            directory.resolve("none"),
            HostReserve.STANDARD,
            2 * GIB,
            () -> new PlatformMemory(-1, -1));
    told.reserve(GIB, "");
    assertEquals(
        "2 GiB of host memory for 'x' refused: 1 GiB of the configured 2 GiB is already promised;"
            + " free allocations or raise the configured figure",
        refusal(told, 2 * GIB, "x"));
  }

  @Test
  void aCgroupLimitBelowTheRequestIsRefusedWithEveryFigure() {
    host.unified("/app")
        .write("/sys/fs/cgroup/app/memory.max", 16 * GIB + "\n")
        .write("/sys/fs/cgroup/app/memory.current", 6 * GIB + "\n");
    HostMemoryGuard guard = host.guard(HostReserve.STANDARD);
    guard.reserve(4 * GIB, "first");
    HostMemoryExhaustedException refusal =
        assertThrows(HostMemoryExhaustedException.class, () -> guard.reserve(48 * GIB, "weights"));
    assertEquals(
        "48 GiB of host memory for 'weights' refused: 10 GiB is available by"
            + " /sys/fs/cgroup/app/memory.max, of which 4 GiB is already promised and 1 GiB kept in"
            + " reserve; free allocations, give the program more memory, or lower the reserve",
        refusal.getMessage());
    assertEquals(48 * GIB, refusal.requestBytes());
    assertEquals(5 * GIB, refusal.availableBytes());
    assertEquals(4 * GIB, guard.promisedBytes());
    // Exactly what is left is granted, and no more.
    assertEquals(5 * GIB, guard.grantableBytes());
    guard.reserve(5 * GIB, "");
    refusal(guard, 1, "");
  }

  @Test
  void releasingEndsAPromiseOnce() {
    HostMemoryGuard guard = host.guard();
    HostMemoryReservation reservation = guard.reserve(40 * GIB, "all");
    assertEquals("all", reservation.label());
    assertEquals(0, guard.grantableBytes());
    reservation.release();
    reservation.close();
    assertEquals(0, guard.promisedBytes());
    assertEquals(40 * GIB, guard.grantableBytes());
  }

  @Test
  void touchedPagesCountTwiceUntilSettled() {
    HostMemoryGuard guard = host.guard();
    HostMemoryReservation reservation = guard.reserve(10 * GIB, "");
    host.memory(65_536, 30_720); // All ten were touched.
    assertEquals(20 * GIB, guard.grantableBytes());
    reservation.settle(10 * GIB);
    assertEquals(30 * GIB, guard.grantableBytes());
    assertEquals(10 * GIB, guard.promisedBytes());
    reservation.settle(4 * GIB);
    assertEquals(6 * GIB, guard.unsettledBytes());
    assertThrows(IllegalArgumentException.class, () -> reservation.settle(10 * GIB + 1));
    reservation.release();
    reservation.settle(1);
    assertEquals(0, guard.unsettledBytes());
    assertEquals(0, guard.promisedBytes());
  }

  @Test
  void theStandardReserveIsASixteenthWithinBounds() {
    assertEquals(4 * GIB, HostReserve.STANDARD.bytes(64 * GIB));
    assertEquals(GIB, HostReserve.STANDARD.bytes(8 * GIB));
    assertEquals(GIB / 2, HostReserve.STANDARD.bytes(2 * GIB));
    assertEquals(4 * GIB, host.guard(HostReserve.STANDARD).reserveBytes());
  }

  @Test
  void argumentsAreChecked() {
    assertEquals(
        "promise of 0 bytes: must be positive",
        assertThrows(IllegalArgumentException.class, () -> host.guard().reserve(0, ""))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> HostReserve.ofBytes(-1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HostMemoryGuard(directory, HostReserve.STANDARD, -1));
  }

  @Test
  void threadsTogetherGetNoMoreThanThereIs() throws Exception {
    HostMemoryGuard guard = host.guard();
    CountDownLatch start = new CountDownLatch(16);
    AtomicInteger granted = new AtomicInteger();
    try (ExecutorService executor = Executors.newFixedThreadPool(16)) {
      List<Future<Object>> all =
          IntStream.range(0, 16)
              .mapToObj(
                  i ->
                      executor.<Object>submit(
                          () -> {
                            start.countDown();
                            start.await();
                            for (int j = 0; j < 8; j++) {
                              try {
                                guard.reserve(GIB, "");
                                granted.incrementAndGet();
                              } catch (HostMemoryExhaustedException e) {
                                assertEquals(GIB, e.requestBytes());
                              }
                            }
                            return "done";
                          }))
              .toList();
      for (Future<Object> each : all) {
        each.get();
      }
    }
    assertEquals(40, granted.get());
    assertEquals(40 * GIB, guard.promisedBytes());
  }
}
