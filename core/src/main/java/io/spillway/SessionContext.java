package io.spillway;

import io.spillway.allocate.Ledger;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.hint.PlanOutcome;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What a plugin works with.
 *
 * @param config how the session was set up; a plugin finds its own settings there
 * @param driver for streams, events and device facts; hints go through {@code applier}
 * @param ledger the live allocations
 * @param applier applies plans
 * @param residentLimitBytes the most managed bytes to keep resident on the device, now: the budget,
 *     less live plain memory where the budget was given, else at most what that leaves of the
 *     device
 * @param apply applies a plan in order with the work in the legacy default stream, and tells the
 *     other plugins, as {@link Spillway#apply} does
 * @param background where work that may block runs, one task at a time in order
 */
public record SessionContext(
    SpillwayConfig config,
    UnifiedMemoryDriver driver,
    Ledger ledger,
    PlanApplier applier,
    LongSupplier residentLimitBytes,
    Function<Plan, PlanOutcome> apply,
    Executor background) {}
