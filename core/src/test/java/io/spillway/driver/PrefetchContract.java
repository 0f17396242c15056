package io.spillway.driver;

import static io.spillway.driver.DriverUnderTest.pattern;
import static io.spillway.driver.DriverUnderTest.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a prefetch of one range does, and what it refuses. */
interface PrefetchContract extends DriverUnderTest {

  @Test
  default void aPrefetchIsRememberedAndChangesNoContents() {
    assume(Capability.PREFETCH, Capability.PREFETCH_TO_HOST, Capability.RANGE_ATTRIBUTES);
    StreamHandle stream = driver().createStream();
    AddressRange range = driver().allocateManaged(16 * MIB);
    byte[] expected = pattern(range.bytes(), 12);
    write(range, expected);
    for (Location target : List.of(device(), Location.HOST, device(), device())) {
      driver().prefetch(range, target, stream);
      driver().synchronize(stream);
      assertThat(driver().attributes(range).lastPrefetch()).contains(target);
      assertThat(read(range)).isEqualTo(expected);
    }
    driver().free(range);
    driver().destroyStream(stream);
  }

  @Test
  default void aPrefetchOfAPartIsNotSaidOfTheWhole() {
    assume(Capability.PREFETCH, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(8 * MIB);
    driver().prefetch(range.slice(0, 2 * BLOCK), device(), StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    assertThat(driver().attributes(range.slice(0, BLOCK)).lastPrefetch()).contains(device());
    assertThat(driver().attributes(range.slice(2 * BLOCK, BLOCK)).lastPrefetch()).isEmpty();
    assertThat(driver().attributes(range).lastPrefetch()).isEmpty();
    driver().free(range);
  }

  @Test
  default void aPrefetchMayNameAHostNode() {
    assume(Capability.PREFETCH_TO_HOST, Capability.HOST_NUMA_LOCATION, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    byte[] expected = pattern(range.bytes(), 13);
    write(range, expected);
    driver().prefetch(range, new Location.HostNode(0), StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    assertThat(driver().attributes(range).lastPrefetch()).contains(new Location.HostNode(0));
    assertThat(read(range)).isEqualTo(expected);
    driver().free(range);
  }

  @Test
  default void prefetchingOutsideManagedMemoryIsRefused() {
    assume(Capability.PREFETCH);
    AddressRange plain = driver().allocateDevice(4 * MIB);
    for (AddressRange range : List.of(NOWHERE, plain)) {
      DriverException refused =
          refusal(() -> driver().prefetch(range, device(), StreamHandle.DEFAULT));
      assertThat(refused.call()).isEqualTo("cuMemPrefetchAsync");
      assertThat(refused.address()).isEqualTo(range.address());
      assertThat(refused.bytes()).isEqualTo(range.bytes());
    }
    driver().free(plain);
  }

  @Test
  default void prefetchingPartlyOutsideIsRefusedAndChangesNothing() {
    assume(Capability.PREFETCH, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    write(range, pattern(range.bytes(), 14));
    AddressRange tooLong = new AddressRange(range.address(), 64 * MIB);
    refusal(() -> driver().prefetch(tooLong, device(), StreamHandle.DEFAULT));
    assertThat(driver().attributes(range).lastPrefetch()).isEmpty();
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 14));
    driver().free(range);
  }

  @Test
  default void prefetchingToNoSuchDeviceIsRefusedAndChangesNothing() {
    assume(Capability.PREFETCH, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    DriverException refused =
        refusal(
            () -> driver().prefetch(range, Location.device(NO_SUCH_DEVICE), StreamHandle.DEFAULT));
    assertThat(refused.status()).isIn(CudaStatus.INVALID_DEVICE, CudaStatus.INVALID_VALUE);
    assertThat(driver().attributes(range).lastPrefetch()).isEmpty();
    driver().free(range);
  }
}
