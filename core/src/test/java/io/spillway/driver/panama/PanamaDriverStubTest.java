package io.spillway.driver.panama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.Advice;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.LibcudaCallerContext;
import io.spillway.driver.Location;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds of the FFM driver beyond the contract, on drivers and devices of all kinds. */
@Tag("stub")
class PanamaDriverStubTest {

  // CUresult of cuda.h 13.0.
  private static final int NO_DEVICE = 100;
  private static final int SYSTEM_DRIVER_MISMATCH = 803;
  private static final int LAUNCH_FAILED = 719;

  private static final List<String> SINCE_CUDA_12_2 =
      List.of("cuMemAdvise_v2", "cuMemPrefetchAsync_v2");
  private static final List<String> SINCE_CUDA_13 =
      List.of(
          "cuMemPrefetchBatchAsync", "cuMemDiscardBatchAsync", "cuMemDiscardAndPrefetchBatchAsync");

  private StubCuda stub;
  private LibcudaCallerContext thread;

  @BeforeEach
  void reset() {
    stub = StubCuda.assumeFresh();
    thread = new LibcudaCallerContext();
  }

  @Test
  void probeShowsEveryDeviceAndMakesNoContext() {
    stub.set("device_count", 2);

    CudaReport report = PanamaDriver.probe();

    assertThat(report.usable()).isTrue();
    assertThat(report.library()).isEqualTo("libcuda.so.1");
    assertThat(report.cudaVersion()).isEqualTo(13000);
    assertThat(report.devices()).extracting(d -> d.info().ordinal()).containsExactly(0, 1);
    assertThat(stub.retainedContexts()).isZero();
    assertThat(thread.current()).isEmpty();
  }

  @Test
  void noDeviceIsAReport() {
    stub.fail("cuInit", 1, NO_DEVICE);

    assertThat(PanamaDriver.probe())
        .isEqualTo(
            new CudaReport(
                "libcuda.so.1",
                "the CUDA driver shows no device: check nvidia-smi and CUDA_VISIBLE_DEVICES",
                0,
                List.of()));
  }

  @Test
  void driverThatDoesNotStartIsAReportAndOpenSaysWhy() {
    stub.fail("cuInit", 1, SYSTEM_DRIVER_MISMATCH);

    assertThat(PanamaDriver.probe().reason())
        .startsWith(
            "libcuda.so.1 does not start, cuInit says CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803): ");
    stub.fail("cuInit", 1, SYSTEM_DRIVER_MISMATCH);
    assertThatThrownBy(() -> PanamaDriver.open(0))
        .isExactlyInstanceOf(DriverUnavailableException.class)
        .hasMessageContaining("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)");
  }

  @Test
  void noSuchOrdinal() {
    assertThatThrownBy(() -> PanamaDriver.open(7))
        .isInstanceOf(DriverException.class)
        .hasMessage("cuDeviceGet failed: CUDA_ERROR_INVALID_DEVICE (101)");
    assertThat(stub.retainedContexts()).isZero();
  }

  @Test
  void failedOpeningReleasesTheContext() {
    stub.fail("cuDeviceTotalMem_v2", 1, 999);

    assertThatThrownBy(() -> PanamaDriver.open(0))
        .hasMessage("cuDeviceTotalMem failed: CUDA_ERROR_UNKNOWN (999)");
    assertThat(stub.retainedContexts()).isZero();
  }

