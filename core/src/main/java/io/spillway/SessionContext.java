package io.spillway;

import io.spillway.allocate.Ledger;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.PlanApplier;
import java.util.concurrent.Executor;

/**
 * What a plugin works with.
 *
 * @param driver for streams, events and device facts; hints go through {@code applier}
 * @param ledger the live allocations
 * @param applier applies plans
 * @param budgetBytes the most managed bytes to keep resident on the device
 * @param background where work that may block runs, one task at a time in order
 */
public record SessionContext(
    UnifiedMemoryDriver driver,
    Ledger ledger,
    PlanApplier applier,
    long budgetBytes,
    Executor background) {}
