package io.spillway.benchmarks.compare.g10;

import static io.spillway.benchmarks.compare.g10.PageTable.ABSENT;
import static io.spillway.benchmarks.compare.g10.PageTable.HOST;
import static io.spillway.benchmarks.compare.g10.PageTable.NONE;
import static io.spillway.benchmarks.compare.g10.PageTable.SSD;

/**
 * What moves in one tick: faults before prefetches, at most so many pages each way.
 *
 * <p>The order of the steps, and when a full host or a busy SSD diverts a page, are the artifact's
 * {@code BatcherEvent}.
 */
final class Transfers {

  /** In place of a source or destination: none is forced. */
  private static final int ANY = 0;

  /** Who says which tensors a victim may be of, and what becomes of it. */
  interface Victims {
    /** Whether the running kernel needs {@code tensor}. */
    boolean isRequired(int tensor);

    /** The frame to free, or {@link PageTable#NONE} to stall; never that for a fault. */
    int choose(boolean forFault);

    /** Where a page of {@code tensor} goes: host, or {@link PageTable#ABSENT} if dead. */
    int destination(int tensor);
  }

  private final PageTable table;
  private final Victims victims;
  private final boolean breaksLockups;

  final PageQueue faultHost = new PageQueue();
  final PageQueue faultSsd = new PageQueue();
  final PageQueue faultNew = new PageQueue();
  final PageQueue prefetchHost = new PageQueue();
  final PageQueue prefetchSsd = new PageQueue();
  final PageQueue prefetchNew = new PageQueue();
  final PageQueue evictHost = new PageQueue();
  final PageQueue evictSsd = new PageQueue();

  private int in;
  private int inHost;
  private int inSsd;
  private int out;
  private int outHost;
  private int outSsd;
  private int allocated;
  private int forcedSource;
  private int forcedDestination;

  /** Pages moved since the start. */
  long hostIn;

  long ssdIn;
  long hostOut;
  long ssdOut;

  /**
   * Moves pages of {@code table}.
   *
   * @param breaksLockups whether a kernel that waits for pages behind a stalled prefetch gets them
   *     as if they had faulted, which the artifact does for DeepUM+
   */
  Transfers(PageTable table, Victims victims, boolean breaksLockups) {
    this.table = table;
    this.victims = victims;
    this.breaksLockups = breaksLockups;
  }

  /** Whether nothing is queued. */
  boolean isIdle() {
    return !hasFaults()
        && prefetchHost.isEmpty()
        && prefetchSsd.isEmpty()
        && prefetchNew.isEmpty()
        && evictHost.isEmpty()
        && evictSsd.isEmpty();
  }

  boolean hasFaults() {
    return !(faultHost.isEmpty() && faultSsd.isEmpty() && faultNew.isEmpty());
  }

  /** Queues a missing page that the running kernel faults on. */
  void fault(int page) {
    switch (table.place(page)) {
      case ABSENT -> faultNew.add(page);
      case HOST -> faultHost.add(page);
      case SSD -> faultSsd.add(page);
      default -> throw new IllegalStateException("page " + page + " is on the GPU: no fault");
    }
    table.setMoving(page);
  }

  /** Queues a page that is not on the GPU to be brought there ahead of its use. */
  void prefetch(int page) {
    switch (table.place(page)) {
      case ABSENT -> prefetchNew.add(page);
      case HOST -> prefetchHost.add(page);
      case SSD -> prefetchSsd.add(page);
      default -> throw new IllegalStateException("page " + page + " is on the GPU already");
    }
    table.setMoving(page);
  }

  /** Queues a page that is on the GPU to leave it. */
  void evict(int page, int destination) {
    (destination == SSD ? evictSsd : evictHost).add(page);
    table.setMoving(page);
  }

  /** Moves what one tick can. */
  void tick(boolean kernelWaits) {
    in = 0;
    inHost = 0;
    inSsd = 0;
    out = 0;
    outHost = 0;
    outSsd = 0;
    allocated = 0;
    forcedSource = ANY;
    forcedDestination = table.isHostFull() ? SSD : ANY;
    sendEvicted();
    fetchFaulted(faultSsd, SSD);
    fetchFaulted(faultHost, HOST);
    allocate(faultNew, true);
    if (fetchAhead(prefetchSsd, SSD)) {
      fetchAhead(prefetchHost, HOST);
    }
    allocate(prefetchNew, false);
    if (breaksLockups && kernelWaits && table.isAwaiting() && in + out == 0) {
      fetchFaulted(prefetchSsd, SSD);
      fetchFaulted(prefetchHost, HOST);
      allocate(prefetchNew, true);
    }
  }

