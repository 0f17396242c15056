package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order that streams and events keep, and the time that events tell. */
interface StreamContract extends DriverUnderTest {

  @Test
  default void handlesAreDistinct() {
    List<StreamHandle> streams = new ArrayList<>();
    List<EventHandle> events = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      streams.add(driver().createStream());
      events.add(driver().createEvent());
    }
    assertThat(new HashSet<>(streams)).hasSize(8).doesNotContain(StreamHandle.DEFAULT);
    assertThat(new HashSet<>(events)).hasSize(8);
    streams.forEach(driver()::destroyStream);
    events.forEach(driver()::destroyEvent);
  }

  @Test
  default void aStreamDoesItsWorkInOrder() {
    StreamHandle stream = driver().createStream();
    AddressRange a = driver().allocateDevice(32 * MIB);
    AddressRange b = driver().allocatePinned(32 * MIB);
    for (int round = 1; round <= 8; round++) {
      driver().fill(a, (byte) round, stream);
      driver().copy(b, a.address(), stream);
      driver().fill(a, (byte) -round, stream);
      driver().synchronize(stream);
      assertThat(sample(b)).containsOnly(round);
    }
    driver().free(a);
    driver().free(b);
    driver().destroyStream(stream);
  }

  @Test
  default void anEventNeverRecordedIsComplete() {
    EventHandle event = driver().createEvent();
    StreamHandle stream = driver().createStream();
    assertThat(driver().isComplete(event)).isTrue();
    driver().await(event);
    driver().streamWait(stream, event);
    driver().synchronize(stream);
    assertThat(driver().isComplete(event)).isTrue();
    driver().destroyEvent(event);
    driver().destroyStream(stream);
  }

  @Test
  default void timingEventsTellWhatTheStreamTookBetweenThem() {
    StreamHandle stream = driver().createStream();
    EventHandle start = driver().createTimingEvent();
    EventHandle end = driver().createTimingEvent();
    AddressRange memory = driver().allocateDevice(32 * MIB);
    long before = driver().clock().nanoTime();

    driver().record(start, stream);
    driver().fill(memory, (byte) 1, stream);
    driver().record(end, stream);
    driver().await(end);

    long roundingNanos = 1000;
    assertThat(driver().nanosBetween(start, end))
        .isBetween(0L, driver().clock().nanoTime() - before + roundingNanos);
    assertThat(driver().nanosBetween(end, end)).isZero();
    driver().free(memory);
    driver().destroyEvent(start);
    driver().destroyEvent(end);
    driver().destroyStream(stream);
  }

  @Test
  default void thereIsNoTimeToAnEventNeverRecorded() {
    EventHandle never = driver().createTimingEvent();

    assertThatThrownBy(() -> driver().nanosBetween(never, never))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.status()).isEqualTo(CudaStatus.INVALID_HANDLE));
    driver().destroyEvent(never);
  }

  @Test
  default void anEventMarksTheWorkBeforeIt() {
    StreamHandle stream = driver().createStream();
    EventHandle event = driver().createEvent();
    AddressRange a = driver().allocateDevice(32 * MIB);
    AddressRange b = driver().allocatePinned(32 * MIB);
    driver().fill(a, (byte) 77, stream);
    driver().copy(b, a.address(), stream);
    driver().record(event, stream);
    driver().await(event);
    assertThat(driver().isComplete(event)).isTrue();
    assertThat(sample(b)).containsOnly(77);
    driver().free(a);
    driver().free(b);
    driver().destroyEvent(event);
    driver().destroyStream(stream);
  }

  @Test
  default void anEventCanBeRecordedAgain() {
    StreamHandle stream = driver().createStream();
    EventHandle event = driver().createEvent();
    AddressRange range = driver().allocatePinned(16 * MIB);
    for (int round = 1; round <= 5; round++) {
      driver().fill(range, (byte) round, stream);
      driver().record(event, stream);
      driver().await(event);
      assertThat(sample(range)).containsOnly(round);
    }
    driver().free(range);
    driver().destroyEvent(event);
    driver().destroyStream(stream);
  }

  @Test
  default void aStreamWaitsForAnotherOnesEvent() {
    StreamHandle first = driver().createStream();
    StreamHandle second = driver().createStream();
    EventHandle filled = driver().createEvent();
    EventHandle copied = driver().createEvent();
    AddressRange a = driver().allocateDevice(64 * MIB);
    AddressRange b = driver().allocatePinned(64 * MIB);
    for (int round = 1; round <= 6; round++) {
      driver().fill(a, (byte) -round, first);
      driver().fill(a, (byte) round, first);
      driver().record(filled, first);
      driver().streamWait(second, filled);
      driver().copy(b, a.address(), second);
      driver().record(copied, second);
      driver().streamWait(first, copied);
      driver().synchronize(second);
      assertThat(sample(b)).containsOnly(round);
    }
    driver().synchronize(first);
    driver().free(a);
    driver().free(b);
    driver().destroyEvent(filled);
    driver().destroyEvent(copied);
    driver().destroyStream(first);
    driver().destroyStream(second);
  }

  @Test
  default void aSynchronizedStreamLeavesItsEventsComplete() {
    StreamHandle stream = driver().createStream();
    EventHandle event = driver().createEvent();
    AddressRange range = driver().allocateDevice(32 * MIB);
    driver().fill(range, (byte) 1, stream);
    driver().record(event, stream);
    driver().synchronize(stream);
    assertThat(driver().isComplete(event)).isTrue();
    driver().free(range);
    driver().destroyEvent(event);
    driver().destroyStream(stream);
  }

  @Test
  default void workInADestroyedStreamStillCompletes() {
    StreamHandle stream = driver().createStream();
    EventHandle event = driver().createEvent();
    AddressRange range = driver().allocatePinned(32 * MIB);
    driver().fill(range, (byte) 9, stream);
    driver().record(event, stream);
    driver().destroyStream(stream);
    driver().await(event);
    assertThat(sample(range)).containsOnly(9);
    driver().free(range);
    driver().destroyEvent(event);
  }

  @Test
  default void freeingWaitsForTheWorkOnIt() {
    StreamHandle stream = driver().createStream();
    AddressRange a = driver().allocateDevice(64 * MIB);
    AddressRange b = driver().allocatePinned(64 * MIB);
    driver().fill(a, (byte) 33, stream);
    driver().copy(b, a.address(), stream);
    driver().free(a);
    driver().synchronize(stream);
    assertThat(sample(b)).containsOnly(33);
    driver().free(b);
    driver().destroyStream(stream);
  }
}