  @Test
  void withoutConcurrentManagedAccessNothingMigrates() {
    stub.set("concurrent_managed_access", 0);
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      assertThat(driver.capabilities().missing().keySet())
          .containsExactlyInAnyOrder(
              Capability.CONCURRENT_MANAGED_ACCESS,
              Capability.PAGEABLE_MEMORY_ACCESS,
              Capability.PREFETCH,
              Capability.PREFETCH_TO_HOST,
              Capability.PREFETCH_BATCH,
              Capability.DISCARD,
              Capability.DISCARD_AND_PREFETCH);
      assertThat(driver.capabilities().whyNot(Capability.PREFETCH).orElseThrow())
          .contains("CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS is 0");
      AddressRange range = driver.allocateManaged(ByteSize.MIB);
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.prefetch(range, driver.device().location(), StreamHandle.DEFAULT));
      assertThat(stub.calls("cuMemPrefetchAsync_v2")).isZero();
      driver.free(range);
    }
  }

  @Test
  void withoutHostNumaNodesNoneCanBeNamed() {
    stub.set("numa_nodes", 0);
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      assertThat(driver.capabilities().whyNot(Capability.HOST_NUMA_LOCATION))
          .hasValue(
              "the host has no NUMA nodes to name (CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID is not set)");
      AddressRange range = driver.allocateManaged(ByteSize.MIB);
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.advise(range, Advice.SET_PREFERRED_LOCATION, new Location.HostNode(0)));
      StreamHandle stream = driver.createStream();
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.prefetchBatch(List.of(range), new Location.HostNode(0), stream));
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.discardAndPrefetch(List.of(range), new Location.HostNode(0), stream));
      assertThat(stub.calls("cuMemPrefetchBatchAsync")).isZero();
      assertThat(stub.calls("cuMemDiscardAndPrefetchBatchAsync")).isZero();
      driver.destroyStream(stream);
      driver.free(range);
    }
  }

  @Test
  void withoutManagedMemoryNothingIsThere() {
    stub.set("managed_memory", 0);
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      assertThat(driver.capabilities().missing()).containsOnlyKeys(Capability.values());
      assertFails(CudaStatus.NOT_SUPPORTED, () -> driver.allocateManaged(ByteSize.MIB));
    }
  }

  @Test
  void newDriverGetsLocationStructs() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      AddressRange range = driver.allocateManaged(4 * ByteSize.MIB);
      stub.clearLog();

      driver.advise(range, Advice.SET_PREFERRED_LOCATION, new Location.HostNode(0));
      driver.prefetch(range, Location.HOST, StreamHandle.DEFAULT);
      driver.prefetch(range, Location.device(0), StreamHandle.DEFAULT);

      assertThat(stub.log("cuMemAdvise_v2"))
          .extracting(e -> e.extras().subList(0, 3))
          .containsExactly(List.of(3L, 3L, 0L));
      assertThat(stub.log("cuMemPrefetchAsync_v2"))
          .extracting(e -> e.extras().subList(1, 3))
          .containsExactly(List.of(2L, 0L), List.of(1L, 0L));
      assertThat(driver.attributes(range).preferredLocation())
          .isEqualTo(Optional.of(new Location.HostNode(0)));
      driver.free(range);
    }
  }

  @Test
  void olderDriverGetsDeviceNumbers() {
    SINCE_CUDA_12_2.forEach(stub::hide);
    SINCE_CUDA_13.forEach(stub::hide);
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      assertThat(driver.capabilities().missing())
          .containsEntry(
              Capability.HOST_NUMA_LOCATION,
              "the driver (CUDA 13.0) has no cuMemAdvise and cuMemPrefetchAsync that take a"
                  + " location")
          .containsEntry(
              Capability.PREFETCH_BATCH, "the driver (CUDA 13.0) has no cuMemPrefetchBatchAsync")
          .containsEntry(Capability.DISCARD, "the driver (CUDA 13.0) has no cuMemDiscardBatchAsync")
          .containsEntry(
              Capability.DISCARD_AND_PREFETCH,
              "the driver (CUDA 13.0) has no cuMemDiscardAndPrefetchBatchAsync");
      AddressRange range = driver.allocateManaged(4 * ByteSize.MIB);
      StreamHandle stream = driver.createStream();
      stub.clearLog();

      driver.advise(range, Advice.SET_READ_MOSTLY, new Location.HostNode(0));
      driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
      driver.advise(range, Advice.SET_ACCESSED_BY, Location.device(0));
      driver.prefetch(range, Location.HOST, stream);

      assertThat(stub.calls("cuMemAdvise")).isEqualTo(3);
      assertThat(stub.calls("cuMemPrefetchAsync")).isEqualTo(1);
      assertThat(driver.attributes(range))
          .isEqualTo(
              new RangeAttributes(
                  true,
                  Optional.of(Location.HOST),
                  Set.of(Location.device(0)),
                  Optional.of(Location.HOST)));

      stub.clearLog();
      Location node = new Location.HostNode(0);
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.advise(range, Advice.SET_PREFERRED_LOCATION, node));
      assertFails(CudaStatus.NOT_SUPPORTED, () -> driver.prefetch(range, node, stream));
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.prefetchBatch(List.of(range), Location.HOST, stream));
      assertFails(CudaStatus.NOT_SUPPORTED, () -> driver.discard(List.of(range), stream));
      assertFails(
          CudaStatus.NOT_SUPPORTED,
          () -> driver.discardAndPrefetch(List.of(range), Location.HOST, stream));
      assertThat(stub.log("cuMemAdvise")).isEmpty();
      driver.destroyStream(stream);
      driver.free(range);
    }
  }

  @Test
  void rangeAttributesByDeviceNumberWhereTypesAreUnknown() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      AddressRange range = driver.allocateManaged(4 * ByteSize.MIB);
      driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
      // Second is the preferred location's type, which a driver before CUDA 12.2 does not know.
      stub.fail("cuMemRangeGetAttribute", 2, CudaStatus.INVALID_VALUE.code());

      assertThat(driver.attributes(range).preferredLocation()).contains(Location.HOST);
      driver.free(range);
    }
  }

  @Test
  void leavesTheThreadsContextAlone() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      assertThat(thread.current()).isEmpty();
      AddressRange range = driver.allocateManaged(ByteSize.MIB);
      assertThat(thread.current()).isEmpty();

      long own = thread.enterNew();
      driver.advise(range, Advice.SET_READ_MOSTLY, Location.HOST);
      assertFails(
          CudaStatus.INVALID_DEVICE,
          () -> driver.prefetch(range, Location.device(9), StreamHandle.DEFAULT));
      assertThat(thread.current()).hasValue(own);

      driver.free(range);
      assertThat(thread.current()).hasValue(own);
      thread.destroy(own);
    }
    assertThat(stub.retainedContexts()).isZero();
  }

  @Test
  void pushesNothingWhereItsContextIsCurrent() {
    assertThat(PanamaDriver.probe().usable()).isTrue(); // starts the driver
    long own = thread.enterNew();
    try (PanamaDriver driver = PanamaDriver.openCurrent()) {
      assertThat(driver.device().ordinal()).isZero();
      stub.clearLog();

      driver.memoryInfo();

      assertThat(stub.calls("cuCtxPushCurrent_v2")).isZero();
      assertThat(thread.current()).hasValue(own);
    }
    assertThat(thread.current()).hasValue(own);
    thread.destroy(own);
  }

  @Test
  void aPrimaryContextStaysWhileItIsOpenedAsTheCurrentOne() {
    PanamaDriver programs = PanamaDriver.open(0);
    try (var _ = programs.makeCurrent();
        PanamaDriver driver = PanamaDriver.openCurrent()) {
      programs.close(); // the program releases it

      assertThat(stub.retainedContexts()).isEqualTo(1);
      driver.free(driver.allocateManaged(ByteSize.MIB));
    }
    assertThat(stub.retainedContexts()).isZero();
  }

  @Test
  void aPrimaryContextThatIsResetNeedNotBeReleased() {
    PanamaDriver driver = PanamaDriver.open(0);

    thread.resetPrimary();

    assertThatCode(driver::close).doesNotThrowAnyException();
    assertThat(stub.calls("cuDevicePrimaryCtxRelease_v2")).isEqualTo(1);
  }

  @Test
  void anotherContextThanThePrimaryOneStaysItsOwners() {
    try (PanamaDriver _ = PanamaDriver.open(0)) {
      long own = thread.enterNew();
      try (PanamaDriver _ = PanamaDriver.openCurrent()) {
        assertThat(stub.retainedContexts()).isEqualTo(1);
      }
      assertThat(stub.retainedContexts()).isEqualTo(1);
      thread.destroy(own);
    }
  }

  @Test
  void openCurrentNeedsAContext() {
    assertThatThrownBy(PanamaDriver::openCurrent)
        .isInstanceOf(DriverException.class)
        .hasMessage("cuCtxGetCurrent failed: CUDA_ERROR_INVALID_CONTEXT (201)");
  }

  @Test
  void foreignAndFreedPointersAreRefused() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      AddressRange managed = driver.allocateManaged(ByteSize.MIB);
      AddressRange pinned = driver.allocatePinned(ByteSize.MIB);
      AddressRange device = driver.allocateDevice(ByteSize.MIB);
      assertFails(CudaStatus.INVALID_VALUE, () -> driver.hostView(device));
      assertFails(
          CudaStatus.INVALID_VALUE,
          () -> driver.hostView(new AddressRange(managed.address(), 2 * ByteSize.MIB)));
      assertFails(CudaStatus.INVALID_VALUE, () -> driver.free(pinned.slice(4096, 4096)));
      for (AddressRange range : List.of(managed, pinned, device)) {
        driver.free(range);
        assertFails(CudaStatus.INVALID_VALUE, () -> driver.free(range));
        assertFails(CudaStatus.INVALID_VALUE, () -> driver.hostView(range));
      }
      assertFails(CudaStatus.INVALID_VALUE, () -> driver.free(new AddressRange(0x1000, 4096)));
      assertThat(stub.live()).isEmpty();
    }
  }

  @Test
  void pinnedMemoryThatFailedToFreeCanBeFreedAgain() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      AddressRange pinned = driver.allocatePinned(ByteSize.MIB);
      stub.fail("cuMemFreeHost", 1, LAUNCH_FAILED);

      assertThatThrownBy(() -> driver.free(pinned))
          .hasMessageStartingWith("cuMemFreeHost failed: CUDA_ERROR_LAUNCH_FAILED (719), address");
      driver.free(pinned);

      assertThat(stub.live()).isEmpty();
    }
  }

  @Test
  void foreignHandlesAreNotDestroyed() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      StreamHandle stream = driver.createStream();
      EventHandle event = driver.createEvent();
      driver.destroyStream(stream);
      driver.destroyEvent(event);
      stub.clearLog();

      assertFails(CudaStatus.INVALID_HANDLE, () -> driver.destroyStream(stream));
      assertFails(CudaStatus.INVALID_HANDLE, () -> driver.destroyStream(StreamHandle.DEFAULT));
      assertFails(CudaStatus.INVALID_HANDLE, () -> driver.destroyEvent(event));
      assertThat(stub.calls("cuStreamDestroy_v2") + stub.calls("cuEventDestroy_v2")).isZero();
    }
  }

  @Test
  void closedDriverRefusesWork() {
    PanamaDriver driver = PanamaDriver.open(0);
    driver.close();
    driver.close();

    assertThatThrownBy(driver::memoryInfo)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("driver for device 0 is closed");
    assertThat(stub.retainedContexts()).isZero();
  }

  @Test
  void modulesLoadLaunchAndUnload() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      CudaModule module = driver.loadModule(".version 7.0\n.target sm_70\n");
      CudaFunction kernel = module.function("read");
      KernelArguments arguments =
          KernelArguments.builder().pointer(0x1234).int32(-1).float32(1.5f).float64(2).build();

      kernel.launch(LaunchGeometry.linear(4, 128), StreamHandle.DEFAULT, arguments);

      assertThat(arguments.count()).isEqualTo(4);
      assertThat(stub.calls("cuLaunchKernel")).isEqualTo(1);
      module.close();
      module.close();
      assertThat(stub.calls("cuModuleUnload")).isEqualTo(1);
      assertThatThrownBy(() -> module.function("read"))
          .isExactlyInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void moduleThatDoesNotCompile() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      stub.fail("cuModuleLoadDataEx", 1, 218);

      assertThatThrownBy(() -> driver.loadModule("nonsense"))
          .isExactlyInstanceOf(ModuleLoadException.class)
          .hasMessageStartingWith(
              "cuModuleLoadDataEx failed: CUDA_ERROR_INVALID_PTX (218), size 9 (9 B)");
    }
  }

  @Test
  void statusTheDriverCannotNameIsNamedByItsNumber() {
    try (PanamaDriver driver = PanamaDriver.open(0)) {
      stub.fail("cuMemGetInfo_v2", 1, 4711);

      assertThatThrownBy(driver::memoryInfo)
          .hasMessage("cuMemGetInfo failed: CUresult 4711 (4711)");
      assertThatCode(driver::memoryInfo).doesNotThrowAnyException();
    }
  }

  private static void assertFails(CudaStatus status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DriverException.class, e -> assertThat(e.status()).isEqualTo(status));
  }
}
