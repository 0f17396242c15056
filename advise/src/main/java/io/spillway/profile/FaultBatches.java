package io.spillway.profile;

import java.util.Arrays;

/**
 * Until when the fault batches of launches were served, by what they were for: what a transfer
 * brought, the batch that it was served in had asked for.
 *
 * <p>Batches come by when they began. So one that is still served when a transfer begins overlaps
 * it, and the latest end of each kind tells all that a list of them would.
 */
final class FaultBatches {

  private static final int WRITES = 0;
  private static final int READS = 1;
  private static final int OTHERS = 2;
  private static final int KINDS = 3;

  private final long[] servedUntil;

  /** Of so many launches, none of which had any. */
  FaultBatches(int launches) {
    servedUntil = new long[KINDS * launches];
    Arrays.fill(servedUntil, Long.MIN_VALUE);
  }

  /** A launch had none yet. */
  void clear(int launch) {
    Arrays.fill(servedUntil, KINDS * launch, KINDS * (launch + 1), Long.MIN_VALUE);
  }

  /** A launch had those that another has in {@code from}. */
  void copy(int launch, FaultBatches from, int other) {
    System.arraycopy(from.servedUntil, KINDS * other, servedUntil, KINDS * launch, KINDS);
  }

  /** A batch of a launch was served. */
  void served(int launch, FaultAccess access, long end) {
    int kind =
        switch (access) {
          case WRITE, ATOMIC -> WRITES;
          case READ -> READS;
          case PREFETCH, UNKNOWN -> OTHERS;
        };
    int at = KINDS * launch + kind;
    servedUntil[at] = Math.max(servedUntil[at], end);
  }

  /**
   * What a launch wanted of what a transfer that began at {@code start} brought it: to write it if
   * one of the batches that it may belong to writes, to read it if all of them read. It may belong
   * to those served after {@code start}, or if there is none to those served last.
   */
  FaultAccess served(int launch, long start) {
    int at = KINDS * launch;
    long writes = servedUntil[at + WRITES];
    long others = servedUntil[at + OTHERS];
    long last = Math.max(Math.max(writes, others), servedUntil[at + READS]);
    if (last == Long.MIN_VALUE) {
      return FaultAccess.UNKNOWN;
    }
    long least = last > start ? start + 1 : last;
    if (writes >= least) {
      return FaultAccess.WRITE;
    }
    return others >= least ? FaultAccess.UNKNOWN : FaultAccess.READ;
  }
}
