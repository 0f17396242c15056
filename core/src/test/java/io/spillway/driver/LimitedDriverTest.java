package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@link LimitedDriver} refuses, and that it does so before the driver is asked. */
class LimitedDriverTest {

  private static final long GIB = ByteSize.GIB;

  /** A device with a settable amount of free memory, which counts what reaches it. */
  private static final class Card extends ForwardingDriver {
    private long freeBytes;
    private boolean refuses;
    private final List<Long> allocated = new ArrayList<>();
    private long next = GIB;

    Card(long freeBytes) {
      super(nothingElse());
      this.freeBytes = freeBytes;
    }

    private static UnifiedMemoryDriver nothingElse() {
      return (UnifiedMemoryDriver)
          Proxy.newProxyInstance(
              Card.class.getClassLoader(),
              new Class<?>[] {UnifiedMemoryDriver.class},
              (proxy, method, arguments) -> {
                throw new AssertionError("not expected: " + method.getName());
              });
    }

    @Override
    public MemoryInfo memoryInfo() {
      return new MemoryInfo(freeBytes, 141 * GIB);
    }

    @Override
    public AddressRange allocateManaged(long bytes) {
      allocated.add(bytes);
      if (refuses) {
        throw DriverException.of("cuMemAllocManaged", CudaStatus.OUT_OF_MEMORY, 0, bytes);
      }
      AddressRange range = new AddressRange(next, bytes);
      next += bytes;
      return range;
    }

    @Override
    public AddressRange allocateDevice(long bytes) {
      return new AddressRange(1, bytes);
    }

    @Override
    public void free(AddressRange range) {
      if (refuses) {
        throw DriverException.of("cuMemFree", CudaStatus.INVALID_VALUE, range.address(), 0);
      }
    }
  }

  @Test
  void aRequestBeyondAQuarterOfWhatIsFreeIsRefusedBeforeTheDriverIsAsked() {
    Card card = new Card(16 * GIB);
    LimitedDriver driver = new LimitedDriver(card);
    assertThatThrownBy(() -> driver.allocateManaged(4 * GIB + 1))
        .isInstanceOf(ManagedMemoryLimitException.class)
        .hasMessage(
            "managed allocation of 4.0 GiB refused: with 0 B already live it would exceed the"
                + " ceiling of 4 GiB (16 GiB of the device is free); ask for less, or free some"
                + " first");
    assertThat(card.allocated).isEmpty();
    assertThatCode(() -> driver.allocateManaged(4 * GIB)).doesNotThrowAnyException();
  }

  @Test
  void whatOthersFreedIsNotLiveAnyMoreOnceItsAddressIsGivenAgain() {
    LimitedDriver driver = new LimitedDriver(new Card(16 * GIB));
    driver.allocateManaged(2 * GIB, bytes -> new AddressRange(64 * GIB, bytes));
    AddressRange again =
        driver.allocateManaged(2 * GIB, bytes -> new AddressRange(64 * GIB, bytes));

    assertThatCode(() -> driver.allocateManaged(2 * GIB)).doesNotThrowAnyException();

    driver.free(again);
    assertThatThrownBy(() -> driver.allocateManaged(2 * GIB + 1))
        .hasMessageContaining("with 2 GiB already live");
  }

  @Test
  void noCardGivesMoreThanTheFixedCeiling() {
    Card card = new Card(1024 * GIB);
    LimitedDriver driver = new LimitedDriver(card);
    assertThat(driver.limitBytes()).isEqualTo(32 * GIB);
    assertThatThrownBy(() -> driver.allocateManaged(32 * GIB + 1))
        .isInstanceOf(ManagedMemoryLimitException.class);
    assertThatThrownBy(() -> driver.allocateManaged(Long.MAX_VALUE))
        .isInstanceOf(ManagedMemoryLimitException.class);
    assertThat(card.allocated).isEmpty();
  }

  @Test
  void whatIsLiveCounts() {
    Card card = new Card(16 * GIB);
    LimitedDriver driver = new LimitedDriver(card);
    AddressRange first = driver.allocateManaged(3 * GIB);
    assertThatThrownBy(() -> driver.allocateManaged(2 * GIB))
        .isInstanceOf(ManagedMemoryLimitException.class)
        .hasMessageContaining("with 3 GiB already live it would exceed the ceiling of 4 GiB");
    driver.free(first);
    assertThatCode(() -> driver.allocateManaged(4 * GIB)).doesNotThrowAnyException();
  }

  @Test
  void theCeilingFollowsWhatIsFreeAtThatMoment() {
    Card card = new Card(16 * GIB);
    LimitedDriver driver = new LimitedDriver(card);
    driver.allocateManaged(GIB);
    card.freeBytes = 4 * GIB;
    assertThatThrownBy(() -> driver.allocateManaged(1))
        .isInstanceOf(ManagedMemoryLimitException.class);
    card.freeBytes = 8 * GIB;
    assertThatCode(() -> driver.allocateManaged(GIB)).doesNotThrowAnyException();
  }

  @Test
  void aFailedAllocationDoesNotCount() {
    Card card = new Card(16 * GIB);
    LimitedDriver driver = new LimitedDriver(card);
    card.refuses = true;
    assertThatThrownBy(() -> driver.allocateManaged(4 * GIB))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    card.refuses = false;
    assertThatCode(() -> driver.allocateManaged(4 * GIB)).doesNotThrowAnyException();
  }

  @Test
  void aFailedFreeStillCounts() {
    Card card = new Card(16 * GIB);
    LimitedDriver driver = new LimitedDriver(card);
    AddressRange range = driver.allocateManaged(4 * GIB);
    card.refuses = true;
    assertThatThrownBy(() -> driver.free(range)).isInstanceOf(DriverException.class);
    card.refuses = false;
    assertThatThrownBy(() -> driver.allocateManaged(GIB))
        .isInstanceOf(ManagedMemoryLimitException.class);
  }

  @Test
  void plainMemoryIsNotLimited() {
    LimitedDriver driver = new LimitedDriver(new Card(16 * GIB));
    assertThat(driver.allocateDevice(100 * GIB).bytes()).isEqualTo(100 * GIB);
    driver.free(new AddressRange(1, 100 * GIB));
    assertThatCode(() -> driver.allocateManaged(4 * GIB)).doesNotThrowAnyException();
  }
}
