package io.spillway.driver;

import static io.spillway.driver.DriverUnderTest.pattern;
import static io.spillway.driver.DriverUnderTest.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * That the bytes are right: as the host sees them, copied, filled, and in any order of operations.
 */
interface ContentsContract extends DriverUnderTest {

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "DEVICE", mode = EnumSource.Mode.EXCLUDE)
  default void theHostViewIsExactlyTheRange(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver(), 3 * MIB + 17);
    MemorySegment view = driver().hostView(range);
    assertThat(view.byteSize()).isEqualTo(range.bytes());
    assertThat(view.scope()).isEqualTo(MemorySegment.NULL.scope());
    view.set(ValueLayout.JAVA_BYTE, range.bytes() - 1, (byte) 42);
    assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, range.bytes()))
        .isInstanceOf(IndexOutOfBoundsException.class);
    driver().free(range);
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "DEVICE", mode = EnumSource.Mode.EXCLUDE)
  default void whatTheHostWritesTheDeviceCopies(Kind kind) {
    assume(kind);
    byte[] bytes = pattern(3 * MIB + 17, 7);
    AddressRange range = kind.allocate(driver(), bytes.length);
    driver().hostView(range).copyFrom(MemorySegment.ofArray(bytes));
    assertThat(read(range)).isEqualTo(bytes);
    driver().free(range);
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "DEVICE", mode = EnumSource.Mode.EXCLUDE)
  default void whatTheDeviceFillsTheHostSees(Kind kind) {
    assume(kind);
    AddressRange range = kind.allocate(driver(), 3 * MIB + 17);
    driver().fill(range, (byte) 0x5a, StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    byte[] expected = new byte[(int) range.bytes()];
    Arrays.fill(expected, (byte) 0x5a);
    assertThat(driver().hostView(range).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    driver().free(range);
  }

  @Test
  default void deviceMemoryHasNoHostView() {
    AddressRange range = driver().allocateDevice(MIB);
    DriverException refused = refusal(() -> driver().hostView(range));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
    assertThat(refused.address()).isEqualTo(range.address());
    driver().free(range);
  }

  @Test
  default void memoryThatIsNotAllocatedHasNoHostView() {
    refusal(() -> driver().hostView(NOWHERE));
    AddressRange range = driver().allocatePinned(MIB);
    AddressRange tooLong = new AddressRange(range.address(), 64 * MIB);
    refusal(() -> driver().hostView(tooLong));
    driver().free(range);
    refusal(() -> driver().hostView(range));
  }

  @ParameterizedTest
  @CsvSource({
    "DEVICE, DEVICE", "DEVICE, MANAGED", "DEVICE, PINNED",
    "MANAGED, DEVICE", "MANAGED, MANAGED", "MANAGED, PINNED",
    "PINNED, DEVICE", "PINNED, MANAGED", "PINNED, PINNED"
  })
  default void copiesWorkBetweenAllKinds(Kind from, Kind to) {
    assume(from);
    assume(to);
    byte[] bytes = pattern(3 * MIB + 5, 3);
    AddressRange source = from.allocate(driver(), bytes.length);
    AddressRange target = to.allocate(driver(), bytes.length);
    write(source, bytes);
    driver().copy(target, source.address(), StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    assertThat(read(target)).isEqualTo(bytes);
    assertThat(read(source)).isEqualTo(bytes);
    driver().free(source);
    driver().free(target);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  default void aCopyOfAPartChangesNothingElse(Kind kind) {
    assume(kind);
    byte[] expected = pattern(3 * MIB, 1);
    byte[] other = pattern(3 * MIB, 2);
    AddressRange target = kind.allocate(driver(), expected.length);
    AddressRange source = driver().allocatePinned(other.length);
    write(target, expected);
    write(source, other);
    driver().copy(target.slice(1234567, 765433), source.address() + 777, StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    System.arraycopy(other, 777, expected, 1234567, 765433);
    assertThat(read(target)).isEqualTo(expected);
    driver().free(source);
    driver().free(target);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  default void aFillOfAPartChangesNothingElse(Kind kind) {
    assume(kind);
    byte[] expected = pattern(3 * MIB, 1);
    AddressRange range = kind.allocate(driver(), expected.length);
    write(range, expected);
    driver().fill(range.slice(4097, 2000003), (byte) -3, StreamHandle.DEFAULT);
    driver().synchronize(StreamHandle.DEFAULT);
    Arrays.fill(expected, 4097, 4097 + 2000003, (byte) -3);
    assertThat(read(range)).isEqualTo(expected);
    driver().free(range);
  }

  @Test
  default void fillingPastTheEndIsRefusedAndChangesNothing() {
    AddressRange range = driver().allocateDevice(4 * MIB);
    write(range, pattern(range.bytes(), 4));
    AddressRange tooLong = new AddressRange(range.address(), 64 * MIB);
    DriverException refused = refusal(() -> driver().fill(tooLong, (byte) 0, StreamHandle.DEFAULT));
    assertThat(refused.call()).startsWith("cuMemsetD8");
    assertThat(refused.address()).isEqualTo(tooLong.address());
    assertThat(refused.bytes()).isEqualTo(tooLong.bytes());
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 4));
    driver().free(range);
  }

  @Test
  default void fillingWhatIsNotAllocatedIsRefused() {
    DriverException refused = refusal(() -> driver().fill(NOWHERE, (byte) 0, StreamHandle.DEFAULT));
    assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_VALUE);
  }

  @Test
  default void copyingPastTheEndIsRefusedAndChangesNothing() {
    AddressRange source = driver().allocateDevice(64 * MIB);
    AddressRange target = driver().allocateDevice(4 * MIB);
    write(target, pattern(target.bytes(), 4));
    AddressRange tooLong = new AddressRange(target.address(), 64 * MIB);
    DriverException refused =
        refusal(() -> driver().copy(tooLong, source.address(), StreamHandle.DEFAULT));
    assertThat(refused.call()).startsWith("cuMemcpy");
    assertThat(refused.address()).isEqualTo(tooLong.address());
    assertThat(refused.bytes()).isEqualTo(tooLong.bytes());
    assertThat(read(target)).isEqualTo(pattern(target.bytes(), 4));
    driver().free(source);
    driver().free(target);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 333})
  default void anyOrderOfOperationsGivesTheBytesOfAModel(long seed) {
    new RandomOperations(driver(), seed).run(200);
  }
}
