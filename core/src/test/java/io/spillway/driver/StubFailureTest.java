package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.allocate.AllocationRequest;
import io.spillway.allocate.Allocator;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Ledger;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.allocate.Placement;
import io.spillway.driver.jcuda.JcudaDriver;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lets every CUDA call that the bindings make fail once, and looks at what comes out and what is
 * left.
 *
 * <p>Which calls there are is not written down here: the stub's log of a walk through the whole
 * seam says it, opening and closing included, so no call can be forgotten. Each occurrence of each
 * call is one test.
 */
@Tag("stub")
class StubFailureTest {

  /** {@code CUDA_ERROR_ECC_UNCORRECTABLE}: nothing handles it, so it must come out as it is. */
  private static final CudaStatus FAILURE = new CudaStatus(214, "CUDA_ERROR_ECC_UNCORRECTABLE");

  /** Calls after which something is gone. */
  private static final Set<String> RELEASES =
      Set.of("cuMemFree", "cuMemFreeHost", "cuStreamDestroy", "cuEventDestroy");

  /** The bindings that speak to libcuda. */
  enum Binding {
    PANAMA(() -> PanamaDriver.open(0)),
    JCUDA(() -> JcudaDriver.open(0));

    private final Supplier<UnifiedMemoryDriver> opening;

    Binding(Supplier<UnifiedMemoryDriver> opening) {
      this.opening = opening;
    }

    UnifiedMemoryDriver open() {
      return opening.get();
    }
  }

  /** The {@code occurrence}-th call of {@code symbol}, from 1. */
  private record CallSite(String symbol, int occurrence) {}

  @TestFactory
  Stream<DynamicTest> everyCallOfPanamaFailsOnce() {
    return everyCallFailsOnce(Binding.PANAMA);
  }

  @TestFactory
  Stream<DynamicTest> everyCallOfJcudaFailsOnce() {
    return everyCallFailsOnce(Binding.JCUDA);
  }

  @TestFactory
  Stream<DynamicTest> everyCallUnderAnAllocatorOverPanamaFailsOnce() {
    return everyCallFailsOnce(() -> allocateAndFree(Binding.PANAMA))
        .filter(test -> !test.getDisplayName().startsWith("cuGetProcAddress"));
  }

  @TestFactory
  Stream<DynamicTest> everyCallUnderAnAllocatorOverJcudaFailsOnce() {
    return everyCallFailsOnce(() -> allocateAndFree(Binding.JCUDA))
        .filter(test -> !test.getDisplayName().startsWith("cuGetProcAddress"));
  }

  private static Stream<DynamicTest> everyCallFailsOnce(Binding binding) {
    return everyCallFailsOnce(() -> openWalkAndClose(binding));
  }

  private static Stream<DynamicTest> everyCallFailsOnce(Runnable program) {
    StubCuda stub = StubCuda.assumeFresh();
    assertThat(onThreadOfItsOwn(program)).isNull();
    assertThat(stub.logDropped()).isZero();
    Map<String, Integer> occurrences = new HashMap<>();
    List<CallSite> sites = new ArrayList<>();
    for (StubCuda.Entry entry : stub.log()) {
      sites.add(new CallSite(entry.name(), occurrences.merge(entry.name(), 1, Integer::sum)));
    }
    assertThat(occurrences)
        .containsKeys("cuInit", "cuDevicePrimaryCtxRetain", "cuMemAllocManaged", "cuMemAlloc_v2")
        .hasSizeGreaterThan(15);
    return sites.stream()
        .map(
            site ->
                DynamicTest.dynamicTest(
                    site.symbol() + " #" + site.occurrence(), () -> fail(program, site)));
  }

