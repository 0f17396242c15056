package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link UnifiedMemoryDriver} must do, whatever stands behind it: a GPU, the stub
 * library or the simulator.
 *
 * <p>A subclass says how to open the driver. What may be expected of it follows from the
 * capabilities it declares: a check that needs one which is missing is skipped with the
 * capability's name and the driver's reason, and the call is checked to be refused instead ({@link
 * #missingCapabilitiesAreRefusedAsNotSupported}).
 *
 * <p>After each check nothing may be left that the check did not return: memory, streams, events.
 * No check has more than 256 MiB of managed memory at a time, so the suite may run on shared GPUs.
 */
public abstract class UnifiedMemoryDriverContract {

  private static final long MIB = ByteSize.MIB;
  private static final long BLOCK = Blocks.BYTES;
  private static final long MOST_MANAGED_BYTES = 256 * MIB;

  /** An address range that no allocation ever has. */
  private static final AddressRange NOWHERE = new AddressRange(1 * MIB, MIB);

  private static final int NO_SUCH_DEVICE = 99;

  /** The three kinds of memory the seam allocates. */
  protected enum Kind {
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

  /** How a subclass lets a check look at, and change, the calling thread's CUDA context. */
  protected interface CallerContext {
    /** The calling thread's current context, empty if it has none. */
    OptionalLong current();

    /** Makes a new context and makes it current on the calling thread. */
    long enterNew();

    /** Destroys the context that {@link #enterNew} made. */
    void destroy(long context);
  }

  private FaultInjectingDriver driver;
  private Location device;

  /** Opens the driver under test; called for each check, closed after it. */
  protected abstract UnifiedMemoryDriver open();

  /**
   * Access to the thread's context, where the driver has such a thing and the subclass can tell.
   */
  protected Optional<CallerContext> callerContext() {
    return Optional.empty();
  }

  /** Called after each check, when the driver is closed: the subclass's own books. */
  protected void assertNothingLeft() {}

  /** The opened driver, watched. */
  protected final FaultInjectingDriver driver() {
    return driver;
  }

  @BeforeEach
  final void openDriver() {
    driver = new FaultInjectingDriver(open());
    device = driver.device().location();
  }

  @AfterEach
  final void closeDriver() {
    if (driver == null) {
      return; // Opening was skipped or failed; JUnit reports that.
    }
    List<String> leaks = driver.leaks();
    driver.releaseLeaks();
    driver.close();
    assertThat(leaks).as("left behind by the check").isEmpty();
    assertThat(driver.mostManagedBytes())
        .as("managed memory at a time")
        .isLessThanOrEqualTo(MOST_MANAGED_BYTES);
    assertNothingLeft();
  }

  // ---- what a driver says of itself

  @Test
  final void deviceInfoIsPlausible() {
    DeviceInfo info = driver.device();
    assertThat(info.driverName()).isNotBlank();
    assertThat(info.deviceName()).isNotBlank();
    assertThat(info.ordinal()).isNotNegative();
    assertThat(info.totalBytes()).isPositive();
    assertThat(info.computeMajor()).isPositive();
    assertThat(info.computeMinor()).isNotNegative();
    assertThat(info.cudaVersion()).isGreaterThanOrEqualTo(8000);
  }

  @Test
  final void deviceInfoAndCapabilitiesDoNotChange() {
    assertThat(driver.device()).isEqualTo(driver.device());
    assertThat(driver.capabilities()).isEqualTo(driver.capabilities());
  }

  @Test
  final void everyMissingCapabilityHasAReason() {
    assertThat(driver.capabilities().missing().values())
        .allSatisfy(r -> assertThat(r).isNotBlank());
  }

  @Test
  final void capabilitiesThatBuildOnOthersImplyThem() {
    Capabilities has = driver.capabilities();
    if (!has.has(Capability.MANAGED_MEMORY)) {
      assertThat(has.has(Capability.CONCURRENT_MANAGED_ACCESS)).isFalse();
      assertThat(has.has(Capability.ADVISE)).isFalse();
    }
    if (!has.has(Capability.CONCURRENT_MANAGED_ACCESS)) {
      assertThat(has.has(Capability.PREFETCH)).isFalse();
    }
  }

  @Test
  final void memoryInfoLiesWithinTheDevice() {
    MemoryInfo info = driver.memoryInfo();
    assertThat(info.freeBytes()).isBetween(0L, info.totalBytes());
    assertThat(info.totalBytes()).isBetween(1L, driver.device().totalBytes());
  }

  @Test
  final void theClockNeverGoesBack() {
    long before = driver.clock().nanoTime();
    StreamHandle stream = driver.createStream();
    AddressRange range = driver.allocateDevice(MIB);
    driver.fill(range, (byte) 1, stream);
    driver.synchronize(stream);
    assertThat(driver.clock().nanoTime() - before).isNotNegative();
    driver.free(range);
    driver.destroyStream(stream);
  }

  @Test
  final void closingTwiceIsClosingOnce() {
    UnifiedMemoryDriver other = open();
    other.close();
    other.close();
    assertThat(driver.memoryInfo().totalBytes()).isPositive();
  }

  @Test
  final void aDriverCanBeOpenedAgainAfterClosing() {
    open().close();
    try (UnifiedMemoryDriver again = open()) {
      AddressRange range = again.allocatePinned(MIB);
      assertThat(again.hostView(range).byteSize()).isEqualTo(MIB);
      again.free(range);
    }
  }

  // ---- sizes

  @ParameterizedTest
  @CsvSource({
    "DEVICE, 0", "DEVICE, -1", "DEVICE, -9223372036854775808",
    "MANAGED, 0", "MANAGED, -1", "MANAGED, -9223372036854775808",
    "PINNED, 0", "PINNED, -1", "PINNED, -9223372036854775808"
  })
  final void sizesOfZeroOrLessAreRefused(Kind kind, long bytes) {
    assume(kind);
    DriverException refused = refusal(() -> kind.allocate(driver, bytes));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
    assertThat(refused.call()).startsWith("cuMem");
    assertThat(refused.bytes()).isEqualTo(bytes);
    assertThat(refused.address()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  final void theLargestSizeIsRefused(Kind kind) {
    assume(kind);
    Throwable refused = catchThrowable(() -> kind.allocate(driver, Long.MAX_VALUE));
    assertThat(refused).isInstanceOfAny(DriverException.class, ManagedMemoryLimitException.class);
    if (refused instanceof DriverException failure) {
      assertThat(failure.status()).isIn(CudaStatus.OUT_OF_MEMORY, CudaStatus.INVALID_VALUE);
      assertThat(failure.bytes()).isEqualTo(Long.MAX_VALUE);
      assertThat(failure).hasMessageContaining("size 9223372036854775807");
    } else {
      assertThat(refused).hasMessageContaining("refused");
    }
    AddressRange range = kind.allocate(driver, MIB);
    driver.free(range);
  }

  @Test
  final void moreThanTheDeviceHasIsOutOfMemory() {
    long bytes = driver.device().totalBytes() + ByteSize.GIB;
    OutOfDeviceMemoryException refused =
        catchThrowableOfType(OutOfDeviceMemoryException.class, () -> driver.allocateDevice(bytes));
    assertThat(refused).isNotNull();
    assertThat(refused.call()).isEqualTo("cuMemAlloc");
    assertThat(refused.status()).isEqualTo(CudaStatus.OUT_OF_MEMORY);
    assertThat(refused.bytes()).isEqualTo(bytes);
    assertThat(refused)
        .hasMessageStartingWith("cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY (2), size " + bytes);
  }

  // ---- allocation

  @ParameterizedTest
  @CsvSource({
    "DEVICE, 1", "DEVICE, 4096", "DEVICE, 6291457",
    "MANAGED, 1", "MANAGED, 4096", "MANAGED, 6291457",
    "PINNED, 1", "PINNED, 4096", "PINNED, 6291457"
  })
  final void anAllocationIsOfTheSizeAskedFor(Kind kind, long bytes) {
    assume(kind);
    AddressRange range = kind.allocate(driver, bytes);
    assertThat(range.bytes()).isEqualTo(bytes);
    assertThat(range.address()).isPositive();
    driver.free(range);
  }

  @ParameterizedTest
  @ValueSource(longs = {2 << 20, (2 << 20) + 1, 5 << 20, 64 << 20})
  final void managedMemoryOfABlockOrMoreIsBlockAligned(long bytes) {
    assume(Kind.MANAGED);
    List<AddressRange> ranges = new ArrayList<>();
    AddressRange odd = driver.allocateManaged(4096);
    for (int i = 0; i < 3; i++) {
      ranges.add(driver.allocateManaged(bytes));
    }
    assertThat(ranges).allSatisfy(r -> assertThat(Blocks.aligned(r.address())).isTrue());
    ranges.forEach(driver::free);
    driver.free(odd);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  final void everyAllocationIsAlignedForAnyUse(Kind kind) {
    assume(kind);
    AddressRange small = kind.allocate(driver, 1);
    AddressRange next = kind.allocate(driver, 1);
    assertThat(List.of(small.address() % 256, next.address() % 256)).containsOnly(0L);
    driver.free(small);
    driver.free(next);
  }

  @Test
  final void liveAllocationsDoNotOverlapInWhateverOrderTheyAreFreed() {
    Random random = new Random(11);
    List<AddressRange> live = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Kind kind = Kind.values()[i % 3];
      if (kind != Kind.MANAGED || has(Capability.MANAGED_MEMORY)) {
        live.add(kind.allocate(driver, 1 + random.nextInt(1 << 20)));
      }
    }
    for (AddressRange a : live) {
      assertThat(live).filteredOn(b -> b != a).noneMatch(a::overlaps);
    }
    Collections.shuffle(live, random);
    live.forEach(driver::free);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  final void freedMemoryCanBeHadAgain(Kind kind) {
    assume(kind);
    for (int i = 0; i < 20; i++) {
      AddressRange range = kind.allocate(driver, 64 * MIB);
      driver.free(range);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  final void freeingTwiceIsRefused(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver, 4 * MIB);
    driver.free(range);
    DriverException refused = refusal(() -> driver.free(range));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
    assertThat(refused.call()).startsWith("cuMemFree");
    assertThat(refused.address()).isEqualTo(range.address());
    assertThat(refused.bytes()).isEqualTo(range.bytes());
    assertThat(refused)
        .hasMessageStartingWith("cuMemFree")
        .hasMessageContaining("failed: CUDA_ERROR_INVALID_VALUE (1), address 0x")
        .hasMessageContaining(Long.toHexString(range.address()))
        .hasMessageEndingWith("size 4194304 (4 MiB)");
  }

  @Test
  final void freeingAForeignPointerIsRefused() {
    DriverException refused = refusal(() -> driver.free(NOWHERE));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
    assertThat(refused.address()).isEqualTo(NOWHERE.address());
    assertThat(refused.bytes()).isEqualTo(NOWHERE.bytes());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  final void freeingTheInsideOfAnAllocationIsRefusedAndLeavesIt(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver, 4 * MIB);
    write(range, pattern(range.bytes(), 5));
    refusal(() -> driver.free(range.slice(BLOCK, BLOCK)));
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 5));
    driver.free(range);
  }

  @Test
  final void managedMemoryIsZeroWhenFirstTouched() {
    assume(Kind.MANAGED);
    AddressRange range = driver.allocateManaged(4 * MIB);
    assertThat(driver.hostView(range).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(new byte[(int) range.bytes()]);
    driver.free(range);
  }

  // ---- the host's view

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "DEVICE", mode = EnumSource.Mode.EXCLUDE)
  final void theHostViewIsExactlyTheRange(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver, 3 * MIB + 17);
    MemorySegment view = driver.hostView(range);
    assertThat(view.byteSize()).isEqualTo(range.bytes());
    assertThat(view.scope()).isEqualTo(MemorySegment.NULL.scope());
    view.set(ValueLayout.JAVA_BYTE, range.bytes() - 1, (byte) 42);
    assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, range.bytes()))
        .isInstanceOf(IndexOutOfBoundsException.class);
    driver.free(range);
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "DEVICE", mode = EnumSource.Mode.EXCLUDE)
  final void whatTheHostWritesTheDeviceCopies(Kind kind) {
    assume(kind);
    byte[] bytes = pattern(3 * MIB + 17, 7);
    AddressRange range = kind.allocate(driver, bytes.length);
    driver.hostView(range).copyFrom(MemorySegment.ofArray(bytes));
    assertThat(read(range)).isEqualTo(bytes);
    driver.free(range);
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "DEVICE", mode = EnumSource.Mode.EXCLUDE)
  final void whatTheDeviceFillsTheHostSees(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver, 3 * MIB + 17);
    driver.fill(range, (byte) 0x5a, StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    byte[] expected = new byte[(int) range.bytes()];
    Arrays.fill(expected, (byte) 0x5a);
    assertThat(driver.hostView(range).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    driver.free(range);
  }

  @Test
  final void deviceMemoryHasNoHostView() {
    AddressRange range = driver.allocateDevice(MIB);
    DriverException refused = refusal(() -> driver.hostView(range));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
    assertThat(refused.address()).isEqualTo(range.address());
    driver.free(range);
  }

  @Test
  final void memoryThatIsNotAllocatedHasNoHostView() {
    refusal(() -> driver.hostView(NOWHERE));
    AddressRange range = driver.allocatePinned(MIB);
    AddressRange tooLong = new AddressRange(range.address(), 64 * MIB);
    refusal(() -> driver.hostView(tooLong));
    driver.free(range);
    refusal(() -> driver.hostView(range));
  }

  // ---- copies and fills

  @ParameterizedTest
  @CsvSource({
    "DEVICE, DEVICE", "DEVICE, MANAGED", "DEVICE, PINNED",
    "MANAGED, DEVICE", "MANAGED, MANAGED", "MANAGED, PINNED",
    "PINNED, DEVICE", "PINNED, MANAGED", "PINNED, PINNED"
  })
  final void copiesWorkBetweenAllKinds(Kind from, Kind to) {
    assume(from);
    assume(to);
    byte[] bytes = pattern(3 * MIB + 5, 3);
    AddressRange source = from.allocate(driver, bytes.length);
    AddressRange target = to.allocate(driver, bytes.length);
    write(source, bytes);
    driver.copy(target, source.address(), StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    assertThat(read(target)).isEqualTo(bytes);
    assertThat(read(source)).isEqualTo(bytes);
    driver.free(source);
    driver.free(target);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  final void aCopyOfAPartChangesNothingElse(Kind kind) {
    assume(kind);
    byte[] expected = pattern(3 * MIB, 1);
    byte[] other = pattern(3 * MIB, 2);
    AddressRange target = kind.allocate(driver, expected.length);
    AddressRange source = driver.allocatePinned(other.length);
    write(target, expected);
    write(source, other);
    driver.copy(target.slice(1234567, 765433), source.address() + 777, StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    System.arraycopy(other, 777, expected, 1234567, 765433);
    assertThat(read(target)).isEqualTo(expected);
    driver.free(source);
    driver.free(target);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  final void aFillOfAPartChangesNothingElse(Kind kind) {
    assume(kind);
    byte[] expected = pattern(3 * MIB, 1);
    AddressRange range = kind.allocate(driver, expected.length);
    write(range, expected);
    driver.fill(range.slice(4097, 2000003), (byte) -3, StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    Arrays.fill(expected, 4097, 4097 + 2000003, (byte) -3);
    assertThat(read(range)).isEqualTo(expected);
    driver.free(range);
  }

  @Test
  final void fillingPastTheEndIsRefusedAndChangesNothing() {
    AddressRange range = driver.allocateDevice(4 * MIB);
    write(range, pattern(range.bytes(), 4));
    AddressRange tooLong = new AddressRange(range.address(), 64 * MIB);
    DriverException refused = refusal(() -> driver.fill(tooLong, (byte) 0, StreamHandle.DEFAULT));
    assertThat(refused.call()).startsWith("cuMemsetD8");
    assertThat(refused.address()).isEqualTo(tooLong.address());
    assertThat(refused.bytes()).isEqualTo(tooLong.bytes());
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 4));
    driver.free(range);
  }

  @Test
  final void fillingWhatIsNotAllocatedIsRefused() {
    DriverException refused = refusal(() -> driver.fill(NOWHERE, (byte) 0, StreamHandle.DEFAULT));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
  }

  @Test
  final void copyingPastTheEndIsRefusedAndChangesNothing() {
    AddressRange source = driver.allocateDevice(64 * MIB);
    AddressRange target = driver.allocateDevice(4 * MIB);
    write(target, pattern(target.bytes(), 4));
    AddressRange tooLong = new AddressRange(target.address(), 64 * MIB);
    DriverException refused =
        refusal(() -> driver.copy(tooLong, source.address(), StreamHandle.DEFAULT));
    assertThat(refused.call()).startsWith("cuMemcpy");
    assertThat(refused.address()).isEqualTo(tooLong.address());
    assertThat(refused.bytes()).isEqualTo(tooLong.bytes());
    assertThat(read(target)).isEqualTo(pattern(target.bytes(), 4));
    driver.free(source);
    driver.free(target);
  }

  // ---- advice

  @Test
  final void nothingIsSaidOfAFreshAllocation() {
    assume(Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    assertThat(driver.attributes(range))
        .isEqualTo(new RangeAttributes(false, Optional.empty(), Set.of(), Optional.empty()));
    driver.free(range);
  }

  @Test
  final void readMostlyIsSetAndUnset() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    driver.advise(range, Advice.SET_READ_MOSTLY, device);
    assertThat(driver.attributes(range).readMostly()).isTrue();
    driver.advise(range, Advice.UNSET_READ_MOSTLY, device);
    assertThat(driver.attributes(range).readMostly()).isFalse();
    driver.free(range);
  }

  @Test
  final void readMostlyIgnoresTheLocation() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    for (Location location : List.of(Location.HOST, device, Location.device(NO_SUCH_DEVICE))) {
      driver.advise(range, Advice.SET_READ_MOSTLY, location);
      assertThat(driver.attributes(range).readMostly()).isTrue();
      driver.advise(range, Advice.UNSET_READ_MOSTLY, location);
      assertThat(driver.attributes(range).readMostly()).isFalse();
    }
    driver.free(range);
  }

  @Test
  final void thePreferredLocationIsSetAndUnset() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver.allocateManaged(4 * MIB);
    for (Location location : List.of(device, Location.HOST, device)) {
      driver.advise(range, Advice.SET_PREFERRED_LOCATION, location);
      assertThat(driver.attributes(range).preferredLocation()).contains(location);
    }
    driver.advise(range, Advice.UNSET_PREFERRED_LOCATION, Location.HOST);
    assertThat(driver.attributes(range).preferredLocation()).isEmpty();
    driver.free(range);
  }

  @Test
  final void thePreferredLocationMayBeAHostNode() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.HOST_NUMA_LOCATION);
    AddressRange range = driver.allocateManaged(4 * MIB);
    Location node = new Location.HostNode(0);
    try {
      driver.advise(range, Advice.SET_PREFERRED_LOCATION, node);
      // Driver 580 takes it and reads it back as unset: see RangeAttributes.
      assertThat(driver.attributes(range).preferredLocation())
          .isIn(Optional.of(node), Optional.empty());
    } finally {
      driver.free(range);
    }
  }

  @Test
  final void accessorsAreSetAndUnsetOneByOne() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver.allocateManaged(4 * MIB);
    driver.advise(range, Advice.SET_ACCESSED_BY, device);
    assertThat(driver.attributes(range).accessedBy()).containsExactly(device);
    driver.advise(range, Advice.SET_ACCESSED_BY, Location.HOST);
    assertThat(driver.attributes(range).accessedBy())
        .containsExactlyInAnyOrder(device, Location.HOST);
    driver.advise(range, Advice.UNSET_ACCESSED_BY, device);
    assertThat(driver.attributes(range).accessedBy()).containsExactly(Location.HOST);
    driver.advise(range, Advice.UNSET_ACCESSED_BY, Location.HOST);
    assertThat(driver.attributes(range).accessedBy()).isEmpty();
    driver.free(range);
  }

  @Test
  final void kindsOfAdviceAreIndependent() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver.allocateManaged(4 * MIB);
    driver.advise(range, Advice.SET_READ_MOSTLY, device);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_ACCESSED_BY, device);
    driver.advise(range, Advice.UNSET_READ_MOSTLY, device);
    RangeAttributes attributes = driver.attributes(range);
    assertThat(attributes.readMostly()).isFalse();
    assertThat(attributes.preferredLocation()).contains(Location.HOST);
    assertThat(attributes.accessedBy()).containsExactly(device);
    driver.free(range);
  }

  @Test
  final void adviceOnAPartIsNotSaidOfTheWhole() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(8 * MIB);
    AddressRange part = range.slice(BLOCK, BLOCK);
    driver.advise(part, Advice.SET_READ_MOSTLY, device);
    driver.advise(part, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(part, Advice.SET_ACCESSED_BY, Location.HOST);
    assertThat(driver.attributes(part).readMostly()).isTrue();
    assertThat(driver.attributes(part).preferredLocation()).contains(Location.HOST);
    assertThat(driver.attributes(part).accessedBy()).containsExactly(Location.HOST);
    assertThat(driver.attributes(range))
        .isEqualTo(new RangeAttributes(false, Optional.empty(), Set.of(), Optional.empty()));
    assertThat(driver.attributes(range.slice(0, BLOCK)).readMostly()).isFalse();
    assertThat(driver.attributes(range.slice(2 * BLOCK, 2 * BLOCK)).readMostly()).isFalse();
    driver.free(range);
  }

  @Test
  final void rangesNeedNotBeAligned() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES, Capability.PREFETCH);
    AddressRange range = driver.allocateManaged(8 * MIB);
    AddressRange odd = range.slice(BLOCK - 100, BLOCK + 333);
    write(range, pattern(range.bytes(), 6));
    driver.advise(odd, Advice.SET_READ_MOSTLY, device);
    assertThat(driver.attributes(odd).readMostly()).isTrue();
    driver.prefetch(odd, device, StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    assertThat(driver.attributes(odd).lastPrefetch()).contains(device);
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 6));
    driver.free(range);
  }

  @Test
  final void adviceNamingNoSuchDeviceIsRefusedAndChangesNothing() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    RangeAttributes before = driver.attributes(range);
    Location none = Location.device(NO_SUCH_DEVICE);
    for (Advice advice : List.of(Advice.SET_PREFERRED_LOCATION, Advice.SET_ACCESSED_BY)) {
      DriverException refused = refusal(() -> driver.advise(range, advice, none));
      assertThat(refused.status()).isIn(CudaStatus.INVALID_DEVICE, CudaStatus.INVALID_VALUE);
      assertThat(refused.call()).isEqualTo("cuMemAdvise");
      assertThat(refused.address()).isEqualTo(range.address());
      assertThat(refused.bytes()).isEqualTo(range.bytes());
    }
    assertThat(driver.attributes(range)).isEqualTo(before);
    driver.free(range);
  }

  @Test
  final void adviceOutsideManagedMemoryIsRefused() {
    assume(Capability.ADVISE);
    AddressRange plain = driver.allocateDevice(4 * MIB);
    AddressRange freed = driver.allocateManaged(4 * MIB);
    driver.free(freed);
    for (AddressRange range : List.of(NOWHERE, plain, freed)) {
      for (Advice advice : Advice.values()) {
        DriverException refused = refusal(() -> driver.advise(range, advice, Location.HOST));
        assertThat(refused.call()).isEqualTo("cuMemAdvise");
        assertThat(refused.address()).isEqualTo(range.address());
      }
    }
    driver.free(plain);
  }

  @Test
  final void advicePartlyOutsideIsRefusedAndChangesNothing() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    AddressRange tooLong = new AddressRange(range.address() + BLOCK, 64 * MIB);
    refusal(() -> driver.advise(tooLong, Advice.SET_READ_MOSTLY, device));
    assertThat(driver.attributes(range).readMostly()).isFalse();
    assertThat(driver.attributes(range.slice(BLOCK, BLOCK)).readMostly()).isFalse();
    driver.free(range);
  }

  @Test
  final void attributesOutsideManagedMemoryAreRefused() {
    assume(Capability.RANGE_ATTRIBUTES);
    AddressRange plain = driver.allocateDevice(4 * MIB);
    for (AddressRange range : List.of(NOWHERE, plain)) {
      DriverException refused = refusal(() -> driver.attributes(range));
      assertThat(refused.call()).isEqualTo("cuMemRangeGetAttribute");
      assertThat(refused.address()).isEqualTo(range.address());
      assertThat(refused.bytes()).isEqualTo(range.bytes());
    }
    driver.free(plain);
  }

  @Test
  final void aNewAllocationInheritsNoAdvice() {
    assume(Capability.ADVISE, Capability.RANGE_ATTRIBUTES);
    for (int i = 0; i < 4; i++) {
      AddressRange range = driver.allocateManaged(4 * MIB);
      assertThat(driver.attributes(range).readMostly()).isFalse();
      assertThat(driver.attributes(range).preferredLocation()).isEmpty();
      driver.advise(range, Advice.SET_READ_MOSTLY, device);
      driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
      driver.free(range);
    }
  }

  @Test
  final void noAdviceChangesResults() {
    assume(Capability.ADVISE, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver.allocateManaged(8 * MIB);
    byte[] expected = pattern(range.bytes(), 8);
    write(range, expected);
    int round = 0;
    for (Advice advice : Advice.values()) {
      for (Location location : List.of(device, Location.HOST)) {
        driver.advise(range.slice(BLOCK, 2 * BLOCK), advice, location);
        byte value = (byte) ++round;
        driver.fill(range.slice(round, 5000), value, StreamHandle.DEFAULT);
        driver.fill(range.slice(BLOCK + round, 5000), value, StreamHandle.DEFAULT);
        Arrays.fill(expected, round, round + 5000, value);
        Arrays.fill(expected, (int) BLOCK + round, (int) BLOCK + round + 5000, value);
        assertThat(read(range)).isEqualTo(expected);
      }
    }
    driver.free(range);
  }

  @Test
  final void readMostlyNeverShowsStaleData() {
    assume(Capability.ADVISE, Capability.PREFETCH, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver.allocateManaged(8 * MIB);
    byte[] expected = pattern(range.bytes(), 9);
    write(range, expected);
    driver.advise(range, Advice.SET_READ_MOSTLY, device);
    for (int round = 0; round < 4; round++) {
      driver.prefetch(range, device, StreamHandle.DEFAULT);
      assertThat(read(range)).isEqualTo(expected);
      // Once by the host and once by the device: either makes the other's copy stale.
      int at = (int) (round * BLOCK + 12345);
      driver.hostView(range).set(ValueLayout.JAVA_BYTE, at, (byte) ~expected[at]);
      expected[at] = (byte) ~expected[at];
      assertThat(read(range)).isEqualTo(expected);
      driver.fill(range.slice(at + 1, 100), (byte) round, StreamHandle.DEFAULT);
      driver.synchronize(StreamHandle.DEFAULT);
      Arrays.fill(expected, at + 1, at + 101, (byte) round);
      assertThat(driver.hostView(range).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }
    driver.free(range);
  }

  @Test
  final void theCleanDropLosesNothing() {
    assume(Capability.ADVISE, Capability.PREFETCH, Capability.CONCURRENT_MANAGED_ACCESS);
    AddressRange range = driver.allocateManaged(16 * MIB);
    byte[] expected = pattern(range.bytes(), 10);
    write(range, expected);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_READ_MOSTLY, device);
    for (int round = 0; round < 3; round++) {
      driver.prefetch(range, device, StreamHandle.DEFAULT);
      driver.synchronize(StreamHandle.DEFAULT);
      driver.advise(range, Advice.UNSET_READ_MOSTLY, device);
      driver.advise(range, Advice.SET_READ_MOSTLY, device);
      assertThat(read(range)).isEqualTo(expected);
    }
    driver.free(range);
  }

  // ---- prefetch and discard

  @Test
  final void aPrefetchIsRememberedAndChangesNoContents() {
    assume(Capability.PREFETCH, Capability.PREFETCH_TO_HOST, Capability.RANGE_ATTRIBUTES);
    StreamHandle stream = driver.createStream();
    AddressRange range = driver.allocateManaged(16 * MIB);
    byte[] expected = pattern(range.bytes(), 12);
    write(range, expected);
    for (Location target : List.of(device, Location.HOST, device, device)) {
      driver.prefetch(range, target, stream);
      driver.synchronize(stream);
      assertThat(driver.attributes(range).lastPrefetch()).contains(target);
      assertThat(read(range)).isEqualTo(expected);
    }
    driver.free(range);
    driver.destroyStream(stream);
  }

  @Test
  final void aPrefetchOfAPartIsNotSaidOfTheWhole() {
    assume(Capability.PREFETCH, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(8 * MIB);
    driver.prefetch(range.slice(0, 2 * BLOCK), device, StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    assertThat(driver.attributes(range.slice(0, BLOCK)).lastPrefetch()).contains(device);
    assertThat(driver.attributes(range.slice(2 * BLOCK, BLOCK)).lastPrefetch()).isEmpty();
    assertThat(driver.attributes(range).lastPrefetch()).isEmpty();
    driver.free(range);
  }

  @Test
  final void aPrefetchMayNameAHostNode() {
    assume(Capability.PREFETCH_TO_HOST, Capability.HOST_NUMA_LOCATION, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    byte[] expected = pattern(range.bytes(), 13);
    write(range, expected);
    driver.prefetch(range, new Location.HostNode(0), StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    assertThat(driver.attributes(range).lastPrefetch()).contains(new Location.HostNode(0));
    assertThat(read(range)).isEqualTo(expected);
    driver.free(range);
  }

  @Test
  final void prefetchingOutsideManagedMemoryIsRefused() {
    assume(Capability.PREFETCH);
    AddressRange plain = driver.allocateDevice(4 * MIB);
    for (AddressRange range : List.of(NOWHERE, plain)) {
      DriverException refused = refusal(() -> driver.prefetch(range, device, StreamHandle.DEFAULT));
      assertThat(refused.call()).isEqualTo("cuMemPrefetchAsync");
      assertThat(refused.address()).isEqualTo(range.address());
      assertThat(refused.bytes()).isEqualTo(range.bytes());
    }
    driver.free(plain);
  }

  @Test
  final void prefetchingPartlyOutsideIsRefusedAndChangesNothing() {
    assume(Capability.PREFETCH, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    write(range, pattern(range.bytes(), 14));
    AddressRange tooLong = new AddressRange(range.address(), 64 * MIB);
    refusal(() -> driver.prefetch(tooLong, device, StreamHandle.DEFAULT));
    assertThat(driver.attributes(range).lastPrefetch()).isEmpty();
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 14));
    driver.free(range);
  }

  @Test
  final void prefetchingToNoSuchDeviceIsRefusedAndChangesNothing() {
    assume(Capability.PREFETCH, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    DriverException refused =
        refusal(
            () -> driver.prefetch(range, Location.device(NO_SUCH_DEVICE), StreamHandle.DEFAULT));
    assertThat(refused.status()).isIn(CudaStatus.INVALID_DEVICE, CudaStatus.INVALID_VALUE);
    assertThat(driver.attributes(range).lastPrefetch()).isEmpty();
    driver.free(range);
  }

  @Test
  final void aBatchMovesEachOfItsRanges() {
    assume(Capability.PREFETCH_BATCH, Capability.RANGE_ATTRIBUTES);
    StreamHandle stream = driver.createStream();
    AddressRange a = driver.allocateManaged(8 * MIB);
    AddressRange b = driver.allocateManaged(4 * MIB);
    write(a, pattern(a.bytes(), 15));
    write(b, pattern(b.bytes(), 16));
    List<AddressRange> batch = List.of(a.slice(0, BLOCK), b, a.slice(2 * BLOCK, BLOCK));
    for (Location target : List.of(device, Location.HOST)) {
      driver.prefetchBatch(batch, target, stream);
      driver.synchronize(stream);
      assertThat(batch)
          .allSatisfy(r -> assertThat(driver.attributes(r).lastPrefetch()).contains(target));
      assertThat(driver.attributes(a.slice(BLOCK, BLOCK)).lastPrefetch()).isEmpty();
    }
    assertThat(read(a)).isEqualTo(pattern(a.bytes(), 15));
    assertThat(read(b)).isEqualTo(pattern(b.bytes(), 16));
    driver.free(a);
    driver.free(b);
    driver.destroyStream(stream);
  }

  @Test
  final void aBatchWithABadRangeIsRefused() {
    assume(Capability.PREFETCH_BATCH);
    StreamHandle stream = driver.createStream();
    AddressRange range = driver.allocateManaged(4 * MIB);
    write(range, pattern(range.bytes(), 17));
    DriverException refused =
        refusal(() -> driver.prefetchBatch(List.of(range, NOWHERE), device, stream));
    assertThat(refused.call()).isEqualTo("cuMemPrefetchBatchAsync");
    assertThat(refused.address()).isEqualTo(range.address());
    assertThat(refused.bytes()).isEqualTo(range.bytes() + NOWHERE.bytes());
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 17));
    driver.free(range);
    driver.destroyStream(stream);
  }

  @ParameterizedTest
  @EnumSource(
      value = Capability.class,
      names = {"PREFETCH_BATCH", "DISCARD", "DISCARD_AND_PREFETCH"})
  final void noBatchIsTakenInTheDefaultStream(Capability batch) {
    assume(batch, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver.allocateManaged(4 * MIB);
    write(range, pattern(range.bytes(), 25));
    DriverException refused = refusal(() -> use(batch, range, StreamHandle.DEFAULT));
    assertThat(refused.call()).endsWith("BatchAsync");
    assertThat(refused.address()).isEqualTo(range.address());
    assertThat(refused.bytes()).isEqualTo(range.bytes());
    assertThat(driver.attributes(range).lastPrefetch()).isEmpty();
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 25));
    driver.free(range);
  }

  @Test
  final void discardedMemoryIsGoodAgainOnceRewritten() {
    assume(Capability.DISCARD);
    StreamHandle stream = driver.createStream();
    AddressRange range = driver.allocateManaged(8 * MIB);
    for (int round = 0; round < 3; round++) {
      write(range, pattern(range.bytes(), round));
      driver.discard(List.of(range), stream);
      driver.synchronize(stream);
      byte[] expected = pattern(range.bytes(), 18 + round);
      write(range, expected);
      assertThat(read(range)).isEqualTo(expected);
    }
    driver.free(range);
    driver.destroyStream(stream);
  }

  @Test
  final void aDiscardTouchesNothingBesideIt() {
    assume(Capability.DISCARD);
    StreamHandle stream = driver.createStream();
    AddressRange range = driver.allocateManaged(8 * MIB);
    AddressRange other = driver.allocateManaged(4 * MIB);
    byte[] expected = pattern(range.bytes(), 19);
    write(range, expected);
    write(other, pattern(other.bytes(), 20));
    driver.discard(List.of(range.slice(BLOCK, BLOCK), range.slice(3 * BLOCK, BLOCK)), stream);
    driver.synchronize(stream);
    for (int block : new int[] {0, 2}) {
      int from = (int) (block * BLOCK);
      assertThat(read(range.slice(from, BLOCK)))
          .isEqualTo(Arrays.copyOfRange(expected, from, from + (int) BLOCK));
    }
    assertThat(read(other)).isEqualTo(pattern(other.bytes(), 20));
    driver.free(range);
    driver.free(other);
    driver.destroyStream(stream);
  }

  @Test
  final void discardingOutsideManagedMemoryIsRefused() {
    assume(Capability.DISCARD);
    StreamHandle stream = driver.createStream();
    AddressRange plain = driver.allocateDevice(4 * MIB);
    write(plain, pattern(plain.bytes(), 21));
    for (AddressRange range : List.of(NOWHERE, plain)) {
      DriverException refused = refusal(() -> driver.discard(List.of(range), stream));
      assertThat(refused.call()).isEqualTo("cuMemDiscardBatchAsync");
      assertThat(refused.address()).isEqualTo(range.address());
    }
    assertThat(read(plain)).isEqualTo(pattern(plain.bytes(), 21));
    driver.free(plain);
    driver.destroyStream(stream);
  }

  @Test
  final void discardAndPrefetchMovesAndLeavesRewritableMemory() {
    assume(Capability.DISCARD_AND_PREFETCH, Capability.RANGE_ATTRIBUTES);
    StreamHandle stream = driver.createStream();
    AddressRange range = driver.allocateManaged(8 * MIB);
    write(range, pattern(range.bytes(), 22));
    List<AddressRange> batch = List.of(range.slice(0, BLOCK), range.slice(BLOCK, 3 * BLOCK));
    driver.discardAndPrefetch(batch, device, stream);
    driver.synchronize(stream);
    assertThat(driver.attributes(range).lastPrefetch()).contains(device);
    write(range, pattern(range.bytes(), 23));
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 23));
    driver.free(range);
    driver.destroyStream(stream);
  }

  // ---- streams and events

  @Test
  final void handlesAreDistinct() {
    List<StreamHandle> streams = new ArrayList<>();
    List<EventHandle> events = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      streams.add(driver.createStream());
      events.add(driver.createEvent());
    }
    assertThat(new HashSet<>(streams)).hasSize(8).doesNotContain(StreamHandle.DEFAULT);
    assertThat(new HashSet<>(events)).hasSize(8);
    streams.forEach(driver::destroyStream);
    events.forEach(driver::destroyEvent);
  }

  @Test
  final void aStreamDoesItsWorkInOrder() {
    StreamHandle stream = driver.createStream();
    AddressRange a = driver.allocateDevice(32 * MIB);
    AddressRange b = driver.allocatePinned(32 * MIB);
    for (int round = 1; round <= 8; round++) {
      driver.fill(a, (byte) round, stream);
      driver.copy(b, a.address(), stream);
      driver.fill(a, (byte) -round, stream);
      driver.synchronize(stream);
      assertThat(sample(b)).containsOnly(round);
    }
    driver.free(a);
    driver.free(b);
    driver.destroyStream(stream);
  }

  @Test
  final void anEventNeverRecordedIsComplete() {
    EventHandle event = driver.createEvent();
    StreamHandle stream = driver.createStream();
    assertThat(driver.isComplete(event)).isTrue();
    driver.await(event);
    driver.streamWait(stream, event);
    driver.synchronize(stream);
    assertThat(driver.isComplete(event)).isTrue();
    driver.destroyEvent(event);
    driver.destroyStream(stream);
  }

  @Test
  final void timingEventsTellWhatTheStreamTookBetweenThem() {
    StreamHandle stream = driver.createStream();
    EventHandle start = driver.createTimingEvent();
    EventHandle end = driver.createTimingEvent();
    AddressRange memory = driver.allocateDevice(32 * MIB);
    long before = driver.clock().nanoTime();

    driver.record(start, stream);
    driver.fill(memory, (byte) 1, stream);
    driver.record(end, stream);
    driver.await(end);

    long roundingNanos = 1000;
    assertThat(driver.nanosBetween(start, end))
        .isBetween(0L, driver.clock().nanoTime() - before + roundingNanos);
    assertThat(driver.nanosBetween(end, end)).isZero();
    driver.free(memory);
    driver.destroyEvent(start);
    driver.destroyEvent(end);
    driver.destroyStream(stream);
  }

  @Test
  final void thereIsNoTimeToAnEventNeverRecorded() {
    EventHandle never = driver.createTimingEvent();

    assertThatThrownBy(() -> driver.nanosBetween(never, never))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.status()).isEqualTo(CudaStatus.INVALID_HANDLE));
    driver.destroyEvent(never);
  }

  @Test
  final void anEventMarksTheWorkBeforeIt() {
    StreamHandle stream = driver.createStream();
    EventHandle event = driver.createEvent();
    AddressRange a = driver.allocateDevice(32 * MIB);
    AddressRange b = driver.allocatePinned(32 * MIB);
    driver.fill(a, (byte) 77, stream);
    driver.copy(b, a.address(), stream);
    driver.record(event, stream);
    driver.await(event);
    assertThat(driver.isComplete(event)).isTrue();
    assertThat(sample(b)).containsOnly(77);
    driver.free(a);
    driver.free(b);
    driver.destroyEvent(event);
    driver.destroyStream(stream);
  }

  @Test
  final void anEventCanBeRecordedAgain() {
    StreamHandle stream = driver.createStream();
    EventHandle event = driver.createEvent();
    AddressRange range = driver.allocatePinned(16 * MIB);
    for (int round = 1; round <= 5; round++) {
      driver.fill(range, (byte) round, stream);
      driver.record(event, stream);
      driver.await(event);
      assertThat(sample(range)).containsOnly(round);
    }
    driver.free(range);
    driver.destroyEvent(event);
    driver.destroyStream(stream);
  }

  @Test
  final void aStreamWaitsForAnotherOnesEvent() {
    StreamHandle first = driver.createStream();
    StreamHandle second = driver.createStream();
    EventHandle filled = driver.createEvent();
    EventHandle copied = driver.createEvent();
    AddressRange a = driver.allocateDevice(64 * MIB);
    AddressRange b = driver.allocatePinned(64 * MIB);
    for (int round = 1; round <= 6; round++) {
      driver.fill(a, (byte) -round, first);
      driver.fill(a, (byte) round, first);
      driver.record(filled, first);
      driver.streamWait(second, filled);
      driver.copy(b, a.address(), second);
      driver.record(copied, second);
      driver.streamWait(first, copied);
      driver.synchronize(second);
      assertThat(sample(b)).containsOnly(round);
    }
    driver.synchronize(first);
    driver.free(a);
    driver.free(b);
    driver.destroyEvent(filled);
    driver.destroyEvent(copied);
    driver.destroyStream(first);
    driver.destroyStream(second);
  }

  // ---- siblings

  @Test
  final void aSiblingMovesAndIsWaitedFor() {
    UnifiedMemoryDriver sibling = driver.openSibling();
    StreamHandle stream = driver.createStream();
    StreamHandle beside = sibling.createStream();
    EventHandle filled = driver.createEvent();
    EventHandle copied = sibling.createEvent();
    AddressRange a = driver.allocateDevice(64 * MIB);
    AddressRange b = driver.allocatePinned(64 * MIB);
    for (int round = 1; round <= 6; round++) {
      driver.fill(a, (byte) -round, stream);
      driver.fill(a, (byte) round, stream);
      driver.record(filled, stream);
      sibling.streamWait(beside, filled);
      sibling.copy(b, a.address(), beside);
      sibling.record(copied, beside);
      driver.streamWait(stream, copied);
      driver.synchronize(stream);
      driver.await(copied);
      sibling.await(filled);
      assertThat(sample(b)).containsOnly(round);
    }
    driver.free(a);
    driver.free(b);
    driver.destroyEvent(filled);
    driver.destroyStream(stream);
    sibling.destroyEvent(copied);
    sibling.destroyStream(beside);
    sibling.close();
  }

  @Test
  final void whatASiblingMovesKeepsItsBytes() {
    assume(Capability.ADVISE, Capability.PREFETCH, Capability.CONCURRENT_MANAGED_ACCESS);
    UnifiedMemoryDriver sibling = driver.openSibling();
    StreamHandle stream = driver.createStream();
    StreamHandle beside = sibling.createStream();
    EventHandle there = sibling.createEvent();
    AddressRange managed = driver.allocateManaged(32 * MIB);
    AddressRange copy = driver.allocatePinned(32 * MIB);
    driver.hostView(managed).fill((byte) 7);
    sibling.advise(managed, Advice.SET_READ_MOSTLY, device);
    sibling.prefetch(managed, device, beside);
    sibling.record(there, beside);
    driver.streamWait(stream, there);
    driver.copy(copy, managed.address(), stream);
    driver.synchronize(stream);
    assertThat(sample(copy)).containsOnly(7);
    sibling.advise(managed, Advice.UNSET_READ_MOSTLY, device);
    sibling.prefetch(managed, Location.HOST, beside);
    sibling.synchronize(beside);
    assertThat(sample(managed)).containsOnly(7);
    driver.free(managed);
    driver.free(copy);
    driver.destroyStream(stream);
    sibling.destroyEvent(there);
    sibling.destroyStream(beside);
    sibling.close();
  }

  @Test
  final void aSiblingAllocatesNothingAndLeavesTheDriverOpen() {
    UnifiedMemoryDriver sibling = driver.openSibling();
    for (Kind kind : Kind.values()) {
      assertThatThrownBy(() -> kind.allocate(sibling, MIB))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(sibling.device().location()).isEqualTo(device);
    sibling.close();
    AddressRange range = driver.allocateDevice(MIB);
    driver.free(range);
  }

  @Test
  final void aSynchronizedStreamLeavesItsEventsComplete() {
    StreamHandle stream = driver.createStream();
    EventHandle event = driver.createEvent();
    AddressRange range = driver.allocateDevice(32 * MIB);
    driver.fill(range, (byte) 1, stream);
    driver.record(event, stream);
    driver.synchronize(stream);
    assertThat(driver.isComplete(event)).isTrue();
    driver.free(range);
    driver.destroyEvent(event);
    driver.destroyStream(stream);
  }

  @Test
  final void workInADestroyedStreamStillCompletes() {
    StreamHandle stream = driver.createStream();
    EventHandle event = driver.createEvent();
    AddressRange range = driver.allocatePinned(32 * MIB);
    driver.fill(range, (byte) 9, stream);
    driver.record(event, stream);
    driver.destroyStream(stream);
    driver.await(event);
    assertThat(sample(range)).containsOnly(9);
    driver.free(range);
    driver.destroyEvent(event);
  }

  @Test
  final void freeingWaitsForTheWorkOnIt() {
    StreamHandle stream = driver.createStream();
    AddressRange a = driver.allocateDevice(64 * MIB);
    AddressRange b = driver.allocatePinned(64 * MIB);
    driver.fill(a, (byte) 33, stream);
    driver.copy(b, a.address(), stream);
    driver.free(a);
    driver.synchronize(stream);
    assertThat(sample(b)).containsOnly(33);
    driver.free(b);
    driver.destroyStream(stream);
  }

  // ---- threads and contexts

  @Test
  final void anyThreadMayCallAtAnyTime() {
    onThreads(16, this::workOnItsOwnMemory);
  }

  private long workOnItsOwnMemory(int thread) {
    StreamHandle stream = driver.createStream();
    EventHandle event = driver.createEvent();
    AddressRange staging = driver.allocatePinned(MIB);
    for (int round = 0; round < 10; round++) {
      AddressRange range =
          has(Capability.MANAGED_MEMORY) && round % 2 == 0
              ? driver.allocateManaged(4 * MIB)
              : driver.allocateDevice(4 * MIB);
      byte value = (byte) (thread * 10 + round);
      driver.fill(range, value, stream);
      if (round % 2 == 0 && hasAll(Capability.PREFETCH, Capability.ADVISE)) {
        driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
        driver.prefetch(range, device, stream);
      }
      driver.copy(staging, range.address() + 3 * MIB, stream);
      driver.record(event, stream);
      driver.await(event);
      assertThat(sample(staging)).containsOnly((int) value);
      driver.free(range);
      assertThat(driver.memoryInfo().totalBytes()).isPositive();
    }
    driver.free(staging);
    driver.destroyEvent(event);
    driver.destroyStream(stream);
    return thread;
  }

  @Test
  final void oneThreadMayUseWhatAnotherMade() {
    List<AddressRange> ranges = onThreads(8, t -> driver.allocatePinned(MIB + t));
    List<StreamHandle> streams = onThreads(8, t -> driver.createStream());
    onThreads(
        8,
        t -> {
          driver.fill(ranges.get(t), (byte) t, streams.get(7 - t));
          driver.synchronize(streams.get(7 - t));
          return t;
        });
    for (int t = 0; t < 8; t++) {
      assertThat(sample(ranges.get(t))).containsOnly(t);
    }
    onThreads(
        8,
        t -> {
          driver.free(ranges.get(t));
          driver.destroyStream(streams.get(t));
          return t;
        });
  }

  @Test
  final void virtualThreadsMayCallToo() throws Exception {
    AddressRange range = driver.allocatePinned(8 * MIB);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      AddressRange part = range.slice(i * MIB, MIB);
      byte value = (byte) (i + 1);
      threads.add(
          Thread.ofVirtual()
              .name("contract-virtual-" + i)
              .start(() -> driver.fill(part, value, StreamHandle.DEFAULT)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    driver.synchronize(StreamHandle.DEFAULT);
    for (int i = 0; i < 8; i++) {
      assertThat(sample(range.slice(i * MIB, MIB))).containsOnly(i + 1);
    }
    driver.free(range);
  }

  @Test
  final void eachThreadHasACaptureModeOfItsOwn() throws Exception {
    CaptureMode before = driver.exchangeCaptureMode(CaptureMode.RELAXED);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      assertThat(other.submit(() -> driver.exchangeCaptureMode(CaptureMode.THREAD_LOCAL)).get())
          .isEqualTo(CaptureMode.GLOBAL);
      assertThat(other.submit(() -> driver.exchangeCaptureMode(CaptureMode.GLOBAL)).get())
          .isEqualTo(CaptureMode.THREAD_LOCAL);
    } finally {
      assertThat(driver.exchangeCaptureMode(before)).isEqualTo(CaptureMode.RELAXED);
    }
    assertThat(before).isEqualTo(CaptureMode.GLOBAL);
  }

  @Test
  final void aThreadWithoutAContextHasNoneAfterwards() {
    CallerContext context = assumeCallerContext();
    onThreads(
        1,
        t -> {
          assertThat(context.current()).isEmpty();
          callEveryMethod();
          assertThat(context.current()).isEmpty();
          return t;
        });
  }

  @Test
  final void theCallersContextStaysCurrent() {
    CallerContext context = assumeCallerContext();
    onThreads(
        1,
        t -> {
          long own = context.enterNew();
          callEveryMethod();
          assertThat(context.current()).hasValue(own);
          refusal(() -> driver.free(NOWHERE));
          refusal(() -> driver.allocateDevice(0));
          assertThat(context.current()).hasValue(own);
          context.destroy(own);
          return t;
        });
  }

  /** Calls each method of the seam that the driver's capabilities allow, once or more. */
  protected final void callEveryMethod() {
    callEveryMethod(driver);
  }

  /** Calls each method of the seam that the driver's capabilities allow, once or more. */
  public static void callEveryMethod(UnifiedMemoryDriver driver) {
    DriverWalk.walk(driver);
  }

  // ---- missing capabilities and failures

  @Test
  final void missingCapabilitiesAreRefusedAsNotSupported() {
    Set<Capability> missing = EnumSet.noneOf(Capability.class);
    missing.addAll(driver.capabilities().missing().keySet());
    missing.removeAll(
        EnumSet.of(Capability.CONCURRENT_MANAGED_ACCESS, Capability.PAGEABLE_MEMORY_ACCESS));
    Assumptions.assumeFalse(
        missing.isEmpty(), "nothing to refuse: the driver has every capability with a call");
    StreamHandle stream = driver.createStream();
    if (missing.contains(Capability.MANAGED_MEMORY)) {
      assertThat(refusal(() -> driver.allocateManaged(MIB)).status())
          .isEqualTo(CudaStatus.NOT_SUPPORTED);
    } else {
      AddressRange range = driver.allocateManaged(4 * MIB);
      write(range, pattern(range.bytes(), 24));
      for (Capability capability : missing) {
        DriverException refused = refusal(() -> use(capability, range, stream));
        assertThat(refused.status()).as(capability.name()).isEqualTo(CudaStatus.NOT_SUPPORTED);
        assertThat(refused.address()).as(capability.name()).isEqualTo(range.address());
        assertThat(refused.bytes()).as(capability.name()).isEqualTo(range.bytes());
      }
      assertThat(read(range)).isEqualTo(pattern(range.bytes(), 24));
      driver.free(range);
    }
    driver.destroyStream(stream);
  }

  private void use(Capability capability, AddressRange range, StreamHandle stream) {
    switch (capability) {
      case ADVISE -> driver.advise(range, Advice.SET_READ_MOSTLY, device);
      case PREFETCH -> driver.prefetch(range, device, stream);
      case PREFETCH_TO_HOST -> driver.prefetch(range, Location.HOST, stream);
      case HOST_NUMA_LOCATION -> driver.prefetch(range, new Location.HostNode(0), stream);
      case PREFETCH_BATCH -> driver.prefetchBatch(List.of(range), device, stream);
      case DISCARD -> driver.discard(List.of(range), stream);
      case DISCARD_AND_PREFETCH -> driver.discardAndPrefetch(List.of(range), device, stream);
      case RANGE_ATTRIBUTES -> driver.attributes(range);
      case MANAGED_MEMORY, CONCURRENT_MANAGED_ACCESS, PAGEABLE_MEMORY_ACCESS ->
          throw new AssertionError(capability + " has no call of its own");
    }
  }

  @Test
  final void afterManyRefusalsEverythingStillWorks() {
    for (int i = 0; i < 50; i++) {
      refusal(() -> driver.allocateDevice(0));
      refusal(() -> driver.free(NOWHERE));
      refusal(() -> driver.fill(NOWHERE, (byte) 0, StreamHandle.DEFAULT));
    }
    callEveryMethod();
  }

  // ---- against a model

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 333})
  final void anyOrderOfOperationsGivesTheBytesOfAModel(long seed) {
    new RandomOperations(driver, seed).run(200);
  }

  // ---- the suite's own means

  private boolean has(Capability capability) {
    return driver.capabilities().has(capability);
  }

  private boolean hasAll(Capability... capabilities) {
    return driver.capabilities().hasAll(List.of(capabilities));
  }

  private void assume(Kind kind) {
    if (kind == Kind.MANAGED) {
      assume(Capability.MANAGED_MEMORY);
    }
  }

  /** Skips the check, saying which capability is missing and why. */
  private void assume(Capability... capabilities) {
    for (Capability capability : capabilities) {
      driver
          .capabilities()
          .whyNot(capability)
          .ifPresent(reason -> Assumptions.abort("no " + capability + ": " + reason));
    }
  }

  private CallerContext assumeCallerContext() {
    Optional<CallerContext> context = callerContext();
    Assumptions.assumeTrue(
        context.isPresent(), "no way here to see the calling thread's CUDA context");
    return context.orElseThrow();
  }

  private static DriverException refusal(ThrowingCallable call) {
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

  private void write(AddressRange range, byte[] bytes) {
    write(driver, range, bytes);
  }

  private byte[] read(AddressRange range) {
    return read(driver, range);
  }

  /** Writes through pinned memory and the device, whatever kind {@code range} is. */
  static void write(UnifiedMemoryDriver driver, AddressRange range, byte[] bytes) {
    AddressRange staging = driver.allocatePinned(range.bytes());
    driver.hostView(staging).copyFrom(MemorySegment.ofArray(bytes));
    driver.copy(range, staging.address(), StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    driver.free(staging);
  }

  /** Reads through the device and pinned memory, whatever kind {@code range} is. */
  static byte[] read(UnifiedMemoryDriver driver, AddressRange range) {
    AddressRange staging = driver.allocatePinned(range.bytes());
    driver.copy(staging, range.address(), StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    byte[] bytes = driver.hostView(staging).toArray(ValueLayout.JAVA_BYTE);
    driver.free(staging);
    return bytes;
  }

  /** The first, the last and some bytes in between, of memory the host sees. */
  private List<Integer> sample(AddressRange range) {
    MemorySegment view = driver.hostView(range);
    List<Integer> bytes = new ArrayList<>();
    for (long at = 0; at < range.bytes(); at += 65_521) {
      bytes.add((int) view.get(ValueLayout.JAVA_BYTE, at));
    }
    bytes.add((int) view.get(ValueLayout.JAVA_BYTE, range.bytes() - 1));
    return bytes;
  }

  private interface Work<T> {
    T on(int thread);
  }

  private static <T> List<T> onThreads(int count, Work<T> work) {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().name("contract-", 0).daemon().factory())) {
      List<Callable<T>> calls = new ArrayList<>();
      for (int thread = 0; thread < count; thread++) {
        int number = thread;
        calls.add(() -> work.on(number));
      }
      for (Future<T> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a thread failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    return results;
  }
}
