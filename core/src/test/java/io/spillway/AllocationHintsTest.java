package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.Location;
import io.spillway.driver.sim.TouchKind;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What hints of an allocation, and of its parts, tell the driver. */
final class AllocationHintsTest extends SessionFixture {

  @Test
  void hintMethodsTellTheDriver() {
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data")) {
      data.zeroCopy();
      assertThat(simulation.attributes(data.range()).preferredLocation()).contains(Location.HOST);
      assertThat(simulation.attributes(data.range()).accessedBy())
          .containsExactly(Location.device(0));
      data.readMostly();
      assertThat(simulation.attributes(data.range()).readMostly()).isTrue();
      data.notReadMostly();
      assertThat(simulation.attributes(data.range()).readMostly()).isFalse();
      assertThat(simulation.attributes(data.range()).preferredLocation()).isEmpty();
      data.fetch();
      assertThat(simulation.residentBytes(data.range())).isEqualTo(8 * ByteSize.MIB);
      data.discard();
      spillway.apply(Plan.of(new Hint.WriteBack(data.range())));
      assertThat(simulation.counters().bytesOut()).isZero();
      assertThat(spillway.statistics().hints().refused()).isZero();
    }
  }

  @Test
  void hintMethodsOfAPartLeaveTheRestAlone() {
    long block = Blocks.BYTES;
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(5 * block - 1, Placement.MANAGED, "data")) {
      AddressRange all = data.range();
      simulation.hostTouch(all, TouchKind.WRITE);
      data.zeroCopy(block, block);
      assertThat(simulation.attributes(all.slice(block, block)).accessedBy())
          .containsExactly(Location.device(0));
      assertThat(simulation.attributes(all.slice(2 * block, block)).accessedBy()).isEmpty();

      data.readMostly(2 * block, 3 * block - 1); // to the end, which is in a block of its own
      assertThat(simulation.attributes(all.slice(2 * block, 3 * block - 1)).readMostly()).isTrue();
      assertThat(simulation.attributes(all.slice(0, 2 * block)).readMostly()).isFalse();
      data.notReadMostly(2 * block, 1);
      assertThat(simulation.attributes(all.slice(2 * block, block)).readMostly()).isFalse();
      assertThat(simulation.attributes(all.slice(3 * block, block)).readMostly()).isTrue();

      data.fetch(2 * block, 2 * block);
      assertThat(simulation.residentBytes(all)).isEqualTo(2 * block);
      data.drop(3 * block, block);
      assertThat(simulation.residentBytes(all)).isEqualTo(block);
      data.discard(2 * block, block);
      spillway.apply(Plan.of(new Hint.WriteBack(all)));
      assertThat(simulation.counters().bytesOut()).isZero();
      assertThat(spillway.statistics().hints().refused()).isZero();
    }
  }

  @Test
  void aPartHasToBeInside() {
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(Blocks.BYTES, Placement.MANAGED, "data")) {
      List<ThrowingCallable> outside =
          List.of(
              () -> data.readMostly(0, Blocks.BYTES + 1),
              () -> data.notReadMostly(Blocks.BYTES, 1),
              () -> data.zeroCopy(-1, 1),
              () -> data.fetch(1, Blocks.BYTES),
              () -> data.drop(0, 0),
              () -> data.discard(0, -1));
      for (ThrowingCallable call : outside) {
        assertThatThrownBy(call)
            .isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessageContaining("not inside the 2097152 bytes");
      }
      assertThat(spillway.statistics().hints().byKind().values())
          .allMatch(count -> count.applied() + count.clippedAway() == 0);
    }
  }

  @Test
  void fetchingHappensInTheBackground() {
    List<Runnable> later = new ArrayList<>();
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
                    .plugins(List.of())
                    .background(later::add)
                    .build());
        Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data")) {
      data.fetch();
      assertThat(driver.calls("prefetch")).isZero();
      later.forEach(Runnable::run);
      assertThat(driver.calls("prefetch")).isEqualTo(1);
    }
  }

  @Test
  void hintsThatCannotBePutInOrderAreRefusedNotThrown() {
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "data")) {
      driver.fail("record", 1, CudaStatus.INVALID_HANDLE);
      data.readMostly();
      assertThat(spillway.statistics().hints().refused()).isEqualTo(2);
      assertThat(simulation.attributes(data.range()).readMostly()).isFalse();
    }
  }

  @Test
  void aDeclaredWriteTakesReadMostlyBack() {
    try (Spillway spillway = open();
        Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights")) {
      weights.readMostly();
      assertThat(simulation.attributes(weights.range()).readMostly()).isTrue();
      spillway.launch("layer", 0).writes(weights, 0, Blocks.BYTES).close();
      assertThat(simulation.attributes(weights.range().slice(0, Blocks.BYTES)).readMostly())
          .isFalse();
      assertThat(
              simulation.attributes(weights.range().slice(Blocks.BYTES, Blocks.BYTES)).readMostly())
          .isTrue();
    }
  }
}