  private static void fail(Runnable program, CallSite site) {
    StubCuda stub = StubCuda.assumeFresh();
    stub.fail(site.symbol(), site.occurrence(), FAILURE.code());
    RuntimeException failure = onThreadOfItsOwn(program);
    assertThat(stub.failuresLeft()).as("the planned failure happened").isZero();
    StubCuda.Entry failed =
        stub.log().stream().filter(e -> e.result() == FAILURE.code()).findFirst().orElseThrow();

    boolean isRelease = failed.baseName().equals("cuDevicePrimaryCtxRelease");
    assertThat(stub.live()).as("memory").isEmpty();
    assertThat(stub.liveStreams()).as("streams").isZero();
    assertThat(stub.liveEvents()).as("events").isZero();
    assertThat(stub.retainedContexts()).as("contexts").isEqualTo(isRelease ? 1 : 0);

    assertThatItIsTyped(failure, failed, stub);
  }

  private static void assertThatItIsTyped(
      RuntimeException failure, StubCuda.Entry failed, StubCuda stub) {
    if (isAfterRelease(failed, stub)) {
      assertThat(failure).isNull();
      return;
    }
    switch (failed.baseName()) {
      // A function that cannot be looked up is a capability less, or its older form is used.
      case "cuGetProcAddress" -> assertThat(failure).isNull();
      case "cuInit" ->
          assertThat(failure)
              .isInstanceOfAny(DriverUnavailableException.class, DriverException.class)
              .hasMessageContaining("cuInit")
              .hasMessageContaining(FAILURE.toString());
      // JCuda needs a CUdevice to say "on that device": the call it is for is the one to name.
      case "cuDeviceGet" ->
          assertThat(failure)
              .isInstanceOfSatisfying(
                  DriverException.class,
                  e -> {
                    assertThat(e.call()).isIn("cuDeviceGet", "cuMemAdvise", "cuMemPrefetchAsync");
                    assertThat(e.status()).isEqualTo(FAILURE);
                  });
      default -> assertThatItNames(failure, failed);
    }
  }

  /** Whether it is the return to the caller's context, after something was released for good. */
  private static boolean isAfterRelease(StubCuda.Entry failed, StubCuda stub) {
    return failed.baseName().equals("cuCtxPopCurrent")
        && stub.log().stream()
            .filter(e -> e.sequence() == failed.sequence() - 1)
            .anyMatch(e -> e.result() == 0 && RELEASES.contains(e.baseName()));
  }

  private static void assertThatItNames(RuntimeException failure, StubCuda.Entry failed) {
    assertThat(failure).isInstanceOf(DriverException.class);
    DriverException typed = (DriverException) failure;
    assertThat(typed.call()).isEqualTo(failed.baseName());
    assertThat(typed.status()).isEqualTo(FAILURE);
    assertThat(typed).hasMessageStartingWith(failed.baseName() + " failed: " + FAILURE);
    if (failed.bytes() != 0) {
      assertThat(typed.bytes()).isEqualTo(failed.bytes());
      assertThat(typed).hasMessageContaining("size " + failed.bytes());
    }
    boolean ofMemory = failed.name().startsWith("cuMem") || failed.name().startsWith("cuPointer");
    if (ofMemory && failed.address() != 0) {
      assertThat(typed.address()).isEqualTo(failed.address());
      assertThat(typed).hasMessageContaining("address 0x" + Long.toHexString(failed.address()));
    }
  }

  /** What a program does: open, use everything, close, whatever happened meanwhile. */
  private static void openWalkAndClose(Binding binding) {
    try (UnifiedMemoryDriver driver = binding.open()) {
      DriverWalk.walk(driver);
    }
  }

