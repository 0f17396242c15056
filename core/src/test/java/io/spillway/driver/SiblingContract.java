package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.AddressRange;
import org.junit.jupiter.api.Test;

/** What a sibling may do beside the driver that opened it. */
interface SiblingContract extends DriverUnderTest {

  @Test
  default void aSiblingMovesAndIsWaitedFor() {
    UnifiedMemoryDriver sibling = driver().openSibling();
    StreamHandle stream = driver().createStream();
    StreamHandle beside = sibling.createStream();
    EventHandle filled = driver().createEvent();
    EventHandle copied = sibling.createEvent();
    AddressRange a = driver().allocateDevice(64 * MIB);
    AddressRange b = driver().allocatePinned(64 * MIB);
    for (int round = 1; round <= 6; round++) {
      driver().fill(a, (byte) -round, stream);
      driver().fill(a, (byte) round, stream);
      driver().record(filled, stream);
      sibling.streamWait(beside, filled);
      sibling.copy(b, a.address(), beside);
      sibling.record(copied, beside);
      driver().streamWait(stream, copied);
      driver().synchronize(stream);
      driver().await(copied);
      sibling.await(filled);
      assertThat(sample(b)).containsOnly(round);
    }
    driver().free(a);
    driver().free(b);
    driver().destroyEvent(filled);
    driver().destroyStream(stream);
    sibling.destroyEvent(copied);
    sibling.destroyStream(beside);
    sibling.close();
  }

  @Test
  default void whatASiblingMovesKeepsItsBytes() {
    assume(Capability.ADVISE, Capability.PREFETCH, Capability.CONCURRENT_MANAGED_ACCESS);
    UnifiedMemoryDriver sibling = driver().openSibling();
    StreamHandle stream = driver().createStream();
    StreamHandle beside = sibling.createStream();
    EventHandle there = sibling.createEvent();
    AddressRange managed = driver().allocateManaged(32 * MIB);
    AddressRange copy = driver().allocatePinned(32 * MIB);
    driver().hostView(managed).fill((byte) 7);
    sibling.advise(managed, Advice.SET_READ_MOSTLY, device());
    sibling.prefetch(managed, device(), beside);
    sibling.record(there, beside);
    driver().streamWait(stream, there);
    driver().copy(copy, managed.address(), stream);
    driver().synchronize(stream);
    assertThat(sample(copy)).containsOnly(7);
    sibling.advise(managed, Advice.UNSET_READ_MOSTLY, device());
    sibling.prefetch(managed, Location.HOST, beside);
    sibling.synchronize(beside);
    assertThat(sample(managed)).containsOnly(7);
    driver().free(managed);
    driver().free(copy);
    driver().destroyStream(stream);
    sibling.destroyEvent(there);
    sibling.destroyStream(beside);
    sibling.close();
  }

  @Test
  default void aSiblingAllocatesNothingAndLeavesTheDriverOpen() {
    UnifiedMemoryDriver sibling = driver().openSibling();
    for (Kind kind : Kind.values()) {
      assertThatThrownBy(() -> kind.allocate(sibling, MIB))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(sibling.device().location()).isEqualTo(device());
    sibling.close();
    AddressRange range = driver().allocateDevice(MIB);
    driver().free(range);
  }
}
