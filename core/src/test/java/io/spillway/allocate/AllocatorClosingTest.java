package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.driver.DriverException;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What becomes of what is live, or about to be, when an allocator closes. */
final class AllocatorClosingTest extends AllocatorFixture {

  @Test
  void closingFreesAndReportsWhatIsLeft() {
    Allocator allocator = allocator(AllocationTracking.STACK);
    allocator.allocate(managed(4 * MIB, "weights"));
    allocator.allocate(AllocationRequest.of(5));
    LeakReport report = allocator.leaks();
    String text = report.toString();
    assertEquals(4 * MIB + 5, report.bytes());
    assertTrue(
        text.startsWith(
            """
            2 allocations left, 4.0 MiB
              managed memory [0x100000000, +4 MiB) 'weights', allocation #0, from weights
                at \
            """),
        text);
    assertTrue(text.contains("\n  device memory [0x100400000, +5 B), allocation #1, from "), text);
    allocator.close();
    allocator.close();
    assertEquals(0, driver.liveCount());
    assertEquals(0, guard.promisedBytes());
    assertEquals("no allocations left", allocator.leaks().toString());
    assertEquals(
        "this allocator is closed",
        assertThrows(IllegalStateException.class, () -> allocator.allocate(AllocationRequest.of(1)))
            .getMessage());
  }

  @Test
  void closingDuringAnAllocationLeavesNothing() {
    List<Allocator> closing = new ArrayList<>();
    Allocator allocator =
        Allocator.builder(driver)
            .hostMemoryGuard(guard)
            .rule(
                (request, memory) -> {
                  closing.forEach(Allocator::close);
                  return Decision.ABSTAIN;
                })
            .build();
    closing.add(allocator);
    assertThrows(IllegalStateException.class, () -> allocator.allocate(AllocationRequest.of(GIB)));
    assertEquals(0, driver.liveCount());
    assertTrue(allocator.leaks().isEmpty());
  }

  @Test
  void adoptingIsRefusedAfterClosingAndNothingIsEntered() {
    Allocator allocator = allocator();
    AddressRange others = driver.allocateDevice(4 * MIB);
    allocator.close();

    assertThrows(IllegalStateException.class, () -> allocator.adopt(others, MemoryKind.DEVICE));

    assertTrue(allocator.leaks().isEmpty());
    assertEquals(0, allocator.statistics().deviceAllocations());
    assertEquals(1, driver.liveCount(), "it is not this allocator's to free");
  }

  /** Whatever the order, what was adopted is freed with the rest, and what was not is refused. */
  @Test
  void adoptingWhileAnotherThreadClosesLeavesNothingInTheLedger() throws Exception {
    for (int round = 0; round < 200; round++) {
      Allocator allocator = allocator();
      CyclicBarrier start = new CyclicBarrier(2);
      AddressRange others = driver.allocateDevice(MIB);
      try (ExecutorService closing = Executors.newSingleThreadExecutor()) {
        Future<?> closed =
            closing.submit(
                () -> {
                  start.await();
                  allocator.close();
                  return null;
                });
        start.await();
        boolean adopted = true;
        try {
          allocator.adopt(others, MemoryKind.DEVICE);
        } catch (IllegalStateException e) {
          adopted = false;
        }
        closed.get();

        assertTrue(allocator.leaks().isEmpty(), "adopted: " + adopted);
        assertEquals(adopted ? 0 : 1, driver.liveCount());
      }
      if (driver.liveCount() > 0) {
        driver.free(others);
      }
    }
  }

  @Test
  void closingFreesTheRestWhenOneFails() {
    Allocator allocator = allocator();
    allocator.allocate(managed(4 * MIB, "a"));
    allocator.allocate(managed(4 * MIB, "b"));
    driver.failNext("cuMemFree_v2");
    assertThrows(DriverException.class, allocator::close);
    assertEquals(1, driver.liveCount());
    assertEquals("a", allocator.leaks().leaks().getFirst().label());
  }
}