  /**
   * What a program does under an allocator; after each step the ledger must be the stub's books,
   * and what is promised the host memory among it. A refused free is made again.
   */
  private static void allocateAndFree(Binding binding) {
    StubCuda stub = StubCuda.assumeAvailable();
    HostMemoryGuard guard = HostMemoryGuard.ofBytes(64 * ByteSize.GIB);
    RuntimeException failure = null;
    try (UnifiedMemoryDriver driver = binding.open();
        Allocator allocator = Allocator.builder(driver).hostMemoryGuard(guard).build()) {
      List<Supplier<LiveAllocation>> allocations =
          List.of(
              () -> allocator.allocate(new AllocationRequest(1 << 20, Placement.DEVICE, "d")),
              () -> allocator.allocate(new AllocationRequest(4 << 20, Placement.MANAGED, "m")),
              () -> allocator.allocatePinned(1 << 20, "p"),
              () -> allocator.allocate(new AllocationRequest(2 << 20, Placement.AUTO, "a")));
      List<LiveAllocation> made = new ArrayList<>();
      for (Supplier<LiveAllocation> allocation : allocations) {
        try {
          made.add(allocation.get());
        } catch (RuntimeException e) {
          failure = e;
        }
        assertThatTheBooksAgree(allocator.ledger(), guard, stub);
      }
      for (LiveAllocation allocation : made) {
        try {
          allocator.free(allocation.range().address());
        } catch (RuntimeException e) {
          failure = e;
          assertThat(allocation.isLive()).isTrue();
          assertThatTheBooksAgree(allocator.ledger(), guard, stub);
          allocator.free(allocation.range().address());
        }
        assertThat(allocation.isLive()).isFalse();
        assertThatTheBooksAgree(allocator.ledger(), guard, stub);
      }
      assertThat(allocator.ledger().snapshot()).isEmpty();
    }
    assertThat(guard.promisedBytes()).isZero();
    if (failure != null) {
      throw failure;
    }
  }

  private static void assertThatTheBooksAgree(Ledger ledger, HostMemoryGuard guard, StubCuda stub) {
    Map<AddressRange, String> inLedger = new TreeMap<>();
    long hostBytes = 0;
    for (LiveAllocation entry : ledger.snapshot()) {
      inLedger.put(entry.range(), entry.kind().name());
      hostBytes += entry.kind() == MemoryKind.DEVICE ? 0 : entry.range().bytes();
    }
    Map<AddressRange, String> inStub = new TreeMap<>();
    for (StubCuda.Live live : stub.live()) {
      inStub.put(live.range(), live.kind().name());
    }
    assertThat(inLedger).isEqualTo(inStub);
    assertThat(guard.promisedBytes()).isEqualTo(hostBytes);
  }

