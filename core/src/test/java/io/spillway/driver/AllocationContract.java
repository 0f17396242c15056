package io.spillway.driver;

import static io.spillway.driver.DriverUnderTest.pattern;
import static io.spillway.driver.DriverUnderTest.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What allocating and freeing do, for each kind of memory: sizes, alignment, refusals. */
interface AllocationContract extends DriverUnderTest {

  @ParameterizedTest
  @CsvSource({
    "DEVICE, 0", "DEVICE, -1", "DEVICE, -9223372036854775808",
    "MANAGED, 0", "MANAGED, -1", "MANAGED, -9223372036854775808",
    "PINNED, 0", "PINNED, -1", "PINNED, -9223372036854775808"
  })
  default void sizesOfZeroOrLessAreRefused(Kind kind, long bytes) {
    assume(kind);
    DriverException refused = refusal(() -> kind.allocate(driver(), bytes));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
    assertThat(refused.call()).startsWith("cuMem");
    assertThat(refused.bytes()).isEqualTo(bytes);
    assertThat(refused.address()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  default void theLargestSizeIsRefused(Kind kind) {
    assume(kind);
    Throwable refused = catchThrowable(() -> kind.allocate(driver(), Long.MAX_VALUE));
    assertThat(refused).isInstanceOfAny(DriverException.class, ManagedMemoryLimitException.class);
    if (refused instanceof DriverException failure) {
      assertThat(failure.status()).isIn(CudaStatus.OUT_OF_MEMORY, CudaStatus.INVALID_VALUE);
      assertThat(failure.bytes()).isEqualTo(Long.MAX_VALUE);
      assertThat(failure).hasMessageContaining("size 9223372036854775807");
    } else {
      assertThat(refused).hasMessageContaining("refused");
    }
    AddressRange range = kind.allocate(driver(), MIB);
    driver().free(range);
  }

  @Test
  default void moreThanTheDeviceHasIsOutOfMemory() {
    long bytes = driver().device().totalBytes() + ByteSize.GIB;
    OutOfDeviceMemoryException refused =
        catchThrowableOfType(
            OutOfDeviceMemoryException.class, () -> driver().allocateDevice(bytes));
    assertThat(refused).isNotNull();
    assertThat(refused.call()).isEqualTo("cuMemAlloc");
    assertThat(refused.status()).isEqualTo(CudaStatus.OUT_OF_MEMORY);
    assertThat(refused.bytes()).isEqualTo(bytes);
    assertThat(refused)
        .hasMessageStartingWith("cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY (2), size " + bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "DEVICE, 1", "DEVICE, 4096", "DEVICE, 6291457",
    "MANAGED, 1", "MANAGED, 4096", "MANAGED, 6291457",
    "PINNED, 1", "PINNED, 4096", "PINNED, 6291457"
  })
  default void anAllocationIsOfTheSizeAskedFor(Kind kind, long bytes) {
    assume(kind);
    AddressRange range = kind.allocate(driver(), bytes);
    assertThat(range.bytes()).isEqualTo(bytes);
    assertThat(range.address()).isPositive();
    driver().free(range);
  }

  @ParameterizedTest
  @ValueSource(longs = {2 << 20, (2 << 20) + 1, 5 << 20, 64 << 20})
  default void managedMemoryOfABlockOrMoreIsBlockAligned(long bytes) {
    assume(Kind.MANAGED);
    List<AddressRange> ranges = new ArrayList<>();
    AddressRange odd = driver().allocateManaged(4096);
    for (int i = 0; i < 3; i++) {
      ranges.add(driver().allocateManaged(bytes));
    }
    assertThat(ranges).allSatisfy(r -> assertThat(Blocks.aligned(r.address())).isTrue());
    ranges.forEach(driver()::free);
    driver().free(odd);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  default void everyAllocationIsAlignedForAnyUse(Kind kind) {
    assume(kind);
    AddressRange small = kind.allocate(driver(), 1);
    AddressRange next = kind.allocate(driver(), 1);
    assertThat(List.of(small.address() % 256, next.address() % 256)).containsOnly(0L);
    driver().free(small);
    driver().free(next);
  }

  @Test
  default void liveAllocationsDoNotOverlapInWhateverOrderTheyAreFreed() {
    Random random = new Random(11);
    List<AddressRange> live = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Kind kind = Kind.values()[i % 3];
      if (kind != Kind.MANAGED || has(Capability.MANAGED_MEMORY)) {
        live.add(kind.allocate(driver(), 1 + random.nextInt(1 << 20)));
      }
    }
    for (AddressRange a : live) {
      assertThat(live).filteredOn(b -> b != a).noneMatch(a::overlaps);
    }
    Collections.shuffle(live, random);
    live.forEach(driver()::free);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  default void freedMemoryCanBeHadAgain(Kind kind) {
    assume(kind);
    for (int i = 0; i < 20; i++) {
      AddressRange range = kind.allocate(driver(), 64 * MIB);
      driver().free(range);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  default void freeingTwiceIsRefused(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver(), 4 * MIB);
    driver().free(range);
    DriverException refused = refusal(() -> driver().free(range));
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
  default void freeingAForeignPointerIsRefused() {
    DriverException refused = refusal(() -> driver().free(NOWHERE));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
    assertThat(refused.address()).isEqualTo(NOWHERE.address());
    assertThat(refused.bytes()).isEqualTo(NOWHERE.bytes());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  default void freeingTheInsideOfAnAllocationIsRefusedAndLeavesIt(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver(), 4 * MIB);
    write(range, pattern(range.bytes(), 5));
    refusal(() -> driver().free(range.slice(BLOCK, BLOCK)));
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 5));
    driver().free(range);
  }

  @Test
  default void managedMemoryIsZeroWhenFirstTouched() {
    assume(Kind.MANAGED);
    AddressRange range = driver().allocateManaged(4 * MIB);
    assertThat(driver().hostView(range).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(new byte[(int) range.bytes()]);
    driver().free(range);
  }
}
