package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressSpaceTest {

  private static final String CALL = "cuMemAllocManaged";
  private static final long BLOCK = Blocks.BYTES;

  private final AddressSpace addresses = new AddressSpace(false);

  private AddressRange allocate(long bytes) {
    return addresses.allocate(CALL, MemoryKind.MANAGED, bytes).range;
  }

  @Test
  void aFreedAddressIsTheNextToBeGiven() {
    AddressRange first = allocate(2 * BLOCK);
    AddressRange second = allocate(1);
    AddressRange third = allocate(BLOCK);
    addresses.remove(CALL, first);
    addresses.remove(CALL, third);
    assertThat(allocate(3 * BLOCK).address()).isEqualTo(third.address());
    assertThat(allocate(BLOCK + 1)).isEqualTo(new AddressRange(first.address(), BLOCK + 1));
    assertThat(second.address()).isEqualTo(first.address() + 2 * BLOCK);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theLowestGapThatFitsIsTaken(long seed) {
    Random random = new Random(seed);
    List<AddressRange> live = new ArrayList<>();
    for (int step = 0; step < 3_000; step++) {
      if (live.isEmpty() || random.nextInt(100) < (step / 500 % 2 == 0 ? 70 : 30)) {
        long bytes = 1 + random.nextLong(6 * BLOCK);
        long expected = lowestFitting(live, bytes);
        AddressRange range = allocate(bytes);
        assertThat(range).isEqualTo(new AddressRange(expected, bytes));
        live.add(range);
        live.sort(Comparator.naturalOrder());
      } else {
        addresses.remove(CALL, live.remove(random.nextInt(live.size())));
      }
    }
  }

  private static long lowestFitting(List<AddressRange> sorted, long bytes) {
    long at = MemoryKind.MANAGED.firstAddress;
    for (AddressRange range : sorted) {
      if (range.address() - at >= bytes) {
        return at;
      }
      at = Blocks.ceil(range.end());
    }
    return at;
  }

  @Test
  void whatDoesNotFitIsRefusedAndTakesNothing() {
    assertThatThrownBy(() -> allocate(Long.MAX_VALUE))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    assertThat(allocate(1).address()).isEqualTo(MemoryKind.MANAGED.firstAddress);
  }
}
