package io.spillway.driver.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.Advice;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.LibcudaCallerContext;
import io.spillway.driver.Location;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.panama.Jvm;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of the JCuda driver beyond the contract; JCuda's own natives run on the stub. */
@Tag("stub")
class JcudaDriverStubTest {

  private StubCuda stub;
  private LibcudaCallerContext thread;

  @BeforeEach
  void reset() {
    stub = StubCuda.assumeFresh();
    thread = new LibcudaCallerContext();
  }

  @AfterEach
  void restoreJcuda() {
    JCudaDriver.setExceptionsEnabled(false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void failuresAreTheSameHoweverJcudaReportsThem(boolean exceptionsEnabled) {
    JCudaDriver.setExceptionsEnabled(exceptionsEnabled);
    stub.set("event_not_ready_queries", 1);
    try (JcudaDriver driver = JcudaDriver.open(0)) {
      assertThatThrownBy(() -> driver.allocateDevice(Long.MAX_VALUE))
          .hasMessageStartingWith(
              "cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY (2), size 9223372036854775807");
      stub.fail("cuMemGetInfo_v2", 1, 999);
      assertThatThrownBy(driver::memoryInfo)
          .hasMessage("cuMemGetInfo failed: CUDA_ERROR_UNKNOWN (999)");
      stub.fail("cuMemGetInfo_v2", 1, 4711);
      assertThatThrownBy(driver::memoryInfo)
          .isInstanceOfSatisfying(
              DriverException.class, e -> assertThat(e.status().code()).isEqualTo(4711));
      EventHandle event = driver.createEvent();
      driver.record(event, StreamHandle.DEFAULT);
      assertThat(driver.isComplete(event)).isFalse();
      assertThat(driver.isComplete(event)).isTrue();
      driver.destroyEvent(event);
    }
  }

  @Test
  void namesTheHostToJcudaAndTheNodeToPanama() {
    try (JcudaDriver driver = JcudaDriver.open(0)) {
      AddressRange range = driver.allocateManaged(4 * ByteSize.MIB);
      stub.clearLog();

      driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
      driver.prefetch(range, Location.HOST, StreamHandle.DEFAULT);
      driver.prefetch(range, Location.device(0), StreamHandle.DEFAULT);
      assertThat(stub.calls("cuMemAdvise")).isEqualTo(1);
      assertThat(stub.calls("cuMemPrefetchAsync")).isEqualTo(2);

      driver.prefetch(range, new Location.HostNode(0), StreamHandle.DEFAULT);
      assertThat(stub.calls("cuMemPrefetchAsync_v2")).isEqualTo(1);
      assertThat(driver.attributes(range).lastPrefetch()).contains(new Location.HostNode(0));
      driver.free(range);
    }
  }

  @Test
  void readsAttributesWithJcudaOnOlderDrivers() {
    stub.hide("cuMemAdvise_v2").hide("cuMemPrefetchAsync_v2");
    try (JcudaDriver driver = JcudaDriver.open(0)) {
      AddressRange range = driver.allocateManaged(4 * ByteSize.MIB);
      driver.advise(range, Advice.SET_READ_MOSTLY, new Location.HostNode(0));
      driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
      driver.advise(range, Advice.SET_ACCESSED_BY, Location.device(0));
      driver.prefetch(range, Location.device(0), StreamHandle.DEFAULT);

      assertThat(driver.attributes(range))
          .isEqualTo(
              new RangeAttributes(
                  true,
                  Optional.of(Location.HOST),
                  Set.of(Location.device(0)),
                  Optional.of(Location.device(0))));
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.prefetch(range, new Location.HostNode(0), StreamHandle.DEFAULT));
      driver.free(range);
    }
  }

  @Test
  void worksInTheProgramsOwnContextAndStream() {
    assertThat(PanamaDriver.probe().usable()).isTrue(); // starts the driver
    long own = thread.enterNew();
    try (JcudaDriver driver = JcudaDriver.openCurrent()) {
      CUstream programs = new CUstream();
      JCudaDriver.cuStreamCreate(programs, 0);
      CUevent programsEvent = new CUevent();
      JCudaDriver.cuEventCreate(programsEvent, 0);
      StreamHandle stream = JcudaHandles.stream(programs);
      EventHandle event = JcudaHandles.event(programsEvent);
      AddressRange range = driver.allocateManaged(4 * ByteSize.MIB);

      driver.prefetch(range, Location.device(0), stream);
      driver.fill(range, (byte) 1, stream);
      driver.record(event, stream);
      driver.synchronize(stream);

      assertThat(driver.isComplete(event)).isTrue();
      assertFails(CudaStatus.INVALID_HANDLE, () -> driver.destroyStream(stream));
      driver.free(range);
      JCudaDriver.cuEventDestroy(programsEvent);
      JCudaDriver.cuStreamDestroy(programs);
      assertThat(thread.current()).hasValue(own);
    }
    thread.destroy(own);
  }

  @Test
  void leavesTheThreadsContextAlone() {
    try (JcudaDriver driver = JcudaDriver.open(0)) {
      AddressRange range = driver.allocateManaged(ByteSize.MIB);
      assertThat(thread.current()).isEmpty();
      driver.free(range);
      assertThat(thread.current()).isEmpty();
    }
    assertThat(stub.retainedContexts()).isZero();
  }

  @Test
  void deviceThereIsNotIsTheFailureOfTheCallThatNamesIt() {
    try (JcudaDriver driver = JcudaDriver.open(0)) {
      AddressRange range = driver.allocateManaged(ByteSize.MIB);
      assertThatThrownBy(() -> driver.prefetch(range, Location.device(9), StreamHandle.DEFAULT))
          .hasMessageStartingWith(
              "cuMemPrefetchAsync failed: CUDA_ERROR_INVALID_DEVICE (101), address 0x");
      driver.free(range);
    }
  }

  @Test
  void memoryOfEachDriverIsTheOthers() {
    try (PanamaDriver panama = PanamaDriver.open(0);
        JcudaDriver driver = JcudaDriver.open(0)) {
      AddressRange range = panama.allocateManaged(ByteSize.MIB);
      assertThat(driver.hostView(range).byteSize()).isEqualTo(ByteSize.MIB);
      driver.free(range);
      assertFails(CudaStatus.INVALID_VALUE, () -> panama.free(range));
    }
  }

  @Test
  void handlesConvert() {
    CUdeviceptr pointer = JcudaHandles.pointer(0x7f0000001000L);

    assertThat(JcudaHandles.address(pointer)).isEqualTo(0x7f0000001000L);
    assertThat(JcudaHandles.address(pointer.withByteOffset(16))).isEqualTo(0x7f0000001010L);
    assertThat(JcudaHandles.stream(new CUstream())).isEqualTo(StreamHandle.DEFAULT);
  }

  @Test
  void withoutJcudaOpeningSaysWhatToDo() {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("jcuda-"))
            .collect(Collectors.joining(File.pathSeparator));

    String output =
        Jvm.run(
            List.of("--enable-native-access=ALL-UNNAMED"), Map.of(), classPath, OpenJcuda.class);

    assertThat(output)
        .isEqualTo(
            "JCuda cannot be loaded (java.lang.NoClassDefFoundError: jcuda/CudaException): put"
                + " org.jcuda:jcuda:12.6.0 and this platform's org.jcuda:jcuda-natives:12.6.0 on"
                + " the class path");
    assertThat(stub.retainedContexts()).isZero();
  }

  private static void assertFails(CudaStatus status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DriverException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  /** Prints what opening says. */
  static final class OpenJcuda {
    private OpenJcuda() {}

    public static void main(String[] args) {
      try {
        JcudaDriver.open(0).close();
        System.out.println("opened");
      } catch (DriverUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
