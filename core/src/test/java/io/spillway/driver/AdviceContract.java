package io.spillway.driver;

import static io.spillway.driver.DriverUnderTest.pattern;
import static io.spillway.driver.DriverUnderTest.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What advice is remembered of a range, what is refused, and that no advice changes results. */
interface AdviceContract extends DriverUnderTest {

  @Test
  default void nothingIsSaidOfAFreshAllocation() {
    assume(Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    assertThat(driver().attributes(range))
        .isEqualTo(new RangeAttributes(false, Optional.empty(), Set.of(), Optional.empty()));
    driver().free(range);
  }

  @Test
  default void readMostlyIsSetAndUnset() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    driver().advise(range, Advice.SET_READ_MOSTLY, device());
    assertThat(driver().attributes(range).readMostly()).isTrue();
    driver().advise(range, Advice.UNSET_READ_MOSTLY, device());
    assertThat(driver().attributes(range).readMostly()).isFalse();
    driver().free(range);
  }

  @Test
  default void readMostlyIgnoresTheLocation() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    for (Location location : List.of(Location.HOST, device(), Location.device(NO_SUCH_DEVICE))) {
      driver().advise(range, Advice.SET_READ_MOSTLY, location);
      assertThat(driver().attributes(range).readMostly()).isTrue();
      driver().advise(range, Advice.UNSET_READ_MOSTLY, location);
      assertThat(driver().attributes(range).readMostly()).isFalse();
    }
    driver().free(range);
  }

  @Test
  default void thePreferredLocationIsSetAndUnset() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver().allocateManaged(4 * MIB);
    for (Location location : List.of(device(), Location.HOST, device())) {
      driver().advise(range, Advice.SET_PREFERRED_LOCATION, location);
      assertThat(driver().attributes(range).preferredLocation()).contains(location);
    }
    driver().advise(range, Advice.UNSET_PREFERRED_LOCATION, Location.HOST);
    assertThat(driver().attributes(range).preferredLocation()).isEmpty();
    driver().free(range);
  }

  @Test
  default void thePreferredLocationMayBeAHostNode() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.HOST_NUMA_LOCATION);
    AddressRange range = driver().allocateManaged(4 * MIB);
    Location node = new Location.HostNode(0);
    try {
      driver().advise(range, Advice.SET_PREFERRED_LOCATION, node);
      // Driver 580 takes it and reads it back as unset: see RangeAttributes.
      assertThat(driver().attributes(range).preferredLocation())
          .isIn(Optional.of(node), Optional.empty());
    } finally {
      driver().free(range);
    }
  }

  @Test
  default void accessorsAreSetAndUnsetOneByOne() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver().allocateManaged(4 * MIB);
    driver().advise(range, Advice.SET_ACCESSED_BY, device());
    assertThat(driver().attributes(range).accessedBy()).containsExactly(device());
    driver().advise(range, Advice.SET_ACCESSED_BY, Location.HOST);
    assertThat(driver().attributes(range).accessedBy())
        .containsExactlyInAnyOrder(device(), Location.HOST);
    driver().advise(range, Advice.UNSET_ACCESSED_BY, device());
    assertThat(driver().attributes(range).accessedBy()).containsExactly(Location.HOST);
    driver().advise(range, Advice.UNSET_ACCESSED_BY, Location.HOST);
    assertThat(driver().attributes(range).accessedBy()).isEmpty();
    driver().free(range);
  }

  @Test
  default void kindsOfAdviceAreIndependent() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver().allocateManaged(4 * MIB);
    driver().advise(range, Advice.SET_READ_MOSTLY, device());
    driver().advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver().advise(range, Advice.SET_ACCESSED_BY, device());
    driver().advise(range, Advice.UNSET_READ_MOSTLY, device());
    RangeAttributes attributes = driver().attributes(range);
    assertThat(attributes.readMostly()).isFalse();
    assertThat(attributes.preferredLocation()).contains(Location.HOST);
    assertThat(attributes.accessedBy()).containsExactly(device());
    driver().free(range);
  }

  @Test
  default void adviceOnAPartIsNotSaidOfTheWhole() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(8 * MIB);
    AddressRange part = range.slice(BLOCK, BLOCK);
    driver().advise(part, Advice.SET_READ_MOSTLY, device());
    driver().advise(part, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver().advise(part, Advice.SET_ACCESSED_BY, Location.HOST);
    assertThat(driver().attributes(part).readMostly()).isTrue();
    assertThat(driver().attributes(part).preferredLocation()).contains(Location.HOST);
    assertThat(driver().attributes(part).accessedBy()).containsExactly(Location.HOST);
    assertThat(driver().attributes(range))
        .isEqualTo(new RangeAttributes(false, Optional.empty(), Set.of(), Optional.empty()));
    assertThat(driver().attributes(range.slice(0, BLOCK)).readMostly()).isFalse();
    assertThat(driver().attributes(range.slice(2 * BLOCK, 2 * BLOCK)).readMostly()).isFalse();
    driver().free(range);
  }

  @Test
  default void rangesNeedNotBeAligned() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.PREFETCH);
    AddressRange range = driver().allocateManaged(8 * MIB);
    AddressRange odd = range.slice(BLOCK - 100, BLOCK + 333);
    write(range, pattern(range.bytes(), 6));
    driver().advise(odd, Advice.SET_READ_MOSTLY, device());
    assertThat(driver().attributes(odd).readMostly()).isTrue();
    driver().prefetch(odd, device(), StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    assertThat(driver().attributes(odd).lastPrefetch()).contains(device());
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 6));
    driver().free(range);
  }

  @Test
  default void adviceNamingNoSuchDeviceIsRefusedAndChangesNothing() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    driver().advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    RangeAttributes before = driver().attributes(range);
    Location none = Location.device(NO_SUCH_DEVICE);
    for (Advice advice : List.of(Advice.SET_PREFERRED_LOCATION, Advice.SET_ACCESSED_BY)) {
      DriverException refused = refusal(() -> driver().advise(range, advice, none));
      assertThat(refused.status()).isIn(CudaStatus.INVALID_DEVICE, CudaStatus.INVALID_VALUE);
      assertThat(refused.call()).isEqualTo("cuMemAdvise");
      assertThat(refused.address()).isEqualTo(range.address());
      assertThat(refused.bytes()).isEqualTo(range.bytes());
    }
    assertThat(driver().attributes(range)).isEqualTo(before);
    driver().free(range);
  }

  @Test
  default void adviceOutsideManagedMemoryIsRefused() {
    assume(Capability.ADVISE);
    AddressRange plain = driver().allocateDevice(4 * MIB);
    AddressRange freed = driver().allocateManaged(4 * MIB);
    driver().free(freed);
    for (AddressRange range : List.of(NOWHERE, plain, freed)) {
      for (Advice advice : Advice.values()) {
        DriverException refused = refusal(() -> driver().advise(range, advice, Location.HOST));
        assertThat(refused.call()).isEqualTo("cuMemAdvise");
        assertThat(refused.address()).isEqualTo(range.address());
      }
    }
    driver().free(plain);
  }

  @Test
  default void advicePartlyOutsideIsRefusedAndChangesNothing() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    AddressRange tooLong = new AddressRange(range.address() + BLOCK, 64 * MIB);
    refusal(() -> driver().advise(tooLong, Advice.SET_READ_MOSTLY, device()));
    assertThat(driver().attributes(range).readMostly()).isFalse();
    assertThat(driver().attributes(range.slice(BLOCK, BLOCK)).readMostly()).isFalse();
    driver().free(range);
  }

  @Test
  default void attributesOutsideManagedMemoryAreRefused() {
    assume(Capability.RANGE_ATTRIBUTES);
    AddressRange plain = driver().allocateDevice(4 * MIB);
    for (AddressRange range : List.of(NOWHERE, plain)) {
      DriverException refused = refusal(() -> driver().attributes(range));
      assertThat(refused.call()).isEqualTo("cuMemRangeGetAttribute");
      assertThat(refused.address()).isEqualTo(range.address());
      assertThat(refused.bytes()).isEqualTo(range.bytes());
    }
    driver().free(plain);
  }

  @Test
  default void aNewAllocationInheritsNoAdvice() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    for (int i = 0; i < 4; i++) {
      AddressRange range = driver().allocateManaged(4 * MIB);
      assertThat(driver().attributes(range).readMostly()).isFalse();
      assertThat(driver().attributes(range).preferredLocation()).isEmpty();
      driver().advise(range, Advice.SET_READ_MOSTLY, device());
      driver().advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
      driver().free(range);
    }
  }

  @Test
  default void noAdviceChangesResults() {
    assume(Capability.ADVISE, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver().allocateManaged(8 * MIB);
    byte[] expected = pattern(range.bytes(), 8);
    write(range, expected);
    int round = 0;
    for (Advice advice : Advice.values()) {
      for (Location location : List.of(device(), Location.HOST)) {
        driver().advise(range.slice(BLOCK, 2 * BLOCK), advice, location);
        byte value = (byte) ++round;
        driver().fill(range.slice(round, 5000), value, StreamHandle.DEFAULT);
        driver().fill(range.slice(BLOCK + round, 5000), value, StreamHandle.DEFAULT);
        Arrays.fill(expected, round, round + 5000, value);
        Arrays.fill(expected, (int) BLOCK + round, (int) BLOCK + round + 5000, value);
        assertThat(read(range)).isEqualTo(expected);
      }
    }
    driver().free(range);
  }

  @Test
  default void readMostlyNeverShowsStaleData() {
    assume(Capability.ADVISE, Capability.PREFETCH, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver().allocateManaged(8 * MIB);
    byte[] expected = pattern(range.bytes(), 9);
    write(range, expected);
    driver().advise(range, Advice.SET_READ_MOSTLY, device());
    for (int round = 0; round < 4; round++) {
      driver().prefetch(range, device(), StreamHandle.DEFAULT);
      assertThat(read(range)).isEqualTo(expected);
      // Once by the host and once by the device: either makes the other's copy stale.
      int at = (int) (round * BLOCK + 12345);
      driver().hostView(range).set(ValueLayout.JAVA_BYTE, at, (byte) ~expected[at]);
      expected[at] = (byte) ~expected[at];
      assertThat(read(range)).isEqualTo(expected);
      driver().fill(range.slice(at + 1, 100), (byte) round, StreamHandle.DEFAULT);
      driver().synchronize(StreamHandle.DEFAULT);
      Arrays.fill(expected, at + 1, at + 101, (byte) round);
      assertThat(driver().hostView(range).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }
    driver().free(range);
  }

  @Test
  default void theCleanDropLosesNothing() {
    assume(Capability.ADVISE, Capability.PREFETCH, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver().allocateManaged(16 * MIB);
    byte[] expected = pattern(range.bytes(), 10);
    write(range, expected);
    driver().advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver().advise(range, Advice.SET_READ_MOSTLY, device());
    for (int round = 0; round < 3; round++) {
      driver().prefetch(range, device(), StreamHandle.DEFAULT);
      driver().synchronize(StreamHandle.DEFAULT);
      driver().advise(range, Advice.UNSET_READ_MOSTLY, device());
      driver().advise(range, Advice.SET_READ_MOSTLY, device());
      assertThat(read(range)).isEqualTo(expected);
    }
    driver().free(range);
  }
}
