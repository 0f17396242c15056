package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.jcuda.JcudaHandles;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The session is opened when it is needed, not before, and knows then what was there. */
@Tag("stub")
class PreludeTest {

  private static final int OUT_OF_MEMORY = 2;

  /** A call that opening a session makes, and nothing before it does. */
  private static final String OPENING = "cuDeviceGetName";

  private final CUcontext context = new CUcontext();
  private StubCuda stub;
  private Dropin dropin;

  @BeforeEach
  void open() {
    stub = StubCuda.assumeFresh();
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    JCudaDriver.cuCtxCreate(context, 0, device);
    install("");
  }

  @AfterEach
  void close() {
    Dropin.uninstall();
    JCudaDriver.cuCtxDestroy(context);
  }

  private void install(String arguments) {
    Dropin.uninstall();
    dropin = InstalledDropin.with(arguments);
    stub.clearLog();
  }

  private static CUdeviceptr allocate(long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(pointer, bytes)).isZero();
    return pointer;
  }

  private boolean opened() {
    return stub.calls(OPENING) > 0;
  }

  @Test
  void whatFitsOpensNothing() {
    CUdeviceptr small = allocate(4096);
    CUdeviceptr large = allocate(4 * ByteSize.GIB);
    assertThat(opened()).isFalse();
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isZero();
    assertThat(dropin.allFitted())
        .contains("all fitted, nothing was redirected: 2 allocations, 4097 MiB at most at a time");
    assertThat(SpillwayDriver.cuMemFree(small)).isZero();
    assertThat(SpillwayDriver.cuMemFree(large)).isZero();
    assertThat(stub.live()).isEmpty();
    assertThat(opened()).isFalse();
    assertThat(dropin.allFitted()).isPresent();
  }

  @Test
  void theFirstThatDoesNotFitOpensIt() {
    CUdeviceptr first = allocate(5 * ByteSize.GIB);
    CUdeviceptr redirected = allocate(5 * ByteSize.GIB);
    assertThat(opened()).isTrue();
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(5 * ByteSize.GIB);
    assertThat(dropin.allFitted()).isEmpty();
    assertThat(dropin.allocations())
        .extracting(LiveAllocation::kind)
        .containsExactlyInAnyOrder(MemoryKind.DEVICE, MemoryKind.MANAGED);
    // By any address inside, and from before.
    long inside = JcudaHandles.address(first) + 5 * ByteSize.GIB - 1;
    assertThat(dropin.find(inside)).isNotNull();
    assertThat(SpillwayDriver.cuMemFree(first)).isZero();
    assertThat(dropin.find(inside)).isNull();
    assertThat(SpillwayDriver.cuMemFree(redirected)).isZero();
    assertThat(stub.live()).isEmpty();
  }

  @Test
  void headroomDecidesAsInASession() {
    // Of 8 GiB a sixteenth, 512 MiB, stays free.
    CUdeviceptr first = allocate(7 * ByteSize.GIB + 512 * ByteSize.MIB);
    assertThat(opened()).isFalse();
    CUdeviceptr redirected = allocate(2 * ByteSize.MIB);
    assertThat(opened()).isTrue();
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(2 * ByteSize.MIB);
    SpillwayDriver.cuMemFree(first);
    SpillwayDriver.cuMemFree(redirected);
  }

  @Test
  void memoryFromBeforeIsNotTakenForThatOfOthers() {
    CUdeviceptr before = allocate(5 * ByteSize.GIB);
    CUdeviceptr redirected = allocate(5 * ByteSize.GIB);
    SpillwayDriver.cuMemFree(before);
    // Taken past the books, as what managed memory holds on the device is: the window's 2 GiB.
    CUdeviceptr held = new CUdeviceptr();
    assertThat(JCudaDriver.cuMemAlloc(held, 2 * ByteSize.GIB)).isZero();
    CUdeviceptr kept = allocate(5 * ByteSize.GIB);
    assertThat(stub.liveBytes(StubCuda.Kind.DEVICE)).isEqualTo(7 * ByteSize.GIB);
    SpillwayDriver.cuMemFree(kept);
    SpillwayDriver.cuMemFree(held);
    SpillwayDriver.cuMemFree(redirected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "budget=6 GiB",
        "report-budget=on",
        "device=0",
        "prefetch=one-ahead",
        "managed-limit=shared",
        "summary=true"
      })
  void whatNeedsASessionHasItFromTheFirstCall(String argument) {
    install(argument);
    CUdeviceptr pointer = allocate(4096);
    assertThat(opened()).isTrue();
    assertThat(dropin.allFitted()).isEmpty();
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void severalDevicesHaveASessionFromTheFirstCall() {
    stub.set("device_count", 2);
    CUdeviceptr pointer = allocate(4096);
    assertThat(opened()).isTrue();
    assertThat(dropin.allocations()).hasSize(1);
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void managedMemoryOfTheProgramsOwnOpensIt() {
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAllocManaged(pointer, 4 * ByteSize.MIB, 1)).isZero();
    assertThat(opened()).isTrue();
    assertThat(dropin.allocations())
        .singleElement()
        .returns(MemoryKind.MANAGED, LiveAllocation::kind);
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void outOfMemoryInSpiteOfTheFiguresIsRedirectedAfterOneCall() {
    stub.fail("cuMemAlloc_v2", 1, OUT_OF_MEMORY);
    CUdeviceptr pointer = allocate(4 * ByteSize.MIB);
    assertThat(stub.calls("cuMemAlloc_v2")).isEqualTo(1);
    assertThat(stub.liveBytes(StubCuda.Kind.MANAGED)).isEqualTo(4 * ByteSize.MIB);
    SpillwayDriver.cuMemFree(pointer);
  }

  @Test
  void whatTheDriverRefusesToFreeStaysInTheBook() {
    CUdeviceptr pointer = allocate(4 * ByteSize.MIB);
    stub.fail("cuMemFree_v2", 1, 700);
    assertThat(SpillwayDriver.cuMemFree(pointer)).isEqualTo(700);
    assertThat(dropin.allocations()).hasSize(1);
    assertThat(SpillwayDriver.cuMemFree(pointer)).isZero();
    assertThat(dropin.allocations()).isEmpty();
  }

  @Test
  void pitchedMemoryIsInTheBookToo() {
    CUdeviceptr pointer = new CUdeviceptr();
    long[] pitch = {0};
    assertThat(SpillwayDriver.cuMemAllocPitch(pointer, pitch, 1000, 10, 4)).isZero();
    assertThat(opened()).isFalse();
    assertThat(dropin.allocations())
        .singleElement()
        .returns(10 * pitch[0], each -> each.range().bytes());
    SpillwayDriver.cuMemFree(pointer);
  }

  /** The books are the driver's, whenever the session opens. */
  @Test
  void theBooksAgreeWhateverCameBefore() {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      install("");
      List<CUdeviceptr> live = new ArrayList<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        if (live.isEmpty() || random.nextBoolean()) {
          live.add(allocate(1 + random.nextLong(64 * ByteSize.MIB)));
        } else {
          SpillwayDriver.cuMemFree(live.remove(random.nextInt(live.size())));
        }
      }
      assertThat(opened()).isFalse();
      assertThat(ours()).containsExactlyInAnyOrderElementsOf(theirs());
      live.forEach(SpillwayDriver::cuMemFree);
      assertThat(dropin.allocations()).isEmpty();
      assertThat(stub.live()).isEmpty();
    }
  }

  private List<AddressRange> ours() {
    return dropin.allocations().stream().map(LiveAllocation::range).toList();
  }

  private List<AddressRange> theirs() {
    return stub.live().stream().map(StubCuda.Live::range).toList();
  }

  @Test
  void openingAmidOtherThreadsLosesNothing() throws Exception {
    int threads = 8;
    for (int round = 0; round < 20; round++) {
      install("");
      CountDownLatch working = new CountDownLatch(threads);
      AtomicBoolean stop = new AtomicBoolean();
      List<CUdeviceptr> left = new ArrayList<>();
      try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
        List<Future<List<CUdeviceptr>>> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          Random random = new Random(threads * round + i);
          Callable<List<CUdeviceptr>> work = () -> work(random, working, stop);
          workers.add(executor.submit(work));
        }
        working.await();
        assertThat(dropin.allocations()).isNotNull(); // opens it
        stop.set(true);
        for (Future<List<CUdeviceptr>> worker : workers) {
          left.addAll(worker.get());
        }
      }
      assertThat(opened()).isTrue();
      assertThat(ours()).containsExactlyInAnyOrderElementsOf(theirs());
      left.forEach(pointer -> assertThat(SpillwayDriver.cuMemFree(pointer)).isZero());
      assertThat(dropin.allocations()).isEmpty();
      assertThat(stub.live()).isEmpty();
    }
  }

  private List<CUdeviceptr> work(Random random, CountDownLatch working, AtomicBoolean stop) {
    JCudaDriver.cuCtxSetCurrent(context);
    List<CUdeviceptr> live = new ArrayList<>();
    live.add(allocate(4096));
    working.countDown();
    for (int i = 0; i < 50 || !stop.get(); i++) {
      if (live.isEmpty() || (live.size() < 20 && random.nextBoolean())) {
        live.add(allocate(1 + random.nextLong(ByteSize.MIB)));
      } else {
        SpillwayDriver.cuMemFree(live.remove(random.nextInt(live.size())));
      }
    }
    return live;
  }
}
