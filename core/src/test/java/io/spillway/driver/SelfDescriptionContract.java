package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import org.junit.jupiter.api.Test;

/** What a driver says of itself, its device and its clock, and that it opens and closes. */
interface SelfDescriptionContract extends DriverUnderTest {

  @Test
  default void deviceInfoIsPlausible() {
    DeviceInfo info = driver().device();
    assertThat(info.driverName()).isNotBlank();
    assertThat(info.deviceName()).isNotBlank();
    assertThat(info.ordinal()).isNotNegative();
    assertThat(info.totalBytes()).isPositive();
    assertThat(info.computeMajor()).isPositive();
    assertThat(info.computeMinor()).isNotNegative();
    assertThat(info.cudaVersion()).isGreaterThanOrEqualTo(8000);
  }

  @Test
  default void deviceInfoAndCapabilitiesDoNotChange() {
    assertThat(driver().device()).isEqualTo(driver().device());
    assertThat(driver().capabilities()).isEqualTo(driver().capabilities());
  }

  @Test
  default void everyMissingCapabilityHasAReason() {
    assertThat(driver().capabilities().missing().values())
        .allSatisfy(r -> assertThat(r).isNotBlank());
  }

  @Test
  default void capabilitiesThatBuildOnOthersImplyThem() {
    Capabilities has = driver().capabilities();
    if (!has.has(Capability.MANAGED_MEMORY)) {
      assertThat(has.has(Capability.CONCURRENT_MANAGED_ACCESS)).isFalse();
      assertThat(has.has(Capability.ADVISE)).isFalse();
    }
    if (!has.has(Capability.CONCURRENT_MANAGED_ACCESS)) {
      assertThat(has.has(Capability.PREFETCH)).isFalse();
    }
  }

  @Test
  default void memoryInfoLiesWithinTheDevice() {
    MemoryInfo info = driver().memoryInfo();
    assertThat(info.freeBytes()).isBetween(0L, info.totalBytes());
    assertThat(info.totalBytes()).isBetween(1L, driver().device().totalBytes());
  }

  @Test
  default void theClockNeverGoesBack() {
    long before = driver().clock().nanoTime();
    StreamHandle stream = driver().createStream();
    AddressRange range = driver().allocateDevice(MIB);
    driver().fill(range, (byte) 1, stream);
    driver().synchronize(stream);
    assertThat(driver().clock().nanoTime() - before).isNotNegative();
    driver().free(range);
    driver().destroyStream(stream);
  }

  @Test
  default void closingTwiceIsClosingOnce() {
    UnifiedMemoryDriver other = open();
    other.close();
    other.close();
    assertThat(driver().memoryInfo().totalBytes()).isPositive();
  }

  @Test
  default void aDriverCanBeOpenedAgainAfterClosing() {
    open().close();
    try (UnifiedMemoryDriver again = open()) {
      AddressRange range = again.allocatePinned(MIB);
      assertThat(again.hostView(range).byteSize()).isEqualTo(MIB);
      again.free(range);
    }
  }
}
