package io.spillway.profile.cupti;

/** One thing that CUPTI saw. Times are CUPTI's clock in nanoseconds. */
public sealed interface Activity permits CallActivity, KernelActivity, MemoryActivity {}
