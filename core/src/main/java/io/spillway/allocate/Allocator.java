package io.spillway.allocate;

import io.spillway.driver.Capability;
import io.spillway.driver.DriverException;
import io.spillway.driver.ManagedMemoryLimitException;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves allocation requests with plain device memory while they fit, and with managed memory when
 * they do not.
 *
 * <p>Placement {@link Placement#DEVICE} and {@link Placement#MANAGED} are obeyed or refused. For
 * {@link Placement#AUTO} the {@link RedirectRule} decides; a plain allocation for which the device
 * then has no memory is redirected after all, and a redirect that host or driver cannot serve is
 * tried as plain memory, so that a program never gets less than it would without Spillway. Managed
 * memory is rounded up to whole {@link Blocks}, and promised by the {@link HostMemoryGuard} before
 * the driver is asked.
 *
 * <p>Safe for use by any thread. Whatever fails, the ledger and the promises are as before the
 * call. It does not own the driver and never closes it.
 */
public final class Allocator implements AutoCloseable {

  /**
   * The largest size taken: 128 TiB, the user address space of x86-64 with four-level page tables,
   * which every managed address must fit in.
   */
  public static final long MOST_BYTES = 1L << 47;

  private final UnifiedMemoryDriver driver;
  private final AllocationCalls seam;
  private final RedirectRule rule;
  private final DeviceOccupancy occupancy;
  private final EffectiveBudget budget;
  private final HostMemoryGuard guard;
  private final HostPromises promises;
  private final SiteRecorder sites;
  private final Ledger ledger = new Ledger();

  private final @Nullable String whyNotManaged;
  private final AtomicBoolean saidWhyNot = new AtomicBoolean();
  private final AllocationCounters counters = new AllocationCounters();

  private Allocator(Builder builder) {
    this.driver = builder.driver;
    this.seam = new SeamCalls(driver);
    this.occupancy = new DeviceOccupancy(driver, ledger);
    long totalBytes = occupancy.totalBytes();
    this.guard = builder.guard == null ? HostMemoryGuard.ofThisMachine() : builder.guard;
    this.promises = new HostPromises(guard, ledger);
    this.budget = new EffectiveBudget(builder.budget, totalBytes, guard);
    this.rule = builder.rule == null ? RedirectRule.standard(totalBytes) : builder.rule;
    this.sites = new SiteRecorder(builder.tracking);
    this.whyNotManaged =
        driver
            .capabilities()
            .whyNot(Capability.MANAGED_MEMORY)
            .or(() -> driver.capabilities().whyNot(Capability.CONCURRENT_MANAGED_ACCESS))
            .orElse(null);
  }

  /** An allocator over {@code driver}, to be configured. */
  public static Builder builder(UnifiedMemoryDriver driver) {
    return new Builder(driver);
  }

  /** The live allocations. */
  public Ledger ledger() {
    return ledger;
  }

  /**
   * Changes the device budget, for requests and moves to come.
   *
   * @throws IllegalArgumentException if it does not suit this device or host, or other sessions
   *     leave less; then it stays
   */
  public void resizeBudget(DeviceBudget resized) {
    budget.resize(resized);
  }

  /**
   * Takes the budget off what the sessions of this device share.
   *
   * @param lowered whether less will do, where others have left less
   * @return gives it back
   * @throws IllegalArgumentException if others have left less than will do
   */
  public Runnable share(DeviceShares shares, boolean lowered) {
    return budget.share(shares.on(driver.device()), lowered);
  }

  /** The device budget, in bytes. */
  public long budgetBytes() {
    return budget.bytes();
  }

  /**
   * What plain memory, others and the {@linkplain RedirectRule#standardHeadroomBytes headroom}
   * leave of the device now: managed memory beyond that is not resident whatever the budget, since
   * plain memory cannot leave. Does not ask the driver.
   */
  public long leftByPlainBytes() {
    return occupancy.leftByPlainBytes();
  }

  /** Who promises host memory. */
  public HostMemoryGuard hostMemoryGuard() {
    return guard;
  }

  /** Why nothing is ever redirected here; empty if it is. */
  public Optional<String> whyNotManaged() {
    return Optional.ofNullable(whyNotManaged);
  }

  /** What rules decide by, now. */
  public MemoryView memory() {
    return occupancy.view(budget.bytes());
  }

  /**
   * Serves a request.
   *
   * @throws InvalidSizeException if the size is not from 1 to {@link #MOST_BYTES}
   * @throws ManagedMemoryUnavailableException if the placement is MANAGED and there is none here
   * @throws HostMemoryExhaustedException if it would have to be managed, and the host might not be
   *     able to hold it
   * @throws OutOfDeviceMemoryException if it has to be plain, and the device has not enough left
   * @throws DriverException if the driver fails otherwise
   * @throws IllegalStateException if this allocator is closed
   */
  public LiveAllocation allocate(AllocationRequest request) {
    return allocate(request, seam);
  }

  /**
   * {@link #allocate(AllocationRequest)}, the memory being made by {@code calls}. Whoever made it
   * that way frees it with {@link #free(long, AllocationCalls)}; what is left at {@link #close} is
   * freed through the driver.
   */
  public LiveAllocation allocate(AllocationRequest request, AllocationCalls calls) {
    ledger.requireOpen();
    try {
      checkSize(request.bytes());
      return switch (request.placement()) {
        case DEVICE -> plain(request, calls);
        case MANAGED -> {
          if (whyNotManaged != null) {
            throw new ManagedMemoryUnavailableException(request.bytes(), whyNotManaged);
          }
          yield managed(request, "placement MANAGED was asked for", calls);
        }
        case AUTO -> automatic(request, calls);
      };
    } catch (RuntimeException e) {
      counters.failed();
      throw e;
    }
  }

  /**
   * Enters memory that somebody else made, without deciding or promising anything, so that it is
   * found and counted.
   *
   * @param range what the driver returned
   * @throws IllegalStateException if this allocator is closed
   */
  public LiveAllocation adopt(AddressRange range, MemoryKind kind) {
    LiveAllocation entry = sites.entry(range, kind, range.bytes(), "", null);
    return entered(entry, ledger.add(entry));
  }

  /**
   * {@link #adopt}s plain memory that somebody else made before this allocator was opened, and that
   * so was in use then.
   *
   * @throws IllegalStateException if this allocator is closed
   */
  public LiveAllocation inherit(AddressRange range) {
    LiveAllocation entry = adopt(range, MemoryKind.DEVICE);
    occupancy.inherit(range);
    return entry;
  }

  /**
   * What is used of the device by now, live plain memory apart, is others': contexts that movers
   * opened, for one. To be called before anything managed is on the device.
   */
  public void countOthers() {
    occupancy.countOthers();
  }

  /**
   * Pinned host memory, promised by the host memory guard like managed memory is.
   *
   * @param bytes the size
   * @param label the caller's name for it, empty if none
   * @throws InvalidSizeException if the size is not from 1 to {@link #MOST_BYTES}
   * @throws HostMemoryExhaustedException if the host might not be able to hold it
   * @throws DriverException if the driver fails
   * @throws IllegalStateException if this allocator is closed
   */
  public LiveAllocation allocatePinned(long bytes, String label) {
    ledger.requireOpen();
    try {
      checkSize(bytes);
      HostMemoryReservation reservation = promises.promise(bytes, label);
      AddressRange range;
      try {
        range = driver.allocatePinned(bytes);
      } catch (RuntimeException e) {
        reservation.release();
        throw e;
      }
      return made(sites.entry(range, MemoryKind.PINNED, bytes, label, reservation), driver::free);
    } catch (RuntimeException e) {
      counters.failed();
      throw e;
    }
  }

  /**
   * Frees the allocation that starts at {@code address}. Waits for hint calls in flight on it.
   *
   * @throws AlreadyFreedException if it was freed before
   * @throws ForeignAddressException if no allocation starts there
   * @throws AllocationPinnedException if a hint call does not return; then it is live as before
   * @throws DriverException if the driver refuses; then it is live as before
   */
  public void free(long address) {
    free(address, seam);
  }

  /** {@link #free(long)}, the memory being freed by {@code calls}. */
  public void free(long address, AllocationCalls calls) {
    try {
      LiveAllocation entry = ledger.beginFree(address);
      FreeEvent.emit(entry.range());
      try {
        calls.free(entry.range());
      } catch (RuntimeException e) {
        if (ledger.reinstate(entry)) {
          AllocationEvent.emit(entry);
        } else {
          release(entry);
        }
        throw e;
      }
      release(entry);
      counters.freed();
    } catch (RuntimeException e) {
      counters.failed();
      throw e;
    }
  }

  /** What was done so far and what is live. */
  public AllocationStatistics statistics() {
    return counters.snapshot(ledger, promises, guard, budget.bytes());
  }

  /** What is live now: what {@link #close} would report as leaked. */
  public LeakReport leaks() {
    return new LeakReport(ledger.snapshot());
  }

  /**
   * Refuses further allocations and frees what is left, logging it as leaked; the second time it
   * does nothing.
   *
   * @throws RuntimeException the first failure to free something, the others suppressed; everything
   *     else was freed
   */
  @Override
  public void close() {
    if (!ledger.close()) {
      return;
    }
    LeakReport report = leaks();
    if (!report.isEmpty()) {
      log().log(Level.WARNING, "closed with {0}", report);
    }
    RuntimeException failure = null;
    for (LiveAllocation leak : report.leaks()) {
      try {
        free(leak.range().address());
      } catch (AlreadyFreedException | ForeignAddressException e) {
        // Freed by its owner since the report: nothing is left to do.
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private LiveAllocation automatic(AllocationRequest request, AllocationCalls calls) {
    if (decide(request) instanceof Decision.Redirect(String reason)) {
      if (whyNotManaged == null) {
        return redirected(request, reason, calls);
      }
      sayWhyNot(request, reason);
    }
    try {
      return plain(request, calls);
    } catch (OutOfDeviceMemoryException e) {
      if (whyNotManaged != null) {
        sayWhyNot(request, e.getMessage());
        throw e;
      }
      LiveAllocation entry = managedAfter(request, e, calls);
      counters.redirectedOutOfMemory(request.bytes());
      return entry;
    }
  }

  private Decision decide(AllocationRequest request) {
    // Asking the driver for its memory costs more than a small allocation does.
    Decision bySize = rule.decideBySize(request);
    return bySize == null ? rule.decide(request, memory()) : bySize;
  }

  private LiveAllocation redirected(
      AllocationRequest request, String reason, AllocationCalls calls) {
    try {
      LiveAllocation entry = managed(request, reason, calls);
      counters.redirected(request.bytes());
      return entry;
    } catch (HostMemoryExhaustedException | ManagedMemoryLimitException | DriverException e) {
      // The rule may have kept room that the request would still have found.
      LiveAllocation entry;
      try {
        entry = plain(request, calls);
      } catch (DriverException alsoFailed) {
        e.addSuppressed(alsoFailed);
        throw e;
      }
      counters.keptAfterRefusal();
      return entry;
    }
  }

  private LiveAllocation managedAfter(
      AllocationRequest request, OutOfDeviceMemoryException full, AllocationCalls calls) {
    try {
      return managed(request, "the device is out of memory", calls);
    } catch (RuntimeException e) {
      e.addSuppressed(full);
      throw e;
    }
  }

  private LiveAllocation plain(AllocationRequest request, AllocationCalls calls) {
    AddressRange range = calls.allocateDevice(request.bytes());
    return made(
        sites.entry(range, MemoryKind.DEVICE, request.bytes(), request.label(), null), calls::free);
  }

  private LiveAllocation managed(AllocationRequest request, String reason, AllocationCalls calls) {
    long bytes = Blocks.ceil(request.bytes());
    HostMemoryReservation reservation = promises.promise(bytes, request.label());
    AddressRange range;
    try {
      range = calls.allocateManaged(bytes);
    } catch (RuntimeException e) {
      reservation.release();
      throw e;
    }
    LiveAllocation entry =
        made(
            sites.entry(range, MemoryKind.MANAGED, request.bytes(), request.label(), reservation),
            calls::free);
    double ratio = (double) ledger.liveBytes(MemoryKind.MANAGED) / budget.bytes();
    RedirectEvent.emit(range, request.label(), reason, ratio);
    return entry;
  }

  /** Enters what was made for a request, or frees it where this was closed meanwhile. */
  private LiveAllocation made(LiveAllocation entry, Consumer<AddressRange> free) {
    List<LiveAllocation> stale;
    try {
      stale = ledger.add(entry);
    } catch (IllegalStateException e) {
      release(entry);
      try {
        free.accept(entry.range());
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
    return entered(entry, stale);
  }

  private LiveAllocation entered(LiveAllocation entry, List<LiveAllocation> stale) {
    for (LiveAllocation gone : stale) {
      log()
          .log(
              Level.WARNING,
              "{0} was freed without Spillway; its addresses are now {1}",
              gone,
              entry);
      FreeEvent.emit(gone.range());
      release(gone);
    }
    counters.allocated(entry.kind());
    AllocationEvent.emit(entry);
    return entry;
  }

  private static void release(LiveAllocation entry) {
    HostMemoryReservation reservation = entry.reservation();
    if (reservation != null) {
      reservation.release();
    }
  }

  private void sayWhyNot(AllocationRequest request, @Nullable String reason) {
    if (saidWhyNot.compareAndSet(false, true)) {
      log()
          .log(
              Level.WARNING,
              "nothing is redirected on this device: {0}. First request this concerns: {1} ({2})",
              whyNotManaged,
              ByteSize.format(request.bytes()),
              reason);
    }
  }

  private static void checkSize(long bytes) {
    if (bytes <= 0 || bytes > MOST_BYTES) {
      throw new InvalidSizeException(bytes, MOST_BYTES);
    }
  }

  private record SeamCalls(UnifiedMemoryDriver driver) implements AllocationCalls {
    @Override
    public AddressRange allocateDevice(long bytes) {
      return driver.allocateDevice(bytes);
    }

    @Override
    public AddressRange allocateManaged(long bytes) {
      return driver.allocateManaged(bytes);
    }

    @Override
    public void free(AddressRange range) {
      driver.free(range);
    }
  }

  /** Configures an {@link Allocator}; for one thread. */
  public static final class Builder {
    private final UnifiedMemoryDriver driver;
    private @Nullable RedirectRule rule;
    private @Nullable HostMemoryGuard guard;
    private DeviceBudget budget = DeviceBudget.STANDARD;
    private AllocationTracking tracking = AllocationTracking.CALL_SITE;

    private Builder(UnifiedMemoryDriver driver) {
      this.driver = driver;
    }

    /**
     * What decides about requests of placement AUTO; {@link RedirectRule#standard} if not set. The
     * other placements are obeyed without asking it.
     */
    public Builder rule(RedirectRule value) {
      this.rule = value;
      return this;
    }

    /** The device budget; {@link DeviceBudget#STANDARD} if not set. */
    public Builder budget(DeviceBudget value) {
      this.budget = value;
      return this;
    }

    /** Who promises host memory; {@link HostMemoryGuard#ofThisMachine} if not set. */
    public Builder hostMemoryGuard(HostMemoryGuard value) {
      this.guard = value;
      return this;
    }

    /** What is recorded of where allocations come from; CALL_SITE if not set. */
    public Builder tracking(AllocationTracking value) {
      this.tracking = value;
      return this;
    }

    /**
     * Opens the allocator.
     *
     * @throws IllegalArgumentException if the budget does not suit this device or host
     */
    public Allocator build() {
      return new Allocator(this);
    }
  }

  /** Not kept: starting a logger takes 20 ms, and most programs run without a line to log. */
  private static System.Logger log() {
    return System.getLogger(Allocator.class.getName());
  }
}
