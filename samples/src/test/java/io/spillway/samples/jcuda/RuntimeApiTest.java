package io.spillway.samples.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.stub.StubCuda;
import io.spillway.dropin.Dropin;
import io.spillway.dropin.InstalledDropin;
import io.spillway.dropin.SpillwayDriver;
import io.spillway.dropin.SpillwayRuntime;
import io.spillway.range.ByteSize;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaMemcpyKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The wrapper of the runtime API where calls succeed, over the stub of JCuda's runtime library.
 * Core's tests, which have no such stub, see its failures.
 */
@Tag("stub")
class RuntimeApiTest {

  private static final long LARGE = 5 * ByteSize.GIB;

  private final StubCuda stub = StubCuda.assumeFresh();
  private final CUcontext context = new CUcontext();

  @BeforeEach
  void open() {
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    JCudaDriver.cuCtxCreate(context, 0, device);
  }

  @AfterEach
  void close() {
    JCuda.setExceptionsEnabled(false);
    Dropin.uninstall();
    assertThat(stub.live()).isEmpty();
    JCudaDriver.cuCtxDestroy(context);
  }

  private static Pointer allocate(long bytes) {
    Pointer pointer = new Pointer();
    assertThat(SpillwayRuntime.cudaMalloc(pointer, bytes)).isZero();
    return pointer;
  }

  @Test
  void whatDoesNotFitBecomesManagedAndIsFreed() {
    InstalledDropin.with("");
    Pointer plain = allocate(LARGE);
    assertThat(stub.liveBytes(StubCuda.Kind.DEVICE)).isEqualTo(LARGE);
    Pointer redirected = allocate(LARGE);
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(LARGE);

    int[] in = {1, 2, 3};
    int[] out = new int[3];
    Pointer inside = redirected.withByteOffset(LARGE - 12);
    assertThat(JCuda.cudaMemcpy(inside, Pointer.to(in), 12, cudaMemcpyKind.cudaMemcpyHostToDevice))
        .isZero();
    assertThat(JCuda.cudaMemcpy(Pointer.to(out), inside, 12, cudaMemcpyKind.cudaMemcpyDeviceToHost))
        .isZero();
    assertThat(out).isEqualTo(in);

    assertThat(SpillwayRuntime.cudaFree(plain)).isZero();
    assertThat(JCuda.cudaFree(redirected)).as("with JCuda's own").isZero();
  }

  @Test
  void bothApisShareTheBooks() {
    Dropin dropin = InstalledDropin.with("");
    Pointer runtimes = allocate(LARGE);
    CUdeviceptr drivers = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(drivers, LARGE)).isZero();
    assertThat(dropin.allocations())
        .extracting(LiveAllocation::kind)
        .containsExactlyInAnyOrder(MemoryKind.DEVICE, MemoryKind.MANAGED);
    assertThat(SpillwayRuntime.cudaFree(drivers)).isZero();
    assertThat(dropin.allocations()).hasSize(1);
    assertThat(SpillwayRuntime.cudaFree(runtimes)).isZero();
    assertThat(dropin.allocations()).isEmpty();
  }

  @Test
  void memoryIsReportedAsAsked() {
    long[] free = {0};
    long[] total = {0};
    InstalledDropin.with("");
    assertThat(SpillwayRuntime.cudaMemGetInfo(free, total)).isZero();
    assertThat(free[0]).isEqualTo(total[0]).isEqualTo(8 * ByteSize.GIB);
    Dropin.uninstall();

    InstalledDropin.with("report-budget=24 GiB");
    Pointer pointer = allocate(LARGE);
    assertThat(SpillwayRuntime.cudaMemGetInfo(free, total)).isZero();
    assertThat(total[0]).isEqualTo(24 * ByteSize.GIB);
    assertThat(free[0]).isEqualTo(24 * ByteSize.GIB - LARGE);
    assertThat(SpillwayRuntime.cudaFree(pointer)).isZero();
  }

  @Test
  void pitchedMemoryIsTheDriversAndCounted() {
    Dropin dropin = InstalledDropin.with("budget=2 MiB");
    Pointer pointer = new Pointer();
    long[] pitch = {0};
    assertThat(SpillwayRuntime.cudaMallocPitch(pointer, pitch, 100_000, 1_000)).isZero();
    assertThat(stub.live()).singleElement().returns(StubCuda.Kind.DEVICE, StubCuda.Live::kind);
    assertThat(dropin.allocations())
        .singleElement()
        .returns(pitch[0] * 1_000, each -> each.range().bytes());
    assertThat(SpillwayRuntime.cudaFree(pointer)).isZero();
  }

  @Test
  void managedMemoryOfTheProgramsOwnIsCounted() {
    Dropin dropin = InstalledDropin.with("");
    Pointer pointer = new Pointer();
    assertThat(SpillwayRuntime.cudaMallocManaged(pointer, 4 * ByteSize.MIB, 1)).isZero();
    assertThat(dropin.allocations())
        .singleElement()
        .returns(MemoryKind.MANAGED, LiveAllocation::kind);
    assertThat(SpillwayRuntime.cudaFree(pointer)).isZero();
  }

  @Test
  void failuresAreThrownTheWayTheProgramChose() {
    InstalledDropin.with("managed-limit=shared");
    JCuda.setExceptionsEnabled(true);
    assertThatThrownBy(() -> SpillwayRuntime.cudaMalloc(new Pointer(), 1L << 46))
        .isInstanceOf(CudaException.class)
        .hasMessage("cudaErrorMemoryAllocation");
    JCuda.setExceptionsEnabled(false);
    assertThat(SpillwayRuntime.cudaMalloc(new Pointer(), 1L << 46)).isEqualTo(2);
  }
}