  /** Runs it on a thread that has no context yet; what it threw, null if nothing. */
  private static RuntimeException onThreadOfItsOwn(Runnable work) {
    FutureTask<Void> task = new FutureTask<>(work, null);
    Thread.ofPlatform().name("stub-failure").start(task);
    try {
      task.get();
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        return failure;
      }
      throw new AssertionError("not an exception a program handles", e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @ParameterizedTest
  @EnumSource(Binding.class)
  void aFailureStaysTypedWhenItsNameCannotBeHad(Binding binding) {
    StubCuda stub = StubCuda.assumeFresh();
    try (UnifiedMemoryDriver driver = binding.open()) {
      stub.fail("cuMemAllocManaged", 1, FAILURE.code()).fail("cuGetErrorName", 1, 999);
      RuntimeException failure = onThreadOfItsOwn(() -> driver.allocateManaged(1 << 20));
      assertThat(failure).isInstanceOf(DriverException.class);
      assertThat(((DriverException) failure).status().code()).isEqualTo(FAILURE.code());
      assertThat(((DriverException) failure).status().name()).isNotBlank();
    }
    assertThat(stub.live()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Binding.class)
  void aCodeTheDriverDoesNotKnowIsNamedByItsNumber(Binding binding) {
    StubCuda stub = StubCuda.assumeFresh();
    try (UnifiedMemoryDriver driver = binding.open()) {
      stub.fail("cuMemAlloc_v2", 1, 4711);
      RuntimeException failure = onThreadOfItsOwn(() -> driver.allocateDevice(1 << 20));
      assertThat(failure).isInstanceOf(DriverException.class).hasMessageContaining("4711");
    }
  }

  @ParameterizedTest
  @EnumSource(Binding.class)
  void wantOfMemoryHasItsOwnType(Binding binding) {
    StubCuda stub = StubCuda.assumeFresh();
    try (UnifiedMemoryDriver driver = binding.open()) {
      for (String symbol : List.of("cuMemAlloc_v2", "cuMemAllocManaged", "cuMemHostAlloc")) {
        stub.fail(symbol, 1, CudaStatus.OUT_OF_MEMORY.code());
      }
      List<Runnable> allocations =
          List.of(
              () -> driver.allocateDevice(1 << 20),
              () -> driver.allocateManaged(1 << 20),
              () -> driver.allocatePinned(1 << 20));
      for (Runnable allocation : allocations) {
        assertThat(onThreadOfItsOwn(allocation))
            .isInstanceOf(OutOfDeviceMemoryException.class)
            .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY (2), size 1048576 (1 MiB)");
      }
    }
    assertThat(stub.live()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Binding.class)
  void theBooksStayRightUnderRandomFailures(Binding binding) {
    StubCuda stub = StubCuda.assumeFresh();
    for (long seed = 1; seed <= 40; seed++) {
      try (UnifiedMemoryDriver driver = binding.open()) {
        stub.failRandomly(60_000, seed, FAILURE.code());
        RuntimeException failure = onThreadOfItsOwn(() -> DriverWalk.walk(driver));
        stub.forgetFailures();
        if (failure != null) {
          assertThat(failure).isInstanceOf(DriverException.class);
        }
        assertThat(stub.live()).as("seed %d", seed).isEmpty();
        assertThat(stub.liveStreams() + stub.liveEvents()).as("seed %d", seed).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Binding.class)
  void everyBindingMakesTheCallsItIsFor(Binding binding) {
    StubCuda stub = StubCuda.assumeFresh();
    openWalkAndClose(binding);
    boolean versionOne = binding == Binding.JCUDA;
    assertThat(stub.calls("cuMemAdvise") > 0).isEqualTo(versionOne);
    assertThat(stub.calls("cuMemAdvise_v2") > 0).isEqualTo(!versionOne);
    assertThat(stub.calls("cuMemPrefetchAsync") > 0).isEqualTo(versionOne);
    assertThat(stub.calls("cuMemPrefetchAsync_v2") > 0).isEqualTo(!versionOne);
    assertThat(stub.calls("cuMemPrefetchBatchAsync")).isPositive();
    assertThat(stub.calls("cuMemDiscardBatchAsync")).isPositive();
    assertThat(stub.calls("cuMemDiscardAndPrefetchBatchAsync")).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Binding.class)
  void theSeamsArgumentsArriveAsTheyAre(Binding binding) {
    StubCuda stub = StubCuda.assumeFresh();
    try (UnifiedMemoryDriver driver = binding.open()) {
      var range = driver.allocateManaged(4 << 20);
      assertThat(stub.live()).singleElement().extracting(StubCuda.Live::range).isEqualTo(range);
      var stream = driver.createStream();
      driver.advise(range, Advice.SET_ACCESSED_BY, Location.HOST);
      driver.prefetch(range, Location.device(0), stream);
      StubCuda.Entry advice = stub.log("cuMemAdvise").getLast();
      assertThat(advice.address()).isEqualTo(range.address());
      assertThat(advice.bytes()).isEqualTo(range.bytes());
      assertThat(advice.extras().subList(0, 2)).containsExactly(5L, 2L);
      StubCuda.Entry prefetch = stub.log("cuMemPrefetchAsync").getLast();
      assertThat(prefetch.address()).isEqualTo(range.address());
      assertThat(prefetch.bytes()).isEqualTo(range.bytes());
      assertThat(prefetch.extras()).containsExactly(0L, 1L, 0L, stream.value());
      driver.destroyStream(stream);
      driver.free(range);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cuMemAdvise_v2",
        "cuMemPrefetchAsync_v2",
        "cuMemPrefetchBatchAsync",
        "cuMemDiscardBatchAsync",
        "cuMemDiscardAndPrefetchBatchAsync",
        "cuMemRangeGetAttribute",
        "cuThreadExchangeStreamCaptureMode"
      })
  void aDriverWithoutOneFunctionIsUsedWithoutIt(String symbol) {
    StubCuda stub = StubCuda.assumeFresh();
    stub.hide(symbol);
    openWalkAndClose(Binding.PANAMA);
    assertThat(stub.calls(symbol)).isZero();
    assertThat(stub.calls("cuMemAllocManaged")).isPositive();
  }
}
