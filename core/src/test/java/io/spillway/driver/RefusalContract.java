package io.spillway.driver;

import static io.spillway.driver.DriverUnderTest.pattern;
import static io.spillway.driver.DriverUnderTest.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** That what a driver lacks it refuses, and that refusals leave nothing broken. */
interface RefusalContract extends DriverUnderTest {

  @Test
  default void missingCapabilitiesAreRefusedAsNotSupported() {
    Set<Capability> missing = EnumSet.noneOf(Capability.class);
    missing.addAll(driver().capabilities().missing().keySet());
    missing.removeAll(
        EnumSet.of(Capability.CONCURRENT_MANAGED_ACCESS, Capability.PAGEABLE_MEMORY_ACCESS));
    Assumptions.assumeFalse(
        missing.isEmpty(), "nothing to refuse: the driver has every capability with a call");
    StreamHandle stream = driver().createStream();
    if (missing.contains(Capability.MANAGED_MEMORY)) {
      assertThat(refusal(() -> driver().allocateManaged(MIB)).status())
          .isEqualTo(CudaStatus.NOT_SUPPORTED);
    } else {
      AddressRange range = driver().allocateManaged(4 * MIB);
      write(range, pattern(range.bytes(), 24));
      for (Capability capability : missing) {
        DriverException refused = refusal(() -> use(capability, range, stream));
        assertThat(refused.status()).as(capability.name()).isEqualTo(CudaStatus.NOT_SUPPORTED);
        assertThat(refused.address()).as(capability.name()).isEqualTo(range.address());
        assertThat(refused.bytes()).as(capability.name()).isEqualTo(range.bytes());
      }
      assertThat(read(range)).isEqualTo(pattern(range.bytes(), 24));
      driver().free(range);
    }
    driver().destroyStream(stream);
  }

  @Test
  default void afterManyRefusalsEverythingStillWorks() {
    for (int i = 0; i < 50; i++) {
      refusal(() -> driver().allocateDevice(0));
      refusal(() -> driver().free(NOWHERE));
      refusal(() -> driver().fill(NOWHERE, (byte) 0, StreamHandle.DEFAULT));
    }
    DriverWalk.walk(driver());
  }
}
