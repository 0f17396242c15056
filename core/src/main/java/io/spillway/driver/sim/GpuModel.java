package io.spillway.driver.sim;

import java.util.List;

/**
 * What a GPU, its link and its driver cost: every constant of the model.
 *
 * <p>Read from a data file, one {@code name=value} per component, each with its source in a comment
 * ({@link GpuModelFile}); rows named below are those of the project's measurements of an H200.
 * Times are nanoseconds, rates GB/s of 10^9 bytes, sizes bytes. A block is 2 MiB.
 *
 * @param name marketing name; measurements/h200.md, first line
 * @param computeMajor compute capability, major; datasheet
 * @param computeMinor compute capability, minor; datasheet
 * @param cudaVersion CUDA version of the driver, 1000 * major + 10 * minor; measurements/h200.md
 * @param memoryBytes device memory a program can have; measurements/h200.md
 * @param hostMemoryBytes host memory; measurements/h200.md
 * @param deviceReadGBps kernels reading device memory, GB/s; device.read
 * @param kernelPassNanos start-up and tail of one pass of a kernel over its range;
 *     cyclic_stream_s_per_pass.in_core
 * @param launchNanos host time inside a launch call; assumed (common figure for cuLaunchKernel)
 * @param callNanos host time inside any other driver call, beside what is listed; assumed
 * @param pinnedInGBps copies from pinned host memory, GB/s; pinned.h2d
 * @param pinnedOutGBps copies to pinned host memory, GB/s; pinned.d2h
 * @param pinnedBothGBps either of two opposite copies at once, GB/s; pinned.both
 * @param copyFixedNanos set-up of one copy; pinned.h2d.chunk, all six points fit 2.5 us + bytes /
 *     55.4 GB/s
 * @param managedCopyInGBps copies from pinned memory into resident managed memory, GB/s;
 *     memcpy.managed.h2d
 * @param managedCopyOutGBps copies from resident managed memory to pinned memory, GB/s;
 *     memcpy.managed.d2h
 * @param zeroCopyGBps kernels accessing host memory in place, GB/s; zerocopy.managed,
 *     zerocopy.pinned
 * @param zeroCopyBothSlowdown how many times as long as a kernel that reads so much in place one
 *     takes that writes as much, too; zerocopy.duplex
 * @param kernelWindowBytes how far ahead of its slowest thread a streaming kernel touches memory;
 *     assumed
 * @param faultBatchEntries raw entries per fault batch; uvm_perf_fault_batch_count, attribute read
 *     on the card
 * @param faultDuplicates raw entries per faulted page; fitted
 * @param faultBatchNanos fetch, flush and replay of one batch; fitted, see faultDuplicates
 * @param faultBlockNanos service of one block in a batch; fitted, see faultDuplicates
 * @param faultPageNanos service of one 4 KiB page brought in; fitted to fault.h2d.readmostly
 * @param faultMovePageNanos the same, more, where the page moves instead of being duplicated;
 *     fault.h2d second - fault.h2d.readmostly
 * @param prefetchThresholdPercent threshold of the tree prefetcher; uvm_perf_prefetch_threshold,
 *     attribute read on the card
 * @param hostUnmapBlockNanos taking the host's writable mapping of one block away;
 *     readmostly.set.first
 * @param deviceRevokeBlockNanos the same of the device's, of a block that is to be read-mostly;
 *     readmostly.set.resident
 * @param hostUnmapSharedPart the part of that which contexts do one after the other;
 *     docs/moving.md, read-mostly said by two contexts
 * @param collapsePageNanos a kernel's write to one duplicated read-mostly page; readmostly.gpuwrite
 * @param prefetchLinkGBps the link during an explicit prefetch, GB/s; prefetch.h2d 6G (50.6),
 *     readmostly.prefetch 6G (50.3)
 * @param prefetchInlineBytes calls up to this size do their work on the calling thread;
 *     prefetch.h2d.issue
 * @param prefetchInlineFixedNanos start of an inline prefetch call; prefetch.h2d 2M and 8M
 * @param prefetchInlineBlockNanos per block of an inline prefetch, beside the link; prefetch.h2d
 *     8M, 32M
 * @param prefetchIssueFixedNanos host time inside an inline prefetch call; prefetch.h2d.issue 2M,
 *     8M, 32M
 * @param prefetchIssueBlockNanos the same, per block moved; prefetch.h2d.issue, as above
 * @param prefetchDeferredFixedNanos start of a prefetch handed to the driver's thread; prefetch.h2d
 *     128M
 * @param prefetchDeferredIssueNanos host time inside such a call; prefetch.h2d.issue 128M
 * @param prefetchRangeNanos each further range of a batch call; prefetch.batch.32M
 * @param prefetchResidentBlockNanos prefetch of a block that is already there, on the calling
 *     thread; prefetch.resident
 * @param prefetchUntouchedBlockNanos prefetch of a block never touched; prefetch.untouched
 * @param prefetchOverlapGBps the link during a prefetch while a bandwidth-bound kernel runs, GB/s;
 *     prefetch.overlap
 * @param contextsOverlapGBps the same where two contexts prefetch, each by a thread of its own,
 *     GB/s; contexts.h2d.drop.kernels by 2
 * @param kernelOverlapSlowdown how much longer that kernel takes; prefetch.overlap
 * @param readMostlySingleBlockNanos more for a prefetch or advice of exactly one read-mostly block;
 *     readmostly.prefetch 2M - prefetch.h2d 2M
 * @param toHostInlineBlockNanos one block to the host in an inline call; prefetch.d2h 2M, 8M, 32M
 * @param toHostDeferredBlockNanos one block to the host in a deferred call; prefetch.d2h 128M,
 *     512M, 6G
 * @param toHostDeferredFixedNanos start of a deferred call to the host; prefetch.d2h 128M, 512M
 * @param toHostBesideToHost for each move to the host that another context began before, how much
 *     longer one takes beside it, as a part of itself; contexts.d2h
 * @param toHostBesideToDevice the same beside a move to the device; contexts.both
 * @param toDeviceBesideToHost the same of a move to the device beside one to the host;
 *     contexts.both
 * @param toHostBesideInPlace how many times as long a move to the host takes in a context of its
 *     own beside a kernel that accesses host memory; contexts.inplace
 * @param hostPagesBlockNanos making the host pages of one block on one thread; prefetch.d2h.first
 * @param evictionBlockNanos host time to evict one block with a copy; assumed as
 *     toHostDeferredBlockNanos
 * @param adviseFixedNanos one advice call; readmostly.drop 16M
 * @param adviseBlockNanos per block of read-mostly advice; readmostly.drop 64M to 6G
 * @param discardBlockNanos discarding one block; discard
 * @param discardPrefetchBlockNanos moving one discarded block, in either direction, beside host
 *     pages; discard.prefetch.h2d
 * @param hostFirstTouchGBps 14 host threads writing for the first time, GB/s; firsttouch.host
 * @param hostReadMostlyFillGBps the same under ReadMostly, GB/s; readmostly.beforefill
 * @param hostRewriteGBps host threads rewriting duplicated ReadMostly memory, GB/s;
 *     readmostly.hostwrite
 * @param hostAccessGBps host threads accessing their own memory again, GB/s; assumed
 * @param hostFaultBlockNanos the host faulting one block back from the device; assumed
 */
