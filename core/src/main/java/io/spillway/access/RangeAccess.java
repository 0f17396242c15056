package io.spillway.access;

import io.spillway.range.AddressRange;

/**
 * One range that a launch touches.
 *
 * @param range what is touched
 * @param kind how
 */
public record RangeAccess(AddressRange range, AccessKind kind) {}
