package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.driver.OutOfDeviceMemoryException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an allocator promises of the host's memory, and when a promise ends. */
final class AllocatorPromisesTest extends AllocatorFixture {

  @Test
  void aHostThatCannotHoldItRefusesBeforeAllocating() {
    host.memory(64 * 1024, 8 * 1024);
    Allocator allocator = allocator();
    HostMemoryExhaustedException refusal =
        assertThrows(
            HostMemoryExhaustedException.class,
            () -> allocator.allocate(AllocationRequest.of(20 * GIB, "weights")));
    assertEquals(
        "20 GiB of host memory for 'weights' refused: 8 GiB is available by MemAvailable in"
            + " /proc/meminfo, of which 0 B is already promised and 0 B kept in reserve; free"
            + " allocations, give the program more memory, or lower the reserve",
        refusal.getMessage());
    assertTrue(refusal.getSuppressed()[0] instanceof OutOfDeviceMemoryException);
    assertEquals(0, driver.liveCount());
    assertEquals(1, allocator.statistics().hostRefusals());
    // Beyond the headroom and more than the host has, but the device still has it.
    LiveAllocation kept = allocator.allocate(AllocationRequest.of(16 * GIB - MIB));
    assertEquals(MemoryKind.DEVICE, kept.kind());
    assertEquals(1, allocator.statistics().keptAfterRefusal());
    // Explicit placement has no way out.
    assertThrows(
        HostMemoryExhaustedException.class, () -> allocator.allocate(managed(9 * GIB, "")));
  }

  /** The host has written so much of it. */
  private void fill(LiveAllocation allocation, long bytes) {
    host.memory(64 * 1024, 64 * 1024 - bytes / MIB);
    host.write(
        ManagedMapping.FILE,
        ManagedMappingTest.managed(
            allocation.range().address(), allocation.range().bytes(), bytes / 1024));
  }

  @Test
  void whatTheHostFilledCountsOnceWhenTheNextIsAskedFor() {
    Allocator allocator = allocator();
    LiveAllocation first = allocator.allocate(managed(40 * GIB, "first"));
    fill(first, 40 * GIB);
    LiveAllocation second = allocator.allocate(managed(20 * GIB, "second"));
    assertEquals(60 * GIB, guard.promisedBytes());
    assertEquals(20 * GIB, guard.unsettledBytes());
    assertEquals(0, allocator.statistics().hostRefusals());
    // The second is not filled, so what is left is 4 GiB.
    assertThrows(
        HostMemoryExhaustedException.class, () -> allocator.allocate(managed(5 * GIB, "third")));
    assertEquals(1, allocator.statistics().hostRefusals());
    allocator.free(first.range().address());
    allocator.free(second.range().address());
    assertEquals(0, guard.promisedBytes());
    assertEquals(0, guard.unsettledBytes());
  }

  @Test
  void mappingsAreLookedAtOnlyWhereAPromiseWouldBeRefused() {
    Allocator allocator = allocator();
    LiveAllocation first = allocator.allocate(managed(10 * GIB, "first"));
    fill(first, 10 * GIB);
    allocator.allocate(managed(20 * GIB, "second"));
    assertEquals(30 * GIB, guard.unsettledBytes());
  }

  @Test
  void whatIsSettledAlreadyIsNotTakenBack() {
    Allocator allocator = allocator();
    LiveAllocation first = allocator.allocate(managed(40 * GIB, "first"));
    fill(first, 30 * GIB);
    first.settleHostPages(38 * GIB);
    assertThrows(
        HostMemoryExhaustedException.class, () -> allocator.allocate(managed(40 * GIB, "next")));
    assertEquals(2 * GIB, guard.unsettledBytes());
  }

  @Test
  void theMappingsOfOneAllocationAreAddedUp() {
    Allocator allocator = allocator();
    long address = allocator.allocate(managed(40 * GIB, "first")).range().address();
    host.memory(64 * 1024, 24 * 1024)
        .write(
            ManagedMapping.FILE,
            ManagedMappingTest.managed(address, 16 * GIB, 16 * MIB)
                + ManagedMappingTest.managed(address + 16 * GIB, 24 * GIB, 24 * MIB));
    allocator.allocate(managed(24 * GIB, "second"));
    assertEquals(24 * GIB, guard.unsettledBytes());
  }

  @Test
  void aMappingOfSeveralAllocationsIsNoCredit() {
    Allocator allocator = allocator();
    LiveAllocation first = allocator.allocate(managed(20 * GIB, "first"));
    LiveAllocation second = allocator.allocate(managed(20 * GIB, "second"));
    assertEquals(first.range().end(), second.range().address());
    host.memory(64 * 1024, 24 * 1024)
        .write(
            ManagedMapping.FILE,
            ManagedMappingTest.managed(first.range().address(), 40 * GIB, 40 * MIB)
                + ManagedMappingTest.managed(second.range().end(), 20 * GIB, 20 * MIB));
    assertThrows(
        HostMemoryExhaustedException.class, () -> allocator.allocate(managed(20 * GIB, "third")));
    assertEquals(40 * GIB, guard.unsettledBytes());
  }

  @Test
  void memoryFreedBehindItsBackGivesItsPromiseBack() {
    Allocator allocator = allocator();
    LiveAllocation gone = allocator.allocate(managed(4 * MIB, "gone"));
    driver.forget(gone.range().address());
    LiveAllocation reuser = allocator.allocate(managed(2 * MIB, "reuser"));
    assertEquals(gone.range().address(), reuser.range().address());
    assertEquals(List.of(reuser), allocator.ledger().snapshot());
    assertEquals(2 * MIB, guard.promisedBytes());
  }

  @Test
  void pinnedMemoryIsPromisedToo() {
    Allocator allocator = allocator();
    LiveAllocation pinned = allocator.allocatePinned(3 * MIB + 1, "staging");
    assertEquals(MemoryKind.PINNED, pinned.kind());
    assertEquals(3 * MIB + 1, guard.promisedBytes());
    allocator.free(pinned.range().address());
    assertEquals(0, guard.promisedBytes());
  }

  @Test
  void sessionsOfOneProcessShareTheHostsMemory() {
    Allocator first = Allocator.builder(driver).budget(DeviceBudget.ofBytes(2 * MIB)).build();
    Allocator second =
        Allocator.builder(new FakeDriver(16 * GIB)).budget(DeviceBudget.ofBytes(2 * MIB)).build();
    HostMemoryGuard shared = second.hostMemoryGuard();
    long promisedBefore = shared.promisedBytes();
    LiveAllocation ofFirst = first.allocate(managed(4 * MIB, "first"));
    assertEquals(4 * MIB, shared.promisedBytes() - promisedBefore);
    first.free(ofFirst.range().address());
    assertEquals(promisedBefore, shared.promisedBytes());
  }
}
