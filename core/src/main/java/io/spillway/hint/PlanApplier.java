package io.spillway.hint;

import io.spillway.allocate.Ledger;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.Advice;
import io.spillway.driver.DriverException;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/**
 * The only caller of advise, prefetch and discard: turns plans into driver calls on live memory.
 *
 * <p>Each hint is clipped to the live managed allocations it touches, and to whole blocks: advice,
 * drops and discards inwards, since a neighbour in the same block must not feel them; moves
 * outwards, since a block is what moves. The allocation is pinned in the ledger meanwhile, so that
 * it cannot be freed under the call. What the driver refuses is counted, logged once per kind, and
 * otherwise ignored: the program computes the same without it.
 *
 * <p>Safe for use by any thread. Plans applied by different threads interleave by hint.
 */
public final class PlanApplier {

  /**
   * Bytes per fetch call. 64 MiB is the smallest piece at which one thread gets the full rate
   * (measurements h200: {@code readmostly.prefetch}, 47.0 GB/s), and pieces bound how long one call
   * holds its thread.
   */
  public static final long DEFAULT_PIECE_BYTES = 64 * ByteSize.MIB;

  private final UnifiedMemoryDriver driver;
  private final Ledger ledger;
  private final long pieceBytes;
  private final Location device;
  private final Map<LiveAllocation, AdvisedBlocks> advised;
  private final HintCounters counters;

  /**
   * Applies plans to the allocations of {@code ledger}.
   *
   * @param pieceBytes the most bytes per fetch call, a positive multiple of the block size
   */
  public PlanApplier(UnifiedMemoryDriver driver, Ledger ledger, long pieceBytes) {
    this(driver, ledger, pieceBytes, new ConcurrentHashMap<>(), new HintCounters());
  }

  private PlanApplier(
      UnifiedMemoryDriver driver,
      Ledger ledger,
      long pieceBytes,
      Map<LiveAllocation, AdvisedBlocks> advised,
      HintCounters counters) {
    if (pieceBytes <= 0 || !Blocks.aligned(pieceBytes)) {
      throw new IllegalArgumentException(
          "fetch piece of %d bytes: must be a positive multiple of %d (one block)"
              .formatted(pieceBytes, Blocks.BYTES));
    }
    this.driver = driver;
    this.ledger = ledger;
    this.pieceBytes = pieceBytes;
    this.device = driver.device().location();
    this.advised = advised;
    this.counters = counters;
  }

  /**
   * The same, with fetch calls of another size: what was advised and counted is shared.
   *
   * @param bytes the most bytes per fetch call, a positive multiple of the block size
   */
  public PlanApplier withPieces(long bytes) {
    return new PlanApplier(driver, ledger, bytes, advised, counters);
  }

  /**
   * The same, by the calls of another driver for the same memory, such as a {@linkplain
   * UnifiedMemoryDriver#openSibling sibling}: what was advised and counted is shared.
   */
  public PlanApplier through(UnifiedMemoryDriver other) {
    return new PlanApplier(other, ledger, pieceBytes, advised, counters);
  }

  /**
   * Applies {@code plan} in order, moves being enqueued in {@code stream}. Drops take effect at
   * once: whoever asks for one makes sure that no launch still needs the range.
   */
  public PlanOutcome apply(Plan plan, StreamHandle stream) {
    Tally tally = new Tally();
    for (Hint hint : plan.coalesced().hints()) {
      int before = tally.applied + tally.refused;
      for (LiveAllocation allocation : ledger.overlapping(hint.range())) {
        if (allocation.kind() == MemoryKind.MANAGED && allocation.tryPin()) {
          try {
            applyTo(allocation, hint, stream, tally);
          } finally {
            allocation.unpin();
          }
        }
      }
      if (tally.applied + tally.refused == before) {
        counters.clippedAway(hint.kind());
        tally.clippedAway++;
      }
    }
    return new PlanOutcome(
        tally.applied, tally.refused, tally.clippedAway, tally.bytes, tally.unchanged);
  }

