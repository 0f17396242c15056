package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.AddressRange;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That {@link FaultInjectingDriver} fails when told to, counts right and misses no leak. */
class FaultInjectingDriverTest {

  private final List<String> reached = new ArrayList<>();
  private FaultInjectingDriver driver;

  /** Over an upstream that gives out new addresses and handles and writes down what reaches it. */
  @BeforeEach
  void open() {
    UnifiedMemoryDriver upstream =
        (UnifiedMemoryDriver)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {UnifiedMemoryDriver.class},
                (proxy, method, arguments) -> {
                  reached.add(method.getName());
                  return switch (method.getName()) {
                    case "allocateDevice", "allocateManaged", "allocatePinned" ->
                        new AddressRange((long) reached.size() << 32, (long) arguments[0]);
                    case "createStream" -> new StreamHandle(reached.size());
                    case "createEvent", "createTimingEvent" -> new EventHandle(reached.size());
                    case "nanosBetween" -> 0L;
                    default -> null;
                  };
                });
    driver = new FaultInjectingDriver(upstream);
  }

  @Test
  void theNthCallFailsOnceAndDoesNotReachTheDriver() {
    driver.fail("allocateManaged", 2, CudaStatus.OUT_OF_MEMORY);
    AddressRange first = driver.allocateManaged(10);
    assertThatThrownBy(() -> driver.allocateManaged(20))
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessage("allocateManaged failed: CUDA_ERROR_OUT_OF_MEMORY (2), size 20 (20 B)");
    AddressRange third = driver.allocateManaged(30);
    assertThat(reached).containsExactly("allocateManaged", "allocateManaged");
    assertThat(driver.calls("allocateManaged")).isEqualTo(3);
    assertThat(driver.mostManagedBytes()).isEqualTo(40);
    driver.free(first);
    driver.free(third);
    assertThat(driver.leaks()).isEmpty();
  }

  @Test
  void faultsOfOneMethodAreCountedFromWhenTheyWerePlanned() {
    driver.synchronize(StreamHandle.DEFAULT);
    driver.fail("synchronize", 1, CudaStatus.INVALID_HANDLE);
    driver.fail("synchronize", 3, CudaStatus.INVALID_CONTEXT);
    assertThatThrownBy(() -> driver.synchronize(StreamHandle.DEFAULT))
        .hasMessageContaining("INVALID_HANDLE");
    driver.synchronize(StreamHandle.DEFAULT);
    assertThatThrownBy(() -> driver.synchronize(StreamHandle.DEFAULT))
        .hasMessageContaining("INVALID_CONTEXT");
    driver.synchronize(StreamHandle.DEFAULT);
    assertThat(reached).hasSize(3);
  }

  @Test
  void whatIsNotReturnedIsALeakWithItsPlace() {
    AddressRange range = driver.allocatePinned(4096);
    StreamHandle stream = driver.createStream();
    EventHandle event = driver.createEvent();
    assertThat(driver.leaks())
        .hasSize(3)
        .allSatisfy(leak -> assertThat(leak).contains("whatIsNotReturnedIsALeakWithItsPlace"));
    driver.free(range);
    driver.destroyStream(stream);
    assertThat(driver.leaks()).singleElement().asString().startsWith(event.toString());
    driver.releaseLeaks();
    assertThat(driver.leaks()).isEmpty();
    assertThat(reached).endsWith("destroyEvent");
  }

  @Test
  void aFailedFreeLeavesTheLeak() {
    AddressRange range = driver.allocateDevice(4096);
    driver.fail("free", 1, CudaStatus.INVALID_VALUE);
    assertThatThrownBy(() -> driver.free(range)).isInstanceOf(DriverException.class);
    assertThat(driver.leaks()).hasSize(1);
    driver.free(range);
    assertThat(driver.leaks()).isEmpty();
  }

  @Test
  void closingIsCountedAndPassedOn() {
    driver.close();
    driver.close();
    assertThat(driver.closings()).isEqualTo(2);
    assertThat(reached).containsExactly("close", "close");
  }
}
