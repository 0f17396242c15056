package io.spillway.driver;

/**
 * A CUDA event.
 *
 * @param value the driver's {@code CUevent}
 */
public record EventHandle(long value) {}
