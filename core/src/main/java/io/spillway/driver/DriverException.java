package io.spillway.driver;

import io.spillway.range.ByteSize;

/**
 * A CUDA call that failed: which call, with what status, on which address and size.
 *
 * <p>The seam throws it and nothing else for a failed call; nothing was changed by the call.
 */
public class DriverException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String call;
  private final int code;
  private final String statusName;
  private final long address;
  private final long bytes;

  /**
   * Describes a failure.
   *
   * @param call the CUDA function's name, such as {@code cuMemAdvise}
   * @param status what it returned
   * @param address the address it was about, 0 if none
   * @param bytes the size it was about, 0 if none
   */
  public DriverException(String call, CudaStatus status, long address, long bytes) {
    super(describe(call, status, address, bytes));
    this.call = call;
    this.code = status.code();
    this.statusName = status.name();
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * The exception for a failed call: {@link OutOfDeviceMemoryException} where that is what failed.
   */
  public static DriverException of(String call, CudaStatus status, long address, long bytes) {
    return status.code() == CudaStatus.OUT_OF_MEMORY.code()
        ? new OutOfDeviceMemoryException(call, address, bytes)
        : new DriverException(call, status, address, bytes);
  }

  private static String describe(String call, CudaStatus status, long address, long bytes) {
    StringBuilder text = new StringBuilder(call).append(" failed: ").append(status);
    if (address != 0) {
      text.append(", address 0x").append(Long.toHexString(address));
    }
    if (bytes != 0) {
      text.append(", size ").append(bytes).append(" (").append(ByteSize.format(bytes)).append(')');
    }
    return text.toString();
  }

  /** The CUDA function's name. */
  public String call() {
    return call;
  }

  /** What it returned. */
  public CudaStatus status() {
    return new CudaStatus(code, statusName);
  }

  /** The address it was about, 0 if none. */
  public long address() {
    return address;
  }

  /** The size in bytes it was about, 0 if none. */
  public long bytes() {
    return bytes;
  }
}
