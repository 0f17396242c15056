package io.spillway.benchmarks.plan;

import io.spillway.allocate.DeviceBudget;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is asked of a plan.
 *
 * @param budget managed bytes on the device
 * @param hostBytes host memory that is free for the program; empty for what the card's preset takes
 *     for usual
 * @param cpu what is known of the CPU; empty if nothing
 */
public record PlanSettings(DeviceBudget budget, OptionalLong hostBytes, Optional<CpuFigure> cpu) {}
