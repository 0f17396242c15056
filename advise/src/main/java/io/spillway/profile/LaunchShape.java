package io.spillway.profile;

import java.util.List;

/**
 * One launch of a lap: all launches of a site that touch the same, to the block.
 *
 * @param site index in {@link Profile#sites}
 * @param ordinal the ordinal of the last such launch
 * @param accesses what it touches, as the last such launch did, in the order told
 * @param launches how many such launches there were in the whole recording
 * @param meanNanos how long they ran on the device in the mean, all kernels of one together, faults
 *     included; 0 if not told
 * @param meanStallNanos time in which device faults were served for one of them in the mean
 */
public record LaunchShape(
    int site,
    int ordinal,
    List<ScheduledAccess> accesses,
    long launches,
    double meanNanos,
    double meanStallNanos) {

  /** Copies the list. */
  public LaunchShape {
    accesses = List.copyOf(accesses);
  }
}
