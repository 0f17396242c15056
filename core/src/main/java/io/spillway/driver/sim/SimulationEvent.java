package io.spillway.driver.sim;

import io.spillway.driver.StreamHandle;

/**
 * One thing the simulated machine did, on the virtual clock: {@link SimulatedDriver#clock}.
 *
 * <p>Times are virtual nanoseconds. A {@code kernel} component is the {@link Kernel#ordinal} of the
 * kernel that caused the event, -1 if none did. Reads and writes in place, across the link, cause
 * no event beside {@link RemoteMap}; {@link SimulationCounters#zeroCopyBytes} counts them.
 */
public sealed interface SimulationEvent {

  /** When it began. */
  long startNanos();

  /** When it was over; not before {@link #startNanos}. */
  long endNanos();

  /** Who touched memory. */
  enum Processor {
    /** The GPU. */
    DEVICE,
    /** The CPU. */
    HOST
  }

  /** Which way bytes went. */
  enum Direction {
    /** Host to device. */
    TO_DEVICE,
    /** Device to host. */
    TO_HOST
  }

  /** Why bytes went. */
  enum Cause {
    /** An explicit prefetch. */
    PREFETCH,
    /** The pages that faulted. */
    FAULT,
    /** What the tree prefetcher added to the pages that faulted. */
    TREE_PREFETCH,
    /** The device was full. */
    EVICTION,
    /** An explicit copy; activity recorders tell of these apart from managed memory's transfers. */
    COPY
  }

  /** Why a copy on the device was given up without a transfer. */
  enum DropReason {
    /** Evicted while the host held a copy, as of read-mostly memory. */
    EVICTED_DUPLICATE,
    /** Evicted, or moved to the host, after its contents had been declared dead. */
    DISCARDED,
    /** Advice ended read-mostly, and the host's copy is the one to keep. */
    ADVICE,
    /** The host, or a copy to the host's side, wrote a read-mostly page. */
    HOST_WRITE
  }

  /**
   * Faults served together: those of one block in one batch, or of the host in one block.
   *
   * @param processor who faulted
   * @param kind what it wanted to do
   * @param address of the first page that faulted, in bytes
   * @param parts which 64 KiB parts of the 2 MiB block around {@code address} faulted: bit i is the
   *     i-th
   * @param pages pages of 4 KiB that faulted, each counted once
   * @param entries raw fault entries, duplicates of one page included
   * @param kernel the kernel that faulted, -1 for the host
   */
  record Fault(
      Processor processor,
      TouchKind kind,
      long address,
      int parts,
      int pages,
      int entries,
      long startNanos,
      long endNanos,
      long kernel)
      implements SimulationEvent {}

  /**
   * Bytes that crossed the link; of managed memory those of one block.
   *
   * @param direction which way
   * @param cause why
   * @param address of the first byte, in bytes: for copies, the end that is not the device's; what
   *     went of a block need not be contiguous
   * @param bytes how many
   * @param kernel the kernel that caused it, -1 if none did
   */
  record Transfer(
      Direction direction,
      Cause cause,
      long address,
      long bytes,
      long startNanos,
      long endNanos,
      long kernel)
      implements SimulationEvent {}

  /**
   * A kernel, a fill included.
   *
   * @param ordinal its number in order of launch, from 0
   * @param name the name it was launched by
   * @param stream the stream it was in
   * @param stallNanos how much longer it took than with all its data in device memory
   */
  record Kernel(
      long ordinal,
      String name,
      StreamHandle stream,
      long startNanos,
      long endNanos,
      long stallNanos)
      implements SimulationEvent {}

  /**
   * A copy on the device that was given up without a transfer.
   *
   * @param address of the first page, in bytes; what went of a block need not be contiguous
   * @param bytes how many
   * @param reason why
   * @param atNanos when
   * @param kernel the kernel that caused it, -1 if none did
   */
  record Drop(long address, long bytes, DropReason reason, long atNanos, long kernel)
      implements SimulationEvent {

    @Override
    public long startNanos() {
      return atNanos;
    }

    @Override
    public long endNanos() {
      return atNanos;
    }
  }

  /**
   * The device now maps host pages of one block, to access them in place.
   *
   * @param address of the first page, in bytes
   * @param bytes how many
   * @param atNanos when
   * @param kernel the kernel that caused it
   */
  record RemoteMap(long address, long bytes, long atNanos, long kernel) implements SimulationEvent {

    @Override
    public long startNanos() {
      return atNanos;
    }

    @Override
    public long endNanos() {
      return atNanos;
    }
  }
}