  private void sendEvicted() {
    while (outSsd < G10Machine.TICK_SSD_PAGES
        && out < G10Machine.TICK_PAGES
        && !evictSsd.isEmpty()) {
      send(evictSsd.remove(), forcedDestination == ANY ? SSD : forcedDestination);
    }
    while ((table.isHostFull()
            ? outSsd < G10Machine.TICK_SSD_PAGES
            : outHost < G10Machine.TICK_PAGES)
        && out < G10Machine.TICK_PAGES
        && !evictHost.isEmpty()) {
      send(evictHost.remove(), forcedDestination == ANY ? HOST : forcedDestination);
    }
  }

  private boolean hasRoom() {
    return !table.isGpuFull()
        || (out < G10Machine.TICK_PAGES
            && (!table.isHostFull() || outSsd < G10Machine.TICK_SSD_PAGES));
  }

  private void fetchFaulted(PageQueue queue, int source) {
    while (in < G10Machine.TICK_PAGES
        && allocated < G10Machine.TICK_ALLOCATIONS
        && hasRoom()
        && !queue.isEmpty()) {
      fetch(queue.remove(), source, true);
      if (forcedSource != ANY && forcedSource != source) {
        break;
      }
    }
  }

  /** False if a prefetch found no victim, so that the others wait too. */
  private boolean fetchAhead(PageQueue queue, int source) {
    while ((source == SSD ? inSsd < G10Machine.TICK_SSD_PAGES : inHost < G10Machine.TICK_PAGES)
        && in < G10Machine.TICK_PAGES
        && hasRoom()
        && !queue.isEmpty()) {
      if (!fetch(queue.peek(), source, false)) {
        return false;
      }
      queue.remove();
    }
    return true;
  }

  private void allocate(PageQueue queue, boolean forFault) {
    while (hasRoom() && allocated < G10Machine.TICK_ALLOCATIONS && !queue.isEmpty()) {
      if (!place(queue.peek(), forFault)) {
        break;
      }
      allocated++;
      queue.remove();
    }
  }

  private boolean fetch(int page, int source, boolean forFault) {
    if (!place(page, forFault)) {
      return false;
    }
    if (source == SSD) {
      inSsd++;
      ssdIn++;
      if (inSsd == G10Machine.TICK_SSD_PAGES) {
        forcedSource = HOST;
      }
    } else {
      inHost++;
      hostIn++;
      if (inHost == G10Machine.TICK_PAGES) {
        forcedSource = SSD;
      }
    }
    allocated++;
    in++;
    return true;
  }

  /** Gives {@code page} a frame, freeing one if need be; false if there is no victim. */
  private boolean place(int page, boolean forFault) {
    if (table.isGpuFull()) {
      int frame = victims.choose(forFault || victims.isRequired(table.tensorOf(page)));
      if (frame == NONE) {
        return false;
      }
      int victim = table.pageIn(frame);
      int destination = victims.destination(table.tensorOf(victim));
      if (destination != ABSENT && forcedDestination != ANY) {
        destination = forcedDestination;
      }
      send(victim, destination);
    }
    if (table.place(page) == HOST && forcedDestination == SSD) {
      forcedDestination = ANY;
    }
    table.arrive(page);
    return true;
  }

  private void send(int page, int destination) {
    table.leave(page, destination);
    if (destination == HOST) {
      out++;
      outHost++;
      hostOut++;
      if (outHost == G10Machine.TICK_PAGES || table.isHostFull()) {
        forcedDestination = SSD;
      }
    } else if (destination == SSD) {
      out++;
      outSsd++;
      ssdOut++;
      if (outSsd == G10Machine.TICK_SSD_PAGES) {
        forcedDestination = HOST;
      }
    }
    if (victims.isRequired(table.tensorOf(page))) {
      fault(page);
      table.await(page);
    } else {
      table.setArrived(page);
    }
  }
}
