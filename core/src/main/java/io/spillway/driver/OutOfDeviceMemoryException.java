package io.spillway.driver;

/** A CUDA call that failed for want of memory ({@code CUDA_ERROR_OUT_OF_MEMORY}). */
public final class OutOfDeviceMemoryException extends DriverException {

  private static final long serialVersionUID = 1L;

  /**
   * Describes a failure.
   *
   * @param call the CUDA function's name
   * @param address the address it was about, 0 if none
   * @param bytes the size that was asked for
   */
  public OutOfDeviceMemoryException(String call, long address, long bytes) {
    super(call, CudaStatus.OUT_OF_MEMORY, address, bytes);
  }
}
