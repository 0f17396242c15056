package io.spillway.programs;

import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.stub.StubCuda;
import io.spillway.dropin.Dropin;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/**
 * 16 threads that allocate, free, copy and launch while the driver fails at random; then compares
 * Spillway's books with the stub's. Prints what it did, or what does not agree.
 *
 * <p>Arguments: seconds, and a seed.
 */
public final class Stress {

  private static final int THREADS = 16;
  private static final int MOST_LIVE = 12;
  private static final long MIB = 1L << 20;
  private static final int OUT_OF_MEMORY = 2;

  /** One call in twenty fails. */
  private static final long FAILURES_PER_MILLION = 50_000;

  private static final LongAdder OPERATIONS = new LongAdder();
  private static final LongAdder FAILURES = new LongAdder();

  private Stress() {}

  /** Runs it. */
  public static void main(String[] args) throws ExecutionException, InterruptedException {
    long end = System.nanoTime() + Long.parseLong(args[0]) * 1_000_000_000L;
    SplittableRandom seeds = new SplittableRandom(Long.parseLong(args[1]));
    StubCuda stub = StubCuda.assumeAvailable();
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    CUcontext context = new CUcontext();
    JCudaDriver.cuCtxCreate(context, 0, device);
    CUmodule module = new CUmodule();
    JCudaDriver.cuModuleLoadData(module, new byte[] {'p', 0});
    CUfunction function = new CUfunction();
    JCudaDriver.cuModuleGetFunction(function, module, "mix");
    // Opens the lane, which a failure would leave closed.
    CUdeviceptr first = new CUdeviceptr();
    JCudaDriver.cuMemAlloc(first, MIB);
    JCudaDriver.cuMemFree(first);
    stub.failRandomly(
        FAILURES_PER_MILLION,
        seeds.nextLong(),
        OUT_OF_MEMORY,
        "cuMemAlloc_v2",
        "cuMemAllocManaged",
        "cuMemFree_v2",
        "cuMemGetInfo_v2",
        "cuLaunchKernel",
        "cuMemcpyHtoD_v2");

    List<CUdeviceptr> left = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<List<CUdeviceptr>>> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        SplittableRandom random = seeds.split();
        workers.add(() -> work(context, function, random, end));
      }
      for (Future<List<CUdeviceptr>> each : threads.invokeAll(workers)) {
        left.addAll(each.get());
      }
    }
    stub.forgetFailures();

    Dropin dropin = Dropin.installed().orElseThrow();
    compare("while " + left.size() + " are live", stub, dropin);
    left.forEach(JCudaDriver::cuMemFree);
    compare("at the end", stub, dropin);
    if (!stub.live().isEmpty()) {
      System.out.println("leaked: " + stub.live());
    }
    System.out.printf(
        "done: %d operations, %d of them failed, %d live before the end%n",
        OPERATIONS.sum(), FAILURES.sum(), left.size());
  }

  private static List<CUdeviceptr> work(
      CUcontext context, CUfunction function, SplittableRandom random, long end) {
    JCudaDriver.cuCtxSetCurrent(context);
    List<CUdeviceptr> live = new ArrayList<>();
    while (System.nanoTime() < end) {
      int choice = random.nextInt(10);
      if (live.isEmpty() || (choice < 4 && live.size() < MOST_LIVE)) {
        CUdeviceptr pointer = new CUdeviceptr();
        long bytes = 1 + random.nextLong(choice == 0 ? 512 * MIB : 8 * MIB);
        if (count(JCudaDriver.cuMemAlloc(pointer, bytes))) {
          live.add(pointer);
        }
      } else if (choice < 8) {
        int at = random.nextInt(live.size());
        if (count(JCudaDriver.cuMemFree(live.get(at)))) {
          live.remove(at);
        }
      } else if (choice == 8) {
        CUdeviceptr any = live.get(random.nextInt(live.size()));
        count(JCudaDriver.cuMemcpyHtoD(any, Pointer.to(new byte[1]), 1));
      } else {
        CUdeviceptr any = live.get(random.nextInt(live.size()));
        Pointer parameters = Pointer.to(Pointer.to(any), Pointer.to(new int[] {1}));
        count(JCudaDriver.cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, null, parameters, null));
      }
    }
    return live;
  }

  private static boolean count(int status) {
    OPERATIONS.increment();
    if (status != 0) {
      FAILURES.increment();
    }
    return status == 0;
  }

  private static void compare(String when, StubCuda stub, Dropin dropin) {
    Map<AddressRange, String> theirs = new TreeMap<>(BY_ADDRESS);
    stub.live().forEach(each -> theirs.put(each.range(), each.kind().name()));
    Map<AddressRange, String> ours = new TreeMap<>(BY_ADDRESS);
    for (LiveAllocation each : dropin.allocations()) {
      ours.put(each.range(), each.kind() == MemoryKind.MANAGED ? "MANAGED" : "DEVICE");
    }
    System.out.println(
        theirs.equals(ours)
            ? "books agree " + when
            : "books differ %s: stub alone has %s, ledger alone %s"
                .formatted(when, without(theirs, ours), without(ours, theirs)));
  }

  private static Map<AddressRange, String> without(
      Map<AddressRange, String> all, Map<AddressRange, String> others) {
    Map<AddressRange, String> rest = new TreeMap<>(all);
    rest.entrySet().removeAll(others.entrySet());
    return rest;
  }

  private static final Comparator<AddressRange> BY_ADDRESS =
      Comparator.comparingLong(AddressRange::address);
}
