package io.spillway.profile;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Sums over a whole recording.
 *
 * @param events how many events were folded
 * @param launches launches, copies among them
 * @param kernels kernel runs
 * @param kernelNanos time that kernels ran, side by side each counted
 * @param faultNanos time in which device faults were served; faults at once count once
 * @param gpuFaults device faults, in pages
 * @param cpuFaults host faults, in pages
 * @param hints hints given: advice, moves and drops
 * @param hintsRefused those that the driver refused
 * @param unknownAddresses events whose address lies in no allocation that was told
 * @param unattributed device events whose launch is not told, or too long past to be known
 * @param lateEvents events that came so late that their order could not be restored
 * @param bytesToDevice bytes that crossed the link, by cause; every cause is there
 * @param bytesToHost likewise
 */
public record ProfileTotals(
    long events,
    long launches,
    long kernels,
    long kernelNanos,
    long faultNanos,
    long gpuFaults,
    long cpuFaults,
    long hints,
    long hintsRefused,
    long unknownAddresses,
    long unattributed,
    long lateEvents,
    Map<TransferCause, Long> bytesToDevice,
    Map<TransferCause, Long> bytesToHost) {

  /** Copies the maps. */
  public ProfileTotals {
    bytesToDevice = everyCause(bytesToDevice);
    bytesToHost = everyCause(bytesToHost);
  }

  private static Map<TransferCause, Long> everyCause(Map<TransferCause, Long> bytes) {
    Map<TransferCause, Long> all = new EnumMap<>(TransferCause.class);
    for (TransferCause cause : TransferCause.values()) {
      all.put(cause, bytes.getOrDefault(cause, 0L));
    }
    return Collections.unmodifiableMap(all);
  }

  /** Bytes that went {@code direction}, whatever the cause. */
  public long bytes(Direction direction) {
    Map<TransferCause, Long> bytes = direction == Direction.TO_DEVICE ? bytesToDevice : bytesToHost;
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }
}
