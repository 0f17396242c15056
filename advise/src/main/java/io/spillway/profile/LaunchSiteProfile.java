package io.spillway.profile;

/**
 * Where launches come from: a scope's label, or a function and the line that launches it.
 *
 * @param index its place in {@link Profile#sites}
 * @param label what identifies it across runs
 * @param function the kernel's name, empty if not told
 * @param kind how its launches became known
 * @param launches how many
 * @param run how long they ran on the device, as far as told
 * @param touchedBytes bytes inside the ranges they declared or were given
 * @param stallNanos time in which device faults were served for them; faults at once count once
 * @param gpuFaults device faults, in pages
 * @param bytesToDevice bytes that crossed the link to the device for them
 * @param bytesToHost bytes that crossed the link to the host for them
 */
public record LaunchSiteProfile(
    int index,
    String label,
    String function,
    LaunchKind kind,
    long launches,
    DurationSummary run,
    long touchedBytes,
    long stallNanos,
    long gpuFaults,
    long bytesToDevice,
    long bytesToHost) {}
