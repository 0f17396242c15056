package io.spillway.driver;

/**
 * {@code cuMemGetInfo}. Managed pages that left the device do <em>not</em> show up as free: the
 * driver keeps their chunks (measured on an H200, driver 580).
 *
 * @param freeBytes what the driver would still give out
 * @param totalBytes the device's memory
 */
public record MemoryInfo(long freeBytes, long totalBytes) {}
