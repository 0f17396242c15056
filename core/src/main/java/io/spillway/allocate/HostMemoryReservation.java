package io.spillway.allocate;

/**
 * Host memory promised to one allocation, until released. Safe for use by any thread; releasing
 * twice does nothing.
 */
public final class HostMemoryReservation implements AutoCloseable {

  private final HostMemoryGuard guard;
  private final long bytes;
  private final String label;
  private boolean released;
  private long settledBytes;

  HostMemoryReservation(HostMemoryGuard guard, long bytes, String label) {
    this.guard = guard;
    this.bytes = bytes;
    this.label = label;
  }

  /** What was promised, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** What it was promised for, empty if unnamed. */
  public String label() {
    return label;
  }

  /**
   * Says how much of the promise is in use in the machine's own figures by now, so that it need not
   * be subtracted a second time. Only for pages that were written on the host: the driver keeps
   * those until the memory is freed.
   *
   * @param bytesInUse from 0 to {@link #bytes}; replaces what was said before
   */
  public void settle(long bytesInUse) {
    if (bytesInUse < 0 || bytesInUse > bytes) {
      throw new IllegalArgumentException(
          "%d bytes in use: must be from 0 to the %d promised".formatted(bytesInUse, bytes));
    }
    synchronized (this) {
      if (!released) {
        guard.settle(bytesInUse - settledBytes);
        settledBytes = bytesInUse;
      }
    }
  }

  /** {@link #settle}, unless more is settled already. */
  void settleAtLeast(long bytesInUse) {
    synchronized (this) {
      if (bytesInUse > settledBytes) {
        settle(bytesInUse);
      }
    }
  }

  /** Ends the promise. */
  public void release() {
    synchronized (this) {
      if (!released) {
        released = true;
        guard.release(bytes, settledBytes);
      }
    }
  }

  @Override
  public void close() {
    release();
  }
}
