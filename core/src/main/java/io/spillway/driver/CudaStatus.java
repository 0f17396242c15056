package io.spillway.driver;

/**
 * A {@code CUresult}: its number and the name cuda.h gives it.
 *
 * <p>Only the codes Spillway itself distinguishes are constants; every other one arrives with the
 * name the driver reports.
 *
 * @param code the number
 * @param name such as {@code CUDA_ERROR_OUT_OF_MEMORY}
 */
public record CudaStatus(int code, String name) {
  /** An argument is outside what the call takes. */
  public static final CudaStatus INVALID_VALUE = new CudaStatus(1, "CUDA_ERROR_INVALID_VALUE");

  /** The device has not enough memory left. */
  public static final CudaStatus OUT_OF_MEMORY = new CudaStatus(2, "CUDA_ERROR_OUT_OF_MEMORY");

  /** The driver is shutting down with the process. */
  public static final CudaStatus DEINITIALIZED = new CudaStatus(4, "CUDA_ERROR_DEINITIALIZED");

  /** No such device. */
  public static final CudaStatus INVALID_DEVICE = new CudaStatus(101, "CUDA_ERROR_INVALID_DEVICE");

  /** No context, or a destroyed one. */
  public static final CudaStatus INVALID_CONTEXT =
      new CudaStatus(201, "CUDA_ERROR_INVALID_CONTEXT");

  /** A stream or event handle that is none. */
  public static final CudaStatus INVALID_HANDLE = new CudaStatus(400, "CUDA_ERROR_INVALID_HANDLE");

  /** Asked for what is not finished yet. */
  public static final CudaStatus NOT_READY = new CudaStatus(600, "CUDA_ERROR_NOT_READY");

  /** The context that something belongs to has been destroyed. */
  public static final CudaStatus CONTEXT_IS_DESTROYED =
      new CudaStatus(709, "CUDA_ERROR_CONTEXT_IS_DESTROYED");

  /** The driver or device has no such function. */
  public static final CudaStatus NOT_SUPPORTED = new CudaStatus(801, "CUDA_ERROR_NOT_SUPPORTED");

  @Override
  public String toString() {
    return name + " (" + code + ")";
  }
}