  /** Counts every hint of {@code plan} as refused, because of {@code failure}. */
  PlanOutcome refuse(Plan plan, DriverException failure) {
    plan.hints().forEach(hint -> counters.refused(hint.kind(), failure));
    return new PlanOutcome(
        0, plan.hints().size(), 0, 0, plan.hints().stream().map(Hint::range).toList());
  }

  /** Whether all whole blocks of {@code range} could be {@linkplain Hint.Drop dropped} for free. */
  public boolean droppable(AddressRange range) {
    long bytes = 0;
    for (LiveAllocation allocation : ledger.overlapping(range)) {
      AdvisedBlocks blocks = advised.get(allocation);
      if (blocks != null) {
        bytes +=
            clipInwards(allocation, range).stream()
                .flatMap(part -> blocks.droppable(part).stream())
                .mapToLong(AddressRange::bytes)
                .sum();
      }
    }
    return bytes > 0 && bytes == Blocks.inside(range).map(AddressRange::bytes).orElse(0L);
  }

  /** Whether the device reads {@code range} in place on the host, so that moving it is unwanted. */
  public boolean readInPlace(AddressRange range) {
    if (advised.isEmpty()) {
      return false; // before the ledger is asked: each launch is here
    }
    for (LiveAllocation allocation : ledger.overlapping(range)) {
      AdvisedBlocks blocks = advised.get(allocation);
      if (blocks == null || !blocks.readInPlace(clipOutwards(allocation, range).getFirst())) {
        return false;
      }
    }
    return true;
  }

  /** The same of a range inside an allocation. Takes no lock. */
  public boolean readInPlace(LiveAllocation allocation, AddressRange inside) {
    AdvisedBlocks blocks = advised.get(allocation);
    return blocks != null && blocks.readInPlace(inside);
  }

  /** Whether a part of a range inside an allocation was advised read-mostly. Takes no lock. */
  public boolean mayBeReadMostly(LiveAllocation allocation, AddressRange inside) {
    AdvisedBlocks blocks = advised.get(allocation);
    return blocks != null && blocks.mayBeReadMostly(inside);
  }

  /**
   * Takes read-mostly back from {@code range} before a write that is known to come: a device write
   * into duplicated memory is a thousand times slower than into any other (measurements: {@code
   * readmostly.gpuwrite}).
   *
   * @return what was applied; empty if nothing was read-mostly, or the driver refused
   */
  public Plan expectWrite(AddressRange range) {
    if (advised.isEmpty()) {
      return Plan.empty(); // before the ledger is asked: each launch that is known to write is here
    }
    List<Hint> takenBack = new ArrayList<>();
    for (LiveAllocation allocation : ledger.overlapping(range)) {
      AdvisedBlocks blocks = advised.get(allocation);
      AddressRange inside = clipOutwards(allocation, range).getFirst();
      if (blocks != null && blocks.mayBeReadMostly(inside)) {
        synchronized (blocks) {
          for (AddressRange part : blocks.readMostly(inside)) {
            for (Hint hint : List.of(new Hint.NotReadMostly(part), new Hint.PreferNowhere(part))) {
              if (apply(Plan.of(hint), StreamHandle.DEFAULT).complete()) {
                takenBack.add(hint);
              }
            }
          }
        }
      }
    }
    return takenBack.isEmpty() ? Plan.empty() : new Plan(takenBack);
  }

  /** Forgets what was advised of an allocation; call once its free began. */
  public void forget(LiveAllocation allocation) {
    advised.remove(allocation);
  }

  /** What was applied and refused so far. */
  public HintStatistics statistics() {
    return counters.snapshot();
  }