public record GpuModel(
    String name,
    int computeMajor,
    int computeMinor,
    int cudaVersion,
    long memoryBytes,
    long hostMemoryBytes,
    double deviceReadGBps,
    double kernelPassNanos,
    double launchNanos,
    double callNanos,
    double pinnedInGBps,
    double pinnedOutGBps,
    double pinnedBothGBps,
    double copyFixedNanos,
    double managedCopyInGBps,
    double managedCopyOutGBps,
    double zeroCopyGBps,
    double zeroCopyBothSlowdown,
    long kernelWindowBytes,
    int faultBatchEntries,
    double faultDuplicates,
    double faultBatchNanos,
    double faultBlockNanos,
    double faultPageNanos,
    double faultMovePageNanos,
    int prefetchThresholdPercent,
    double hostUnmapBlockNanos,
    double deviceRevokeBlockNanos,
    double hostUnmapSharedPart,
    double collapsePageNanos,
    double prefetchLinkGBps,
    long prefetchInlineBytes,
    double prefetchInlineFixedNanos,
    double prefetchInlineBlockNanos,
    double prefetchIssueFixedNanos,
    double prefetchIssueBlockNanos,
    double prefetchDeferredFixedNanos,
    double prefetchDeferredIssueNanos,
    double prefetchRangeNanos,
    double prefetchResidentBlockNanos,
    double prefetchUntouchedBlockNanos,
    double prefetchOverlapGBps,
    double contextsOverlapGBps,
    double kernelOverlapSlowdown,
    double readMostlySingleBlockNanos,
    double toHostInlineBlockNanos,
    double toHostDeferredBlockNanos,
    double toHostDeferredFixedNanos,
    double toHostBesideToHost,
    double toHostBesideToDevice,
    double toDeviceBesideToHost,
    double toHostBesideInPlace,
    double hostPagesBlockNanos,
    double evictionBlockNanos,
    double adviseFixedNanos,
    double adviseBlockNanos,
    double discardBlockNanos,
    double discardPrefetchBlockNanos,
    double hostFirstTouchGBps,
    double hostReadMostlyFillGBps,
    double hostRewriteGBps,
    double hostAccessGBps,
    double hostFaultBlockNanos) {

  /** Checks that sizes, rates and times can be meant. */
  public GpuModel {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: must not be blank");
    }
    positive("memoryBytes", (double) memoryBytes);
    positive("hostMemoryBytes", (double) hostMemoryBytes);
    positive("kernelWindowBytes", (double) kernelWindowBytes);
    positive("faultBatchEntries", faultBatchEntries);

    positive("deviceReadGBps", deviceReadGBps);
    positive("pinnedInGBps", pinnedInGBps);
    positive("pinnedOutGBps", pinnedOutGBps);
    positive("pinnedBothGBps", pinnedBothGBps);
    positive("managedCopyInGBps", managedCopyInGBps);
    positive("managedCopyOutGBps", managedCopyOutGBps);
    positive("zeroCopyGBps", zeroCopyGBps);
    positive("prefetchLinkGBps", prefetchLinkGBps);
    positive("prefetchOverlapGBps", prefetchOverlapGBps);
    positive("contextsOverlapGBps", contextsOverlapGBps);
    positive("hostFirstTouchGBps", hostFirstTouchGBps);
    positive("hostReadMostlyFillGBps", hostReadMostlyFillGBps);
    positive("hostRewriteGBps", hostRewriteGBps);
    positive("hostAccessGBps", hostAccessGBps);
    if (faultDuplicates < 1
        || kernelOverlapSlowdown < 1
        || toHostBesideInPlace < 1
        || zeroCopyBothSlowdown < 1) {
      throw new IllegalArgumentException(
          "faultDuplicates, kernelOverlapSlowdown, toHostBesideInPlace and zeroCopyBothSlowdown:"
              + " must be at least 1");
    }
  }

  /** The names of the models that come with the library, for {@link #named}. */
  public static List<String> names() {
    return GpuPreset.ids();
  }

  /** An NVIDIA H200 on PCIe 5.0 x16, measured. */
  public static GpuModel h200() {
    return named("h200");
  }

  /**
   * A model that comes with the library; {@link GpuPreset} also says how its figures are known.
   *
   * @param name one of {@link #names}
   * @throws IllegalArgumentException if there is none of that name
   */
  public static GpuModel named(String name) {
    return GpuPreset.of(name).model();
  }

  /** Nanoseconds for {@code bytes} at {@code rateGBps}, rounded to the next whole one. */
  static long nanos(long bytes, double rateGBps) {
    return (long) Math.ceil(bytes / rateGBps);
  }

  private static void positive(String field, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(field + "=" + value + ": must be above 0");
    }
  }
}
