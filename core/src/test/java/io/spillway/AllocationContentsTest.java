package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.allocate.Placement;
import io.spillway.range.ByteSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is in an allocation, whichever kind of memory it is, and until when it can be reached. */
final class AllocationContentsTest extends SessionFixture {

  @Test
  void theHostSeesManagedMemoryAndNotPlainMemory() {
    try (Spillway spillway = open();
        Allocation managed = spillway.allocate(3 * ByteSize.MIB + 5, Placement.MANAGED, "m");
        Allocation plain = spillway.allocate(ByteSize.MIB, Placement.DEVICE, "p")) {
      assertThat(managed.segment().byteSize()).isEqualTo(3 * ByteSize.MIB + 5);
      managed.segment().set(ValueLayout.JAVA_LONG, 8, 42);
      assertThat(managed.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
      assertThatThrownBy(plain::segment)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'p'")
          .hasMessageEndingWith(
              "has no host view: use copyFrom and copyTo, or ask for Placement.MANAGED when"
                  + " allocating");
    }
  }

  @Test
  void copiesReachBothKindsOfMemory() {
    long bytes = 33 * ByteSize.MIB + 17;
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(bytes);
      for (long i = 0; i < bytes; i++) {
        source.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + (i >> 12)));
      }
      for (Placement placement : List.of(Placement.DEVICE, Placement.MANAGED)) {
        try (Allocation allocation = spillway.allocate(bytes + 64, placement, "copied")) {
          MemorySegment target = arena.allocate(bytes);
          allocation.copyFrom(source, 64);
          allocation.copyTo(target, 64);
          assertThat(source.mismatch(target)).as(placement.name()).isEqualTo(-1);
          assertThatThrownBy(() -> allocation.copyFrom(source, 65))
              .isInstanceOf(IndexOutOfBoundsException.class)
              .hasMessageContaining("offset 65, length " + bytes);
        }
      }
    }
  }

  @Test
  void whatWasCopiedInIsPromisedNoLonger() {
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined();
        Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights")) {
      MemorySegment source = arena.allocate(5 * ByteSize.MIB);
      assertThat(promised(spillway)).isEqualTo(8 * ByteSize.MIB);
      weights.copyFrom(source, ByteSize.MIB);
      assertThat(promised(spillway)).as("two whole blocks").isEqualTo(4 * ByteSize.MIB);
      weights.copyFrom(source, 2 * ByteSize.MIB);
      assertThat(promised(spillway)).as("the same two again").isEqualTo(4 * ByteSize.MIB);
      weights.close();
      assertThat(promised(spillway)).isZero();
    }
  }

  private static long promised(Spillway spillway) {
    return spillway.statistics().allocations().promisedHostBytes();
  }

  @Test
  void aCopyIntoManagedMemoryWaitsForWorkUnderWay() {
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined();
        Allocation input = spillway.allocate(4 * ByteSize.MIB, Placement.MANAGED, "input")) {
      long before = driver.calls("synchronize");
      input.copyFrom(arena.allocate(ByteSize.MIB), 0);
      assertThat(driver.calls("synchronize")).isEqualTo(before + 1);
    }
  }

  @Test
  void aClosedAllocationRefusesEverything() {
    try (Spillway spillway = open();
        Arena arena = Arena.ofConfined()) {
      Allocation gone = spillway.allocate(4 * ByteSize.MIB, Placement.MANAGED, "gone");
      gone.close();
      MemorySegment some = arena.allocate(64);
      List<ThrowingCallable> uses =
          List.of(
              gone::segment,
              () -> gone.copyFrom(some, 0),
              () -> gone.copyTo(some, 0),
              gone::readMostly,
              gone::notReadMostly,
              gone::zeroCopy,
              gone::fetch,
              gone::drop,
              gone::discard,
              () -> spillway.launch("late", 0).reads(gone),
              () -> spillway.launch("late", 0).writes(gone, 0, 1));
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(use)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("'gone'")
            .hasMessageEndingWith("is closed: allocate it anew");
      }
    }
  }

  @Test
  void closingAnAllocationAfterItsSessionDoesNothing() {
    Spillway spillway = open();
    Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data");
    LaunchScope scope = spillway.launch("layer", 0).reads(data);
    spillway.close();
    data.close();
    scope.close();
    assertThat(data.managed()).isTrue();
  }
}