  private void applyTo(LiveAllocation allocation, Hint hint, StreamHandle stream, Tally tally) {
    switch (hint) {
      case Hint.Fetch fetch -> {
        for (AddressRange range : clipOutwards(allocation, fetch.range())) {
          for (AddressRange piece : pieces(range)) {
            call(tally, fetch.kind(), piece, () -> driver.prefetch(piece, device, stream));
          }
        }
      }
      case Hint.WriteBack writeBack -> {
        for (AddressRange range : clipOutwards(allocation, writeBack.range())) {
          writeBack(tally, range, stream);
        }
      }
      case Hint.Drop drop -> {
        for (AddressRange range : clipInwards(allocation, drop.range())) {
          drop(tally, blocksOf(allocation), range);
        }
      }
      case Hint.Evict evict -> {
        for (AddressRange range : clipOutwards(allocation, evict.range())) {
          evict(tally, blocksOf(allocation), range, stream);
        }
      }
      case Hint.EvictReadMostly evict -> {
        boolean copied = true;
        for (AddressRange range : clipInwards(allocation, evict.range())) {
          copied &= copyReadMostly(tally, blocksOf(allocation), range, stream);
        }
        for (AddressRange range : clipOutwards(allocation, evict.range())) {
          if (copied) {
            evict(tally, blocksOf(allocation), range, stream);
          } else {
            tally.unchanged.add(range);
          }
        }
      }
      case Hint.Discard discard -> {
        for (AddressRange range : clipInwards(allocation, discard.range())) {
          call(tally, discard.kind(), range, () -> driver.discard(List.of(range), stream));
        }
      }
      case Hint.ReadMostly _ -> advise(tally, allocation, hint, Advice.SET_READ_MOSTLY, device);
      case Hint.NotReadMostly _ ->
          advise(tally, allocation, hint, Advice.UNSET_READ_MOSTLY, device);
      case Hint.Prefer prefer ->
          advise(tally, allocation, hint, Advice.SET_PREFERRED_LOCATION, prefer.location());
      case Hint.PreferNowhere _ ->
          advise(tally, allocation, hint, Advice.UNSET_PREFERRED_LOCATION, device);
      case Hint.AccessedBy by ->
          advise(tally, allocation, hint, Advice.SET_ACCESSED_BY, by.location());
      case Hint.NotAccessedBy by ->
          advise(tally, allocation, hint, Advice.UNSET_ACCESSED_BY, by.location());
    }
  }

  private void writeBack(Tally tally, AddressRange range, StreamHandle stream) {
    call(tally, HintKind.WRITE_BACK, range, () -> driver.prefetch(range, Location.HOST, stream));
  }

  /**
   * Unset collapses the copies onto the preferred location, the host, which already has one; set
   * again at once, so that the next fetch copies instead of moving (measurements: {@code
   * readmostly.drop}).
   */
  private void drop(Tally tally, AdvisedBlocks blocks, AddressRange range) {
    synchronized (blocks) {
      for (AddressRange part : blocks.droppable(range)) {
        call(
            tally,
            HintKind.DROP,
            part,
            () -> {
              adviseNow(blocks, part, Advice.UNSET_READ_MOSTLY, device);
              adviseNow(blocks, part, Advice.SET_READ_MOSTLY, device);
            });
      }
      blocks.publish();
    }
  }

  private void evict(Tally tally, AdvisedBlocks blocks, AddressRange range, StreamHandle stream) {
    synchronized (blocks) {
      List<AddressRange> others = blocks.notDroppable(range);
      drop(tally, blocks, range);
      for (AddressRange part : others) {
        for (AddressRange kept : blocks.readMostly(part)) {
          call(
              tally,
              HintKind.NOT_READ_MOSTLY,
              kept,
              () -> adviseNow(blocks, kept, Advice.UNSET_READ_MOSTLY, device));
        }
        writeBack(tally, part, stream);
      }
      blocks.publish();
    }
  }

