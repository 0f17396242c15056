package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.driver.DriverException;
import io.spillway.driver.OutOfDeviceMemoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which memory a request gets, and what becomes of it where something fails. */
final class AllocatorTest extends AllocatorFixture {

  @Test
  void whatAMoverTakesAtOpeningIsNotManagedMemoryOnTheDevice() {
    Allocator allocator = allocator();
    driver.allocateDevice(GIB); // a context, say
    allocator.countOthers();

    allocator.allocate(managed(2 * GIB, "data"));

    assertEquals(0, allocator.memory().managedOnDeviceBytes());
    allocator.close();
  }

  @Test
  void whatFitsIsPlainAndWhatDoesNotIsManaged() {
    Allocator allocator = allocator();
    LiveAllocation fits = allocator.allocate(AllocationRequest.of(12 * GIB + 1, "fits"));
    LiveAllocation large = allocator.allocate(AllocationRequest.of(4 * GIB + 1, "large"));
    assertEquals(MemoryKind.DEVICE, fits.kind());
    assertEquals(12 * GIB + 1, fits.range().bytes());
    assertEquals(MemoryKind.MANAGED, large.kind());
    assertEquals(4 * GIB + 2 * MIB, large.range().bytes());
    assertEquals(4 * GIB + 1, large.requestedBytes());
    assertSame(large, allocator.ledger().find(large.range().address() + 4 * GIB));
    assertEquals(4 * GIB + 2 * MIB, guard.promisedBytes());
    AllocationStatistics statistics = allocator.statistics();
    assertEquals(
        new AllocationStatistics(
            1,
            1,
            0,
            0,
            1,
            4 * GIB + 1,
            0,
            0,
            0,
            0,
            12 * GIB + 1,
            4 * GIB + 2 * MIB,
            0,
            4 * GIB + 2 * MIB,
            12 * GIB),
        statistics);
    assertEquals((4 * GIB + 2.0 * MIB) / (12 * GIB), statistics.ratio());
    allocator.free(large.range().address());
    assertEquals(0, guard.promisedBytes());
    assertFalse(large.isLive());
    assertNull(allocator.ledger().find(large.range().address()));
  }

