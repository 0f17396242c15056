package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;

/** The driver that the checks of a contract are about, and the means they share. */
interface DriverUnderTest {

  long MIB = ByteSize.MIB;
  long BLOCK = Blocks.BYTES;

  /** An address range that no allocation ever has. */
  AddressRange NOWHERE = new AddressRange(1 * MIB, MIB);

  int NO_SUCH_DEVICE = 99;

  /** The three kinds of memory the seam allocates. */
  enum Kind {
    /** {@link UnifiedMemoryDriver#allocateDevice}. */
    DEVICE,
    /** {@link UnifiedMemoryDriver#allocateManaged}. */
    MANAGED,
    /** {@link UnifiedMemoryDriver#allocatePinned}. */
    PINNED;

    AddressRange allocate(UnifiedMemoryDriver driver, long bytes) {
      return switch (this) {
        case DEVICE -> driver.allocateDevice(bytes);
        case MANAGED -> driver.allocateManaged(bytes);
        case PINNED -> driver.allocatePinned(bytes);
      };
    }
  }

  /** Opens one more driver like the one under test. */
  UnifiedMemoryDriver open();

  /** The driver opened for this check. */
  UnifiedMemoryDriver driver();

  /** Its device. */
  Location device();

  default boolean has(Capability capability) {
    return driver().capabilities().has(capability);
  }

  default boolean hasAll(Capability... capabilities) {
    return driver().capabilities().hasAll(List.of(capabilities));
  }

  /** Skips the check where the driver has no such memory. */
  default void assume(Kind kind) {
    if (kind == Kind.MANAGED) {
      assume(Capability.MANAGED_MEMORY);
    }
  }

  /** Skips the check, saying which capability is missing and why. */
  default void assume(Capability... capabilities) {
    for (Capability capability : capabilities) {
      driver()
          .capabilities()
          .whyNot(capability)
          .ifPresent(reason -> Assumptions.abort("no " + capability + ": " + reason));
    }
  }

  /** Makes the call that needs {@code capability}. */
  default void use(Capability capability, AddressRange range, StreamHandle stream) {
    switch (capability) {
      case ADVISE -> driver().advise(range, Advice.SET_READ_MOSTLY, device());
      case PREFETCH -> driver().prefetch(range, device(), stream);
      case PREFETCH_TO_HOST -> driver().prefetch(range, Location.HOST, stream);
      case HOST_NUMA_LOCATION -> driver().prefetch(range, new Location.HostNode(0), stream);
      case PREFETCH_BATCH -> driver().prefetchBatch(List.of(range), device(), stream);
      case DISCARD -> driver().discard(List.of(range), stream);
      case DISCARD_AND_PREFETCH -> driver().discardAndPrefetch(List.of(range), device(), stream);
      case RANGE_ATTRIBUTES -> driver().attributes(range);
      case MANAGED_MEMORY, CONCURRENT_MANAGED_ACCESS, PAGEABLE_MEMORY_ACCESS ->
          throw new AssertionError(capability + " has no call of its own");
    }
  }

  /** The failure of {@code call}, which must be one of CUDA's. */
  static DriverException refusal(ThrowingCallable call) {
    DriverException refused = catchThrowableOfType(DriverException.class, call);
    assertThat(refused).as("the refusal").isNotNull();
    assertThat(refused.status().name()).isNotBlank();
    assertThat(refused.status().code()).isPositive();
    assertThat(refused.call()).startsWith("cu");
    return refused;
  }

  static byte[] pattern(long bytes, long seed) {
    byte[] pattern = new byte[Math.toIntExact(bytes)];
    new Random(seed).nextBytes(pattern);
    return pattern;
  }

  /** Writes through pinned memory and the device, whatever kind {@code range} is. */
  default void write(AddressRange range, byte[] bytes) {
    AddressRange staging = driver().allocatePinned(range.bytes());
    driver().hostView(staging).copyFrom(MemorySegment.ofArray(bytes));
    driver().copy(range, staging.address(), StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    driver().free(staging);
  }

  /** Reads through the device and pinned memory, whatever kind {@code range} is. */
  default byte[] read(AddressRange range) {
    AddressRange staging = driver().allocatePinned(range.bytes());
    driver().copy(staging, range.address(), StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    byte[] bytes = driver().hostView(staging).toArray(ValueLayout.JAVA_BYTE);
    driver().free(staging);
    return bytes;
  }

  /** The first, the last and some bytes in between, of memory the host sees. */
  default List<Integer> sample(AddressRange range) {
    MemorySegment view = driver().hostView(range);
    List<Integer> bytes = new ArrayList<>();
    for (long at = 0; at < range.bytes(); at += 65_521) {
      bytes.add((int) view.get(ValueLayout.JAVA_BYTE, at));
    }
    bytes.add((int) view.get(ValueLayout.JAVA_BYTE, range.bytes() - 1));
    return bytes;
  }
}