  /**
   * Makes read-mostly what is not, and copies that to the host. Where the driver does not take the
   * advice, the range is as it was.
   *
   * @return whether whatever is read-mostly now has its copy, so that dropping it frees the
   *     device's
   */
  private boolean copyReadMostly(
      Tally tally, AdvisedBlocks blocks, AddressRange range, StreamHandle stream) {
    boolean copied = true;
    synchronized (blocks) {
      for (AddressRange part : blocks.notDroppable(range)) {
        if (tookAdvice(HintKind.READ_MOSTLY, blocks, part, Advice.SET_READ_MOSTLY)) {
          adviseQuietly(HintKind.PREFER, blocks, part, Advice.SET_PREFERRED_LOCATION);
        }
        for (AddressRange ready : blocks.droppable(part)) {
          if (!taken(tally, HintKind.WRITE_BACK, ready, () -> copyToHost(ready, stream))) {
            copied = false;
            // In this order, so that the copies collapse into the device's.
            adviseQuietly(HintKind.PREFER_NOWHERE, blocks, ready, Advice.UNSET_PREFERRED_LOCATION);
            adviseQuietly(HintKind.NOT_READ_MOSTLY, blocks, ready, Advice.UNSET_READ_MOSTLY);
          }
        }
      }
      blocks.publish();
    }
    return copied;
  }

  /** Advice that is no part of the outcome: refused, it is counted by its kind alone. */
  private void adviseQuietly(
      HintKind kind, AdvisedBlocks blocks, AddressRange range, Advice advice) {
    boolean ignored = tookAdvice(kind, blocks, range, advice);
  }

  private boolean tookAdvice(
      HintKind kind, AdvisedBlocks blocks, AddressRange range, Advice advice) {
    Location location = advice == Advice.SET_PREFERRED_LOCATION ? Location.HOST : device;
    return taken(new Tally(), kind, range, () -> adviseNow(blocks, range, advice, location));
  }

  /** Done when it returns: what is dropped before its copy is there stays on the device. */
  private void copyToHost(AddressRange range, StreamHandle stream) {
    driver.prefetch(range, Location.HOST, stream);
    driver.synchronize(stream);
  }

  private void advise(
      Tally tally, LiveAllocation allocation, Hint hint, Advice advice, Location location) {
    AdvisedBlocks blocks = blocksOf(allocation);
    synchronized (blocks) {
      for (AddressRange range : clipInwards(allocation, hint.range())) {
        call(tally, hint.kind(), range, () -> adviseNow(blocks, range, advice, location));
      }
      blocks.publish();
    }
  }

  private void adviseNow(
      AdvisedBlocks blocks, AddressRange range, Advice advice, Location location) {
    blocks.forget(range, advice);
    driver.advise(range, advice, location);
    blocks.remember(range, advice, location);
  }

  private void call(Tally tally, HintKind kind, AddressRange range, Runnable driverCall) {
    boolean ignored = taken(tally, kind, range, driverCall);
  }

  /** Makes a call; returns whether the driver took it. */
  private boolean taken(Tally tally, HintKind kind, AddressRange range, Runnable driverCall) {
    HintEvent event = HintEvents.begin(kind);
    boolean refused = false;
    try {
      driverCall.run();
      tally.applied++;
      tally.bytes += range.bytes();
      counters.applied(kind, range.bytes());
    } catch (DriverException e) {
      refused = true;
      tally.refused++;
      tally.unchanged.add(range);
      counters.refused(kind, e);
    }
    event.finish(kind, range, refused);
    return !refused;
  }

  private AdvisedBlocks blocksOf(LiveAllocation allocation) {
    return advised.computeIfAbsent(allocation, a -> new AdvisedBlocks(a.range()));
  }

  private List<AddressRange> pieces(AddressRange range) {
    if (range.bytes() <= pieceBytes) {
      return List.of(range);
    }
    long count = Math.ceilDiv(range.bytes(), pieceBytes);
    return LongStream.range(0, count)
        .mapToObj(
            i -> range.slice(i * pieceBytes, Math.min(pieceBytes, range.bytes() - i * pieceBytes)))
        .toList();
  }

  private static List<AddressRange> clipInwards(LiveAllocation allocation, AddressRange range) {
    return allocation.range().intersection(range).flatMap(Blocks::inside).stream().toList();
  }

  private static List<AddressRange> clipOutwards(LiveAllocation allocation, AddressRange range) {
    return Blocks.covering(range).intersection(allocation.range()).stream().toList();
  }

  /** What one plan amounted to so far. */
  private static final class Tally {
    private int applied;
    private int refused;
    private int clippedAway;
    private long bytes;
    private final List<AddressRange> unchanged = new ArrayList<>();
  }
}