  @Test
  void explicitPlacementIsObeyedWhateverTheRule() {
    Allocator allocator =
        Allocator.builder(driver)
            .hostMemoryGuard(guard)
            .rule((request, memory) -> new Decision.Redirect("always"))
            .build();
    LiveAllocation plain =
        allocator.allocate(new AllocationRequest(GIB, Placement.DEVICE, "plain"));
    assertEquals(MemoryKind.DEVICE, plain.kind());
    assertEquals(MemoryKind.MANAGED, allocator.allocate(managed(1, "one")).kind());
    assertEquals(MemoryKind.MANAGED, allocator.allocate(AllocationRequest.of(1)).kind());
    assertEquals(1, allocator.statistics().redirects());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 47) + 1})
  void impossibleSizesAreRefused(long bytes) {
    Allocator allocator = allocator();
    String message =
        "allocation of %d bytes refused: a size must be from 1 to 140737488355328 bytes (128 TiB); pass the number of bytes, and check its computation for overflow"
            .formatted(bytes);
    for (Placement placement : Placement.values()) {
      InvalidSizeException refusal =
          assertThrows(
              InvalidSizeException.class,
              () -> allocator.allocate(new AllocationRequest(bytes, placement, "")));
      assertEquals(message, refusal.getMessage());
      assertEquals(bytes, refusal.bytes());
    }
    assertThrows(InvalidSizeException.class, () -> allocator.allocatePinned(bytes, ""));
    assertEquals(4, allocator.statistics().failures());
    assertEquals(0, driver.liveCount());
  }

  @Test
  void withoutConcurrentAccessNothingIsRedirected() {
    driver = FakeDriver.withoutConcurrentAccess(16 * GIB, "the driver is in WDDM mode");
    Allocator allocator = allocator();
    assertEquals("the driver is in WDDM mode", allocator.whyNotManaged().orElseThrow());
    // Beyond the headroom, but it fits.
    assertEquals(
        MemoryKind.DEVICE, allocator.allocate(AllocationRequest.of(16 * GIB - MIB)).kind());
    assertThrows(
        OutOfDeviceMemoryException.class, () -> allocator.allocate(AllocationRequest.of(2 * GIB)));
    ManagedMemoryUnavailableException refusal =
        assertThrows(
            ManagedMemoryUnavailableException.class, () -> allocator.allocate(managed(GIB, "")));
    assertEquals(
        "managed allocation of 1 GiB refused: the driver is in WDDM mode; use placement AUTO or"
            + " DEVICE on this device",
        refusal.getMessage());
    assertEquals("the driver is in WDDM mode", refusal.reason());
    assertEquals(0, guard.promisedBytes());
  }

  @Test
  void aFullDeviceRedirectsAfterAll() {
    Allocator allocator =
        Allocator.builder(driver)
            .hostMemoryGuard(guard)
            .rule((request, memory) -> Decision.ABSTAIN)
            .build();
    allocator.allocate(AllocationRequest.of(16 * GIB));
    LiveAllocation small = allocator.allocate(AllocationRequest.of(5));
    assertEquals(MemoryKind.MANAGED, small.kind());
    assertEquals(2 * MIB, small.range().bytes());
    assertEquals(1, allocator.statistics().outOfMemoryRedirects());
    assertEquals(0, allocator.statistics().redirects());
    assertEquals(5, allocator.statistics().redirectedBytes());
    OutOfDeviceMemoryException refusal =
        assertThrows(
            OutOfDeviceMemoryException.class,
            () -> allocator.allocate(new AllocationRequest(GIB, Placement.DEVICE, "")));
    assertEquals(
        "cuMemAlloc_v2 failed: CUDA_ERROR_OUT_OF_MEMORY (2), size 1073741824 (1 GiB)",
        refusal.getMessage());
  }

  @Test
  void aBudgetBeyondDeviceOrHostIsRefused() {
    host.memory(8 * 1024, 8 * 1024);
    Allocator.Builder builder = Allocator.builder(driver).hostMemoryGuard(guard);
    assertEquals(
        "device budget of 12 GiB: the host, which must hold what leaves the device, has 8 GiB; set"
            + " a budget of at most that",
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.budget(DeviceBudget.parse("12g")).build())
            .getMessage());
    assertEquals(
        "device budget of 17 GiB: the device has 16 GiB; set a budget of at least 2 MiB (one block)"
            + " and at most that",
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.budget(DeviceBudget.parse("17g")).build())
            .getMessage());
    assertEquals(8 * GIB, builder.budget(DeviceBudget.STANDARD).build().budgetBytes());
  }

  @Test
  void aDriverFailureLeavesEverythingAsItWas() {
    Allocator allocator = allocator();
    LiveAllocation kept = allocator.allocate(managed(4 * MIB, "kept"));
    long address = kept.range().address();

    driver.failNext("cuMemAllocManaged");
    assertThrows(DriverException.class, () -> allocator.allocate(managed(GIB, "")));
    driver.failNext("cuMemAlloc_v2");
    assertThrows(DriverException.class, () -> allocator.allocate(AllocationRequest.of(GIB)));
    driver.failNext("cuMemHostAlloc");
    assertThrows(DriverException.class, () -> allocator.allocatePinned(GIB, ""));
    driver.failNext("cuMemFree_v2");
    assertEquals(
        "cuMemFree_v2", assertThrows(DriverException.class, () -> allocator.free(address)).call());

    assertEquals(List.of(kept), allocator.ledger().snapshot());
    assertTrue(kept.isLive());
    assertEquals(4 * MIB, guard.promisedBytes());
    assertEquals(1, driver.liveCount());
    assertEquals(4, allocator.statistics().failures());
    assertTrue(kept.tryPin());
    kept.unpin();
    allocator.free(address);
    assertEquals(0, driver.liveCount());
    assertEquals(0, guard.promisedBytes());
  }

  @Test
  void aManagedAllocationTheDriverHasNoMemoryForIsTriedAsPlain() {
    Allocator allocator = allocator();
    driver.failNext(new OutOfDeviceMemoryException("cuMemAllocManaged", 0, 0));
    assertEquals(
        MemoryKind.DEVICE, allocator.allocate(AllocationRequest.of(16 * GIB - MIB)).kind());
    assertEquals(1, allocator.statistics().keptAfterRefusal());
    assertEquals(0, guard.promisedBytes());
  }

  @Test
  void aRedirectTheDriverFailsAtIsTriedAsPlainWhateverTheFailure() {
    Allocator allocator = allocator();
    driver.failNext("cuMemAllocManaged");
    assertEquals(
        MemoryKind.DEVICE, allocator.allocate(AllocationRequest.of(16 * GIB - MIB)).kind());
    assertEquals(1, allocator.statistics().keptAfterRefusal());
    assertEquals(0, guard.promisedBytes());
    // Where plain memory fails too, the first failure is told, with the other.
    driver.failNext("cuMemAllocManaged");
    DriverException failure =
        assertThrows(
            DriverException.class, () -> allocator.allocate(AllocationRequest.of(16 * GIB)));
    assertEquals("cuMemAllocManaged", failure.call());
    assertTrue(failure.getSuppressed()[0] instanceof OutOfDeviceMemoryException);
    assertEquals(1, driver.liveCount());
  }

  @Test
  void freesOfWhatIsNotLiveAreRefused() {
    Allocator allocator = allocator();
    LiveAllocation weights = allocator.allocate(managed(4 * MIB, "weights"));
    assertEquals(
        "free of 0x100000001 refused: it lies 1 bytes inside managed memory [0x100000000, +4 MiB)"
            + " 'weights', allocation #0; free the address that the allocation returned,"
            + " 0x100000000",
        assertThrows(
                ForeignAddressException.class, () -> allocator.free(weights.range().address() + 1))
            .getMessage());
    allocator.free(weights.range().address());
    String second =
        assertThrows(AlreadyFreedException.class, () -> allocator.free(weights.range().address()))
            .getMessage();
    assertTrue(
        second.matches(
            "free of 0x100000000 refused: it was managed memory \\[0x100000000, \\+4 MiB\\)"
                + " 'weights', allocation #0, freed \\d+ (us|ms|s) ago; drop the second free"),
        second);
    assertEquals(
        "free of 0xdead refused: Spillway did not allocate it; free it where it was allocated",
        assertThrows(ForeignAddressException.class, () -> allocator.free(0xdead)).getMessage());
    assertEquals(3, allocator.statistics().failures());
  }

  @Test
  void sitesNameTheLabelOrTheCallerOrTheOrdinal() {
    Allocator allocator = allocator();
    assertEquals("w", allocator.allocate(managed(1, "w")).site());
    assertEquals("#1, 3 B", allocator.allocate(AllocationRequest.of(3)).site());
    String first = null;
    for (int i = 0; i < 2; i++) {
      String site = allocator.allocate(managed(4 * MIB, "")).site();
      assertTrue(site.matches(".+\\..+:-?\\d+#" + i + ", 4 MiB"), site);
      first = first == null ? site : first;
    }
    Allocator silent = allocator(AllocationTracking.NONE);
    assertEquals("#0, 4 MiB", silent.allocate(managed(4 * MIB, "")).site());
  }

  @Test
  void aRedirectIsAnEvent() throws Exception {
    Allocator allocator = allocator();
    Path file = directory.resolve("redirects.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("io.spillway.Redirect").withoutThreshold();
      recording.start();
      allocator.allocate(AllocationRequest.of(18 * GIB, "weights"));
      allocator.allocate(AllocationRequest.of(GIB, "plain"));
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("io.spillway.Redirect"))
            .toList();
    assertEquals(1, events.size());
    RecordedEvent event = events.getFirst();
    assertEquals("weights", event.getString("label"));
    assertEquals(18 * GIB, event.getLong("bytes"));
    assertEquals(1L << 32, event.getLong("address"));
    assertEquals(1.5, event.getDouble("ratio"));
    assertEquals(
        "16 GiB of the device is free and 640 MiB of it must stay free", event.getString("reason"));
  }

  @Test
  void sixteenThreadsLeaveNothingBehind() throws Exception {
    Allocator allocator = allocator();
    List<Placement> placements = List.of(Placement.values());
    CountDownLatch start = new CountDownLatch(16);
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(16)) {
      for (int t = 0; t < 16; t++) {
        int thread = t;
        all.add(
            executor.submit(
                () -> {
                  Random random = new Random(thread);
                  start.countDown();
                  start.await();
                  for (int i = 0; i < 500; i++) {
                    Placement placement = placements.get(random.nextInt(placements.size()));
                    LiveAllocation mine =
                        allocator.allocate(
                            new AllocationRequest(
                                1 + random.nextInt(1 << 24), placement, "t" + thread));
                    assertSame(mine, allocator.ledger().find(mine.range().end() - 1));
                    if (mine.tryPin()) {
                      mine.unpin();
                    }
                    allocator.free(mine.range().address());
                  }
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    AllocationStatistics statistics = allocator.statistics();
    assertEquals(8_000, statistics.frees());
    assertEquals(8_000, statistics.deviceAllocations() + statistics.managedAllocations());
    assertEquals(0, statistics.liveDeviceBytes() + statistics.liveManagedBytes());
    assertEquals(0, guard.promisedBytes());
    assertEquals(0, driver.liveCount());
  }
}
