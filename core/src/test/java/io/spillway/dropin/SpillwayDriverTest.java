package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.driver.jcuda.JcudaHandles;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUipcMemHandle;
import jcuda.driver.CUmemoryPool;
import jcuda.driver.CUpointer_attribute;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.JCuda;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wrappers against JCuda itself, both on the stub driver. */
@Tag("stub")
class SpillwayDriverTest {

  private static final long LARGE = 3 * ByteSize.GIB;

  private StubCuda stub;
  private CUcontext context;

  @BeforeEach
  void open() {
    stub = StubCuda.assumeFresh();
    JCudaDriver.cuInit(0);
    context = createContext(0);
  }

  @AfterEach
  void close() {
    JCudaDriver.setExceptionsEnabled(false);
    JCuda.setExceptionsEnabled(false);
    Dropin.uninstall();
    JCudaDriver.cuCtxDestroy(context);
  }

  private static CUcontext createContext(int ordinal) {
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, ordinal);
    CUcontext created = new CUcontext();
    JCudaDriver.cuCtxCreate(created, 0, device);
    return created;
  }

  /** The number a call returns, or the text it throws. */
  private static Object outcome(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (CudaException | NullPointerException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }

  /** A call of JCuda's, its counterpart, and the symbol it reaches. */
  private record Pair(String symbol, IntSupplier jcuda, IntSupplier spillway) {}

  private static List<Pair> pairs() {
    CUdeviceptr pointer = new CUdeviceptr();
    CUstream stream = new CUstream();
    long[] one = {0};
    long[] two = {0};
    List<Pair> pairs = new ArrayList<>();
    for (long bytes : new long[] {1 << 20, 0, -1, Long.MAX_VALUE}) {
      pairs.add(
          new Pair(
              "cuMemAlloc_v2",
              () -> JCudaDriver.cuMemAlloc(new CUdeviceptr(), bytes),
              () -> SpillwayDriver.cuMemAlloc(new CUdeviceptr(), bytes)));
      pairs.add(
          new Pair(
              "cuMemAllocManaged",
              () -> JCudaDriver.cuMemAllocManaged(new CUdeviceptr(), bytes, 1),
              () -> SpillwayDriver.cuMemAllocManaged(new CUdeviceptr(), bytes, 1)));
      pairs.add(
          new Pair(
              "cuMemAllocAsync",
              () -> JCudaDriver.cuMemAllocAsync(new CUdeviceptr(), bytes, stream),
              () -> SpillwayDriver.cuMemAllocAsync(new CUdeviceptr(), bytes, stream)));
    }
    pairs.add(
        new Pair(
            "cuMemAllocManaged",
            () -> JCudaDriver.cuMemAllocManaged(new CUdeviceptr(), 4096, 7),
            () -> SpillwayDriver.cuMemAllocManaged(new CUdeviceptr(), 4096, 7)));
    pairs.add(
        new Pair(
            "cuMemAllocPitch_v2",
            () -> JCudaDriver.cuMemAllocPitch(new CUdeviceptr(), one, 100, 7, 4),
            () -> SpillwayDriver.cuMemAllocPitch(new CUdeviceptr(), two, 100, 7, 4)));
    pairs.add(
        new Pair(
            "cuMemGetInfo_v2",
            () -> JCudaDriver.cuMemGetInfo(one, two),
            () -> SpillwayDriver.cuMemGetInfo(one, two)));
    pairs.add(
        new Pair(
            "cuMemFree_v2",
            () -> JCudaDriver.cuMemFree(pointer),
            () -> SpillwayDriver.cuMemFree(pointer)));
    pairs.add(
        new Pair(
            "cuMemFree_v2",
            () -> JCudaDriver.cuMemFree(JcudaHandles.pointer(4711)),
            () -> SpillwayDriver.cuMemFree(JcudaHandles.pointer(4711))));
    pairs.add(
        new Pair(
            "cuMemFreeAsync",
            () -> JCudaDriver.cuMemFreeAsync(JcudaHandles.pointer(4711), stream),
            () -> SpillwayDriver.cuMemFreeAsync(JcudaHandles.pointer(4711), stream)));
    pairs.add(
        new Pair(
            "cuMemGetAddressRange_v2",
            () -> JCudaDriver.cuMemGetAddressRange(pointer, one, JcudaHandles.pointer(4711)),
            () -> SpillwayDriver.cuMemGetAddressRange(pointer, one, JcudaHandles.pointer(4711))));
    pairs.add(
        new Pair(
            "cuMemAlloc_v2",
            () -> JCudaDriver.cuMemAlloc(null, 1),
            () -> SpillwayDriver.cuMemAlloc(null, 1)));
    pairs.add(
        new Pair(
            "cuMemFree_v2",
            () -> JCudaDriver.cuMemFree(null),
            () -> SpillwayDriver.cuMemFree(null)));
    pairs.add(
        new Pair(
            "cuMemGetInfo_v2",
            () -> JCudaDriver.cuMemGetInfo(null, null),
            () -> SpillwayDriver.cuMemGetInfo(null, null)));
    return pairs;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resultsAndExceptionsAreJcudas(boolean exceptionsEnabled) {
    InstalledDropin.with("");
    JCudaDriver.setExceptionsEnabled(exceptionsEnabled);
    for (Pair pair : pairs()) {
      for (int code : new int[] {0, 1, 2, 201, 700, 999, 4711}) {
        Map<String, Object> outcomes = new LinkedHashMap<>();
        for (boolean ours : new boolean[] {false, true}) {
          stub.forgetFailures();
          if (code != 0) {
            stub.fail(pair.symbol(), 1, code);
            // What would stand in for it fails as well.
            stub.fail("cuMemAllocManaged", 1, code);
          }
          outcomes.put(ours ? "ours" : "jcuda", outcome(ours ? pair.spillway() : pair.jcuda()));
        }
        assertThat(outcomes.get("ours"))
            .as("%s, code %d", pair.symbol(), code)
            .isEqualTo(outcomes.get("jcuda"));
      }
    }
    stub.forgetFailures();
  }

  static Stream<IntSupplier[]> runtimePairs() {
    long[] one = {0};
    long[] two = {0};
    return Stream.of(
        new IntSupplier[] {
          () -> JCuda.cudaMalloc(new Pointer(), 4096),
          () -> SpillwayRuntime.cudaMalloc(new Pointer(), 4096)
        },
        new IntSupplier[] {
          () -> JCuda.cudaMallocManaged(new Pointer(), 4096, 1),
          () -> SpillwayRuntime.cudaMallocManaged(new Pointer(), 4096, 1)
        },
        new IntSupplier[] {
          () -> JCuda.cudaMallocPitch(new Pointer(), one, 100, 7),
          () -> SpillwayRuntime.cudaMallocPitch(new Pointer(), one, 100, 7)
        },
        new IntSupplier[] {
          () -> JCuda.cudaFree(new Pointer()), () -> SpillwayRuntime.cudaFree(new Pointer())
        },
        new IntSupplier[] {
          () -> JCuda.cudaMalloc(null, 1), () -> SpillwayRuntime.cudaMalloc(null, 1)
        },
        new IntSupplier[] {
          () -> JCuda.cudaMemGetInfo(one, two), () -> SpillwayRuntime.cudaMemGetInfo(one, two)
        });
  }

  /** JCuda's runtime does not start on the stub, so every call fails, and has to fail alike. */
  @ParameterizedTest
  @MethodSource("runtimePairs")
  void runtimeFailuresAreJcudas(IntSupplier jcuda, IntSupplier spillway) {
    InstalledDropin.with("");
    for (boolean exceptionsEnabled : new boolean[] {false, true}) {
      JCuda.setExceptionsEnabled(exceptionsEnabled);
      assertThat(outcome(spillway)).isEqualTo(outcome(jcuda));
    }
  }

  @Test
  void whatDoesNotFitBecomesManagedAndIsFreed() {
    InstalledDropin.with("");
    List<CUdeviceptr> pointers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      CUdeviceptr pointer = new CUdeviceptr();
      assertThat(SpillwayDriver.cuMemAlloc(pointer, LARGE + 1)).isZero();
      pointers.add(pointer);
    }
    assertThat(stub.liveBytes(StubCuda.Kind.DEVICE)).isEqualTo(2 * (LARGE + 1));
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(2 * (LARGE + 2 * ByteSize.MIB));

    CUdeviceptr base = new CUdeviceptr();
    long[] size = {0};
    CUdeviceptr inside = pointers.get(3).withByteOffset(4096);
    assertThat(SpillwayDriver.cuMemGetAddressRange(base, size, inside)).isZero();
    assertThat(size[0]).isEqualTo(LARGE + 1);
    assertThat(JcudaHandles.address(base)).isEqualTo(JcudaHandles.address(pointers.get(3)));

    for (CUdeviceptr pointer : pointers) {
      assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
    }
    assertThat(stub.live()).isEmpty();
  }

  @Test
  void theGuardRefusesWithTheProgramsOwnError() {
    stub.set("total_bytes", 64L << 40);
    InstalledDropin.with("managed-limit=shared");
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(pointer, 60L << 40)).isZero();
    JCudaDriver.setExceptionsEnabled(true);
    assertThatThrownBy(() -> SpillwayDriver.cuMemAlloc(new CUdeviceptr(), 60L << 40))
        .isInstanceOf(CudaException.class)
        .hasMessage("CUDA_ERROR_OUT_OF_MEMORY");
    // The program's own managed memory is held to the ceiling as well.
    assertThatThrownBy(
            () -> SpillwayDriver.cuMemAllocManaged(new CUdeviceptr(), 40 * ByteSize.GIB, 1))
        .isInstanceOf(CudaException.class)
        .hasMessage("CUDA_ERROR_OUT_OF_MEMORY");
    JCudaDriver.setExceptionsEnabled(false);
    assertThat(SpillwayDriver.cuMemAllocManaged(new CUdeviceptr(), 40 * ByteSize.GIB, 1))
        .isEqualTo(2);
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
  }

  @Test
  void aManagedAllocationThatFailsLeavesThePlainOne() {
    InstalledDropin.with("budget=2 MiB");
    stub.fail("cuMemAllocManaged", 1, 801);
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(pointer, 64 * ByteSize.MIB)).isZero();
    assertThat(stub.live()).singleElement().returns(StubCuda.Kind.DEVICE, StubCuda.Live::kind);
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
    assertThat(stub.live()).isEmpty();
  }

  @Test
  void memoryIsReportedAsAsked() {
    long[] free = {0};
    long[] total = {0};
    InstalledDropin.with("report-budget=200%");
    assertThat(SpillwayDriver.cuMemGetInfo(free, total)).isZero();
    assertThat(total[0]).isEqualTo(16 * ByteSize.GIB);
    assertThat(free[0]).isEqualTo(16 * ByteSize.GIB);
    CUdeviceptr pointer = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(pointer, ByteSize.GIB);
    SpillwayDriver.cuMemGetInfo(free, total);
    assertThat(free[0]).isEqualTo(15 * ByteSize.GIB);
    Dropin.uninstall();

    InstalledDropin.with("report-budget=on");
    SpillwayDriver.cuMemGetInfo(free, total);
    assertThat(total[0]).isGreaterThan(8 * ByteSize.GIB);
    assertThat(free[0]).isGreaterThan(7 * ByteSize.GIB).isLessThan(total[0]);
    Dropin.uninstall();

    InstalledDropin.with("");
    SpillwayDriver.cuMemGetInfo(free, total);
    assertThat(total[0]).isEqualTo(8 * ByteSize.GIB);
    assertThat(free[0]).isEqualTo(7 * ByteSize.GIB);
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void whereTheDriverDoesNotSayWhatIsFreeItsOwnFiguresStay() {
    long[] free = {0};
    long[] total = {0};
    InstalledDropin.with("report-budget=on,managed-limit=shared");
    SpillwayDriver.cuMemGetInfo(free, total);
    stub.fail("cuMemGetInfo_v2", 2, 999); // the program's own is the first

    assertThat(SpillwayDriver.cuMemGetInfo(free, total)).isZero();

    assertThat(stub.failuresLeft()).isZero();
    assertThat(total[0]).isEqualTo(8 * ByteSize.GIB);
  }

  /** Success with nothing behind it was told once. */
  @Test
  void theProgramsOwnManagedMemoryIsThereWhereTheCeilingIsNotKnown() {
    InstalledDropin.with("managed-limit=shared");
    CUdeviceptr pointer = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(pointer, 4096);
    stub.fail("cuMemGetInfo_v2", 1, 999);

    CUdeviceptr managed = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAllocManaged(managed, ByteSize.MIB, 1)).isZero();

    assertThat(stub.failuresLeft()).isZero();
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(ByteSize.MIB);
    assertThat(SpillwayDriver.cuMemFree(managed)).isZero();
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
  }

  @Test
  void streamOrderedAllocationsAreRedirectedUnlessCaptured() {
    InstalledDropin.with("budget=2 MiB");
    CUstream stream = new CUstream();
    JCudaDriver.cuStreamCreate(stream, 0);
    CUdeviceptr redirected = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAllocAsync(redirected, 64 * ByteSize.MIB, stream)).isZero();
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(64 * ByteSize.MIB);
    stub.clearLog();
    assertThat(SpillwayDriver.cuMemFreeAsync(redirected, stream)).isZero();
    assertThat(stub.calls("cuMemFree_v2")).isEqualTo(1);
    assertThat(stub.calls("cuMemFreeAsync")).isZero();

    stub.set("streams_capturing", 1);
    CUdeviceptr captured = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAllocAsync(captured, 64 * ByteSize.MIB, stream)).isZero();
    assertThat(stub.liveBytes(StubCuda.Kind.DEVICE)).isEqualTo(64 * ByteSize.MIB);
    assertThat(SpillwayDriver.cuMemFreeAsync(captured, stream)).isZero();
    assertThat(stub.calls("cuMemFreeAsync")).isEqualTo(1);
    assertThat(stub.live()).isEmpty();
    JCudaDriver.cuStreamDestroy(stream);
  }

  @Test
  void pitchedMemoryIsTheDrivers() {
    InstalledDropin.with("budget=2 MiB");
    CUdeviceptr pointer = new CUdeviceptr();
    long[] pitch = {0};
    assertThat(SpillwayDriver.cuMemAllocPitch(pointer, pitch, 100_000, 1_000, 4)).isZero();
    assertThat(pitch[0]).isEqualTo(100_352);
    assertThat(stub.live()).singleElement().returns(StubCuda.Kind.DEVICE, StubCuda.Live::kind);
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
    assertThat(stub.live()).isEmpty();
  }

  @Test
  void poolMemoryIsThePools() {
    InstalledDropin.with("budget=2 MiB");
    // The stub has no pools: the call reaches it as it is, and fails as it does there.
    CUmemoryPool pool = new CUmemoryPool();
    CUstream stream = new CUstream();
    long bytes = 64 * ByteSize.MIB;
    assertThat(SpillwayDriver.cuMemAllocFromPoolAsync(new CUdeviceptr(), bytes, pool, stream))
        .isEqualTo(JCudaDriver.cuMemAllocFromPoolAsync(new CUdeviceptr(), bytes, pool, stream));
    assertThat(stub.calls("cuMemAllocManaged")).isZero();
  }

  @Test
  void pointerAttributesTellManagedMemory() {
    InstalledDropin.with("budget=2 MiB");
    CUdeviceptr plain = new CUdeviceptr();
    CUdeviceptr redirected = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(plain, 4096);
    SpillwayDriver.cuMemAlloc(redirected, 64 * ByteSize.MIB);
    int managed = CUpointer_attribute.CU_POINTER_ATTRIBUTE_IS_MANAGED;
    int type = CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE;
    int host = CUpointer_attribute.CU_POINTER_ATTRIBUTE_HOST_POINTER;
    assertThat(attribute(plain, managed)).isZero();
    assertThat(attribute(redirected, managed)).isEqualTo(1);
    assertThat(attribute(redirected, type)).isEqualTo(attribute(plain, type)).isEqualTo(2);
    long[] value = {0};
    assertThat(JCudaDriver.cuPointerGetAttribute(Pointer.to(value), host, plain)).isEqualTo(1);
    assertThat(JCudaDriver.cuPointerGetAttribute(Pointer.to(value), host, redirected)).isZero();
    SpillwayDriver.cuMemFree(plain);
    SpillwayDriver.cuMemFree(redirected);
  }

  private static int attribute(CUdeviceptr pointer, int attribute) {
    int[] value = {0};
    assertThat(JCudaDriver.cuPointerGetAttribute(Pointer.to(value), attribute, pointer)).isZero();
    return value[0];
  }

  @Test
  void interProcessHandlesAreNotForManagedMemory() {
    InstalledDropin.with("budget=2 MiB");
    CUdeviceptr redirected = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(redirected, 64 * ByteSize.MIB);
    assertThat(JCudaDriver.cuIpcGetMemHandle(new CUipcMemHandle(), redirected)).isNotZero();
    Dropin.uninstall();
    InstalledDropin.with("budget=2 MiB,min-size=1 GiB");
    CUdeviceptr kept = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(kept, 64 * ByteSize.MIB);
    assertThat(attribute(kept, CUpointer_attribute.CU_POINTER_ATTRIBUTE_IS_MANAGED)).isZero();
    SpillwayDriver.cuMemFree(kept);
    SpillwayDriver.cuMemFree(redirected);
  }

  @Test
  void withoutConcurrentManagedAccessEverythingPassesThrough() {
    stub.set("concurrent_managed_access", 0);
    Dropin dropin = InstalledDropin.with("");
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(pointer, 7 * ByteSize.GIB)).isZero();
    assertThat(SpillwayDriver.cuMemAlloc(new CUdeviceptr(), 7 * ByteSize.GIB)).isEqualTo(2);
    assertThat(stub.calls("cuMemAllocManaged")).isZero();
    assertThat(dropin.summary()).singleElement().asString().contains("inactive");
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void eachDeviceHasItsOwnLaneAndFreesGoToTheRightOne() {
    stub.set("device_count", 2);
    Dropin dropin = InstalledDropin.with("device=1");
    CUdeviceptr first = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(first, 7 * ByteSize.GIB)).isZero();
    assertThat(SpillwayDriver.cuMemAlloc(new CUdeviceptr(), 7 * ByteSize.GIB)).isEqualTo(2);

    CUcontext second = createContext(1);
    CUdeviceptr plain = new CUdeviceptr();
    CUdeviceptr redirected = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(plain, 7 * ByteSize.GIB)).isZero();
    assertThat(SpillwayDriver.cuMemAlloc(redirected, 7 * ByteSize.GIB)).isZero();
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(7 * ByteSize.GIB);
    assertThat(dropin.summary()).singleElement().asString().startsWith("device 1: active");

    JCudaDriver.cuCtxSetCurrent(context);
    assertThat(SpillwayDriver.cuMemFree(redirected)).isZero();
    assertThat(SpillwayDriver.cuMemFree(plain)).isZero();
    assertThat(SpillwayDriver.cuMemFree(first)).isZero();
    assertThat(stub.live()).isEmpty();
    JCudaDriver.cuCtxDestroy(second);
  }

  @Test
  void installedOnceAndTakenBack() {
    Dropin first = InstalledDropin.with("");
    assertThat(Dropin.installed()).contains(first);
    assertThatThrownBy(() -> InstalledDropin.with("")).isInstanceOf(IllegalStateException.class);
    CUdeviceptr pointer = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(pointer, 4096);
    Dropin.uninstall();
    assertThat(Dropin.installed()).isEmpty();
    assertThat(stub.live()).as("uninstalling leaves the program's memory").hasSize(1);
    Dropin.uninstall();
    InstalledDropin.with("budget=2 MiB");
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
    assertThat(stub.live()).isEmpty();
  }

  @Test
  void theFirstCallOpensItFromTheProcessesSettings() {
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(pointer, 4096)).isZero();
    assertThat(Dropin.installed()).isPresent();
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
  }

  /** As one does that was built for another version. */
  private static SessionPlugin failing(Throwable failure) {
    return new SessionPlugin() {
      @Override
      public String name() {
        return "failing";
      }

      @Override
      public SessionListener attach(SessionContext session) {
        if (failure instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) failure;
      }
    };
  }

  private static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("of a plugin"),
        new NoClassDefFoundError("io/spillway/Other"),
        new ServiceConfigurationError("of another version"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aPluginThatCannotJoinLeavesTheProgramWhatItHadWithoutSpillway(Throwable failure) {
    Dropin.install(new Dropin(DropinSettings.standard(), false, List.of(failing(failure))));
    CUdeviceptr pointer = new CUdeviceptr();

    assertThat(SpillwayDriver.cuMemAlloc(pointer, LARGE)).isZero();

    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
    assertThat(Dropin.installed().orElseThrow().summary()).isEmpty();
    assertThat(stub.retainedContexts()).isZero();
  }

  @Test
  void hostViewAndCopiesOfRedirectedMemoryHoldTheSameBytes() {
    InstalledDropin.with("budget=2 MiB");
    CUdeviceptr pointer = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(pointer, 64 * ByteSize.MIB);
    int[] in = {1, 2, 3, 4};
    int[] out = new int[4];
    assertThat(JCudaDriver.cuMemcpyHtoD(pointer, Pointer.to(in), 16)).isZero();
    assertThat(JCudaDriver.cuMemcpyDtoH(Pointer.to(out), pointer, 16)).isZero();
    assertThat(out).isEqualTo(in);
    assertThat(pointer.getByteBuffer()).as("JCuda maps only host-attached memory").isNull();
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void aChildProcessLeavesRedirectedMemoryAlone() throws Exception {
    InstalledDropin.with("budget=2 MiB");
    CUdeviceptr pointer = new CUdeviceptr();
    SpillwayDriver.cuMemAlloc(pointer, 4 * ByteSize.MIB);
    JCudaDriver.cuMemsetD8(pointer, (byte) 7, 4 * ByteSize.MIB);
    assertThat(new ProcessBuilder("true").start().waitFor()).isZero();
    byte[] out = new byte[1];
    JCudaDriver.cuMemcpyDtoH(Pointer.to(out), pointer.withByteOffset(4 * ByteSize.MIB - 1), 1);
    assertThat(out).containsExactly(7);
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void noContextIsTheProgramsError() throws InterruptedException {
    InstalledDropin.with("");
    List<Integer> codes = new ArrayList<>();
    Thread without =
        Thread.ofPlatform()
            .start(
                () -> {
                  codes.add(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 4096));
                  codes.add(SpillwayDriver.cuMemAlloc(new CUdeviceptr(), 4096));
                });
    without.join();
    assertThat(codes).containsExactly(201, 201);
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(pointer, 4096)).isZero();
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
  }
}
