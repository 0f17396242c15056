package io.spillway;

import io.spillway.allocate.AllocationTracking;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.DeviceShares;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.RedirectRule;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.PlanApplier;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How a session is set up. Every setting has a default that suits a program which knows nothing of
 * its machine. Immutable.
 *
 * @param driver the driver to use, which stays the caller's to close; empty for libcuda on {@code
 *     deviceOrdinal}, opened and closed by the session
 * @param deviceOrdinal the CUDA device, where {@code driver} is empty
 * @param deviceBudget the most managed memory to keep resident on the device; empty for {@link
 *     DeviceBudget#STANDARD}. A budget that is given makes the session treat the device as that
 *     small: plain memory counts against it, and what exceeds it is redirected even if the card has
 *     room
 * @param deviceShares what the budgets of several sessions on one device may add up to; empty for
 *     {@link DeviceShares#ofThisProcess}, or for no such limit on a simulated device
 * @param redirectRule what is redirected; empty for {@link RedirectRule#standard}
 * @param hostMemoryGuard who promises host memory to managed allocations; empty for the one that
 *     reads this machine's limits and that all sessions of the process share
 * @param tracking how much is recorded of where allocations come from
 * @param plugins who takes part; empty for all that {@link java.util.ServiceLoader} finds
 * @param background where plugins do work that may block, one task at a time and in order; empty
 *     for a daemon thread of the session's own
 * @param fetchPieceBytes bytes per fetch call, a positive multiple of 2 MiB
 * @param profile how the session is recorded, by the plugin {@code profile} of spillway-advise;
 *     empty for not at all
 * @param hints a file of hints that {@code spillway advise} made, applied by the plugin of
 *     spillway-advise; empty for none
 * @param schedule a file that {@code spillway advise --schedule} made of an earlier run, by which
 *     the plugin of spillway-prefetch fetches ahead from the first lap on; empty for none
 */
public record SpillwayConfig(
    Optional<UnifiedMemoryDriver> driver,
    int deviceOrdinal,
    Optional<DeviceBudget> deviceBudget,
    Optional<DeviceShares> deviceShares,
    Optional<RedirectRule> redirectRule,
    Optional<HostMemoryGuard> hostMemoryGuard,
    AllocationTracking tracking,
    Optional<List<SessionPlugin>> plugins,
    Optional<Executor> background,
    long fetchPieceBytes,
    Optional<ProfileSettings> profile,
    Optional<Path> hints,
    Optional<Path> schedule) {

  /** All defaults. */
  public static SpillwayConfig standard() {
    return builder().build();
  }

  /** Starts from all defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings. Not thread-safe. */
  public static final class Builder {
    private Optional<UnifiedMemoryDriver> driver = Optional.empty();
    private int deviceOrdinal;
    private Optional<DeviceBudget> deviceBudget = Optional.empty();
    private Optional<DeviceShares> deviceShares = Optional.empty();
    private Optional<RedirectRule> redirectRule = Optional.empty();
    private Optional<HostMemoryGuard> hostMemoryGuard = Optional.empty();
    private AllocationTracking tracking = AllocationTracking.CALL_SITE;
    private Optional<List<SessionPlugin>> plugins = Optional.empty();
    private Optional<Executor> background = Optional.empty();
    private long fetchPieceBytes = PlanApplier.DEFAULT_PIECE_BYTES;
    private Optional<ProfileSettings> profile = Optional.empty();
    private Optional<Path> hints = Optional.empty();
    private Optional<Path> schedule = Optional.empty();

    private Builder() {}

    /** Uses {@code value}, which the session will not close. */
    public Builder driver(UnifiedMemoryDriver value) {
      driver = Optional.of(value);
      return this;
    }

    /** Uses libcuda on the device with this CUDA ordinal. */
    public Builder deviceOrdinal(int value) {
      deviceOrdinal = value;
      return this;
    }

    /**
     * The most managed memory to keep resident, as {@code 75%} of the device or {@code 4 GiB}.
     *
     * @throws IllegalArgumentException if {@code text} is neither
     */
    public Builder deviceBudget(String text) {
      return deviceBudget(DeviceBudget.parse(text));
    }

    /** The most managed memory to keep resident. */
    public Builder deviceBudget(DeviceBudget value) {
      deviceBudget = Optional.of(value);
      return this;
    }

    /**
     * The budgets of all sessions that name the same shares add up to at most their total. A
     * session that names no budget takes {@link DeviceBudget#STANDARD}, or what is left.
     */
    public Builder deviceShares(DeviceShares value) {
      deviceShares = Optional.of(value);
      return this;
    }

    /** Decides what is redirected, instead of the standard rule. */
    public Builder redirectRule(RedirectRule value) {
      redirectRule = Optional.of(value);
      return this;
    }

    /** Promises host memory, with a reserve of its own choosing. */
    public Builder hostMemoryGuard(HostMemoryGuard value) {
      hostMemoryGuard = Optional.of(value);
      return this;
    }

    /**
     * Records where allocations come from. What is still allocated at close is always logged; with
     * {@link AllocationTracking#STACK} together with the stack that allocated it.
     */
    public Builder tracking(AllocationTracking value) {
      tracking = value;
      return this;
    }

    /** Exactly these plugins take part, instead of those on the class path. */
    public Builder plugins(List<SessionPlugin> value) {
      plugins = Optional.of(List.copyOf(value));
      return this;
    }

    /** Where plugins do blocking work, one task at a time and in order. */
    public Builder background(Executor value) {
      background = Optional.of(value);
      return this;
    }

    /** Bytes per fetch call, a positive multiple of 2 MiB. */
    public Builder fetchPieceBytes(long value) {
      fetchPieceBytes = value;
      return this;
    }

    /** Records the session into {@code file}, which spillway-advise turns into hints. */
    public Builder profile(Path file) {
      return profile(ProfileSettings.to(file));
    }

    /** Records the session. */
    public Builder profile(ProfileSettings value) {
      profile = Optional.of(value);
      return this;
    }

    /**
     * Applies the hints in {@code file}, which {@code spillway advise} made of a recording. Needs
     * spillway-advise on the class path. If the file cannot be read, that is logged once, and the
     * session goes on without hints.
     */
    public Builder hints(Path file) {
      hints = Optional.of(file);
      return this;
    }

    /**
     * Predicts launches from those in {@code file}, which {@code spillway advise --schedule} made
     * of a recording. Needs spillway-prefetch on the class path, whose plugin {@code profiled} then
     * takes the place of the usual mover. If the file cannot be read, that is logged once, and
     * launches are predicted without it.
     */
    public Builder schedule(Path file) {
      schedule = Optional.of(file);
      return this;
    }

    /** The configuration. */
    public SpillwayConfig build() {
      return new SpillwayConfig(
          driver,
          deviceOrdinal,
          deviceBudget,
          deviceShares,
          redirectRule,
          hostMemoryGuard,
          tracking,
          plugins,
          background,
          fetchPieceBytes,
          profile,
          hints,
          schedule);
    }
  }
}
