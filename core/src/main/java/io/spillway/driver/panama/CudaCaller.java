package io.spillway.driver.panama;

import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.StreamHandle;

/**
 * What the calling thread has current, as the driver sees it: for code that other programs' CUDA
 * calls pass through. Safe for use by any thread.
 */
public final class CudaCaller {

  /** {@link #device} of a thread without a context. */
  public static final int NO_DEVICE = -1;

  private final Libcuda cuda;
  private final int deviceCount;

  private CudaCaller(Libcuda cuda, int deviceCount) {
    this.cuda = cuda;
    this.deviceCount = deviceCount;
  }

  /**
   * Loads and starts the driver.
   *
   * @throws DriverUnavailableException if there is no usable driver or no device; the message says
   *     what to do
   * @throws DriverException if it does not say how many devices there are
   */
  public static CudaCaller start() {
    CudaLibrary library = CudaLibrary.load();
    Libcuda cuda = new Libcuda(library);
    return new CudaCaller(cuda, CudaDevices.start(cuda).count());
  }

  /**
   * Links the calls that go with launches and moves, which takes 5 ms each in a JVM that has just
   * started, without calling any: so that no launch waits for it.
   */
  public static void linkCallsOfMoves() {
    CallShapes.linkThoseOfMoves();
  }

  /** How many devices the process may use. */
  public int deviceCount() {
    return deviceCount;
  }

  /** The ordinal of the device whose context is current, {@link #NO_DEVICE} if none is. */
  public int device() {
    CallScratch scratch = CallScratch.ofThread();
    return cuda.contexts().ctxGetDevice(scratch.first) == Libcuda.SUCCESS
        ? scratch.firstInt()
        : NO_DEVICE;
  }

  /**
   * Whether work given to {@code stream} now is recorded into a graph instead of done. Where the
   * driver does not say, it is taken to be: then nothing of ours may enter it.
   */
  public boolean capturing(StreamHandle stream) {
    if (!cuda.streams().hasStreamCapture()) {
      return false;
    }
    CallScratch scratch = CallScratch.ofThread();
    return cuda.streams().streamIsCapturing(stream.value(), scratch.first) != Libcuda.SUCCESS
        || scratch.firstInt() != 0;
  }
}
