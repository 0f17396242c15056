package io.spillway.profile;

import io.spillway.access.AccessKind;

/**
 * One range that a launch of a lap touches.
 *
 * @param allocation index in {@link Profile#allocations}
 * @param offset where in the allocation, in bytes
 * @param bytes how much
 * @param kind how
 */
public record ScheduledAccess(int allocation, long offset, long bytes, AccessKind kind) {}
