package io.spillway.driver.panama;

import io.spillway.driver.ContextScope;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A device's primary context, one of its others that somebody else made, or one made here; and how
 * a thread enters it. Safe for use by any thread.
 */
final class CudaContext implements AutoCloseable {

  /** {@code CU_CTX_SCHED_AUTO}, cuda.h 13.0. */
  private static final int CU_CTX_SCHED_AUTO = 0x0;

  /** What closing does. */
  private enum Ending {
    RELEASE_PRIMARY,
    DESTROY,
    NONE
  }

  private final CudaDevices devices;
  private final ContextFunctions functions;
  private final int device;
  private final long handle;
  private final Ending ending;
  private final ContextScope keep = () -> {};
  private final ContextScope pop = this::pop;
  private final ContextScope popAfterRelease = this::popAfterRelease;
  private final AtomicBoolean saidPopFailed = new AtomicBoolean();
  private volatile boolean closed;

  private CudaContext(CudaDevices devices, int device, long handle, Ending ending) {
    this.devices = devices;
    this.functions = devices.contexts();
    this.device = device;
    this.handle = handle;
    this.ending = ending;
  }

  /** The device's primary context, retained until this is closed. */
  static CudaContext primary(CudaDevices devices, int device) {
    CallScratch scratch = CallScratch.ofThread();
    devices.check(
        "cuDevicePrimaryCtxRetain",
        devices.contexts().devicePrimaryCtxRetain(scratch.first, device));
    return new CudaContext(devices, device, scratch.firstLong(), Ending.RELEASE_PRIMARY);
  }

  /**
   * The context current on the calling thread. The primary one is retained until this is closed:
   * whoever releases it meanwhile, no call is under way in a destroyed one. Any other stays its
   * owner's.
   *
   * @throws DriverException with {@link CudaStatus#INVALID_CONTEXT} if there is none
   */
  static CudaContext current(CudaDevices devices) {
    CallScratch scratch = CallScratch.ofThread();
    devices.check("cuCtxGetCurrent", devices.contexts().ctxGetCurrent(scratch.context));
    long handle = scratch.context.get(ValueLayout.JAVA_LONG, 0);
    if (handle == 0) {
      throw DriverException.of("cuCtxGetCurrent", CudaStatus.INVALID_CONTEXT, 0, 0);
    }
    devices.check("cuCtxGetDevice", devices.contexts().ctxGetDevice(scratch.first));
    int device = scratch.firstInt();
    if (hasPrimary(devices, device)) {
      CudaContext primary = primary(devices, device);
      if (primary.handle == handle) {
        return primary;
      }
      primary.close();
    }
    return new CudaContext(devices, device, handle, Ending.NONE);
  }

  /** Whether a device's primary context is there: to retain it would make it. */
  private static boolean hasPrimary(CudaDevices devices, int device) {
    CallScratch scratch = CallScratch.ofThread();
    devices.check(
        "cuDevicePrimaryCtxGetState",
        devices.contexts().devicePrimaryCtxGetState(device, scratch.first, scratch.second));
    return scratch.second.get(ValueLayout.JAVA_INT, 0) != 0;
  }

  /** A new context of the device, destroyed when this is closed; no thread is in it. */
  static CudaContext created(CudaDevices devices, int device) {
    CallScratch scratch = CallScratch.ofThread();
    devices.check(
        "cuCtxCreate", devices.contexts().ctxCreate(scratch.first, CU_CTX_SCHED_AUTO, device));
    CudaContext created = new CudaContext(devices, device, scratch.firstLong(), Ending.DESTROY);
    try {
      created.pop(); // creating it made it current
      return created;
    } catch (DriverException e) {
      created.close();
      throw e;
    }
  }

  /** The device's handle. */
  int device() {
    return device;
  }

  /** Makes it current on the calling thread until the scope is closed. */
  ContextScope enter() {
    return enter(pop);
  }

  /** The same, but where the context before cannot be restored, that is logged, not thrown. */
  ContextScope enterToRelease() {
    return enter(popAfterRelease);
  }

  private ContextScope enter(ContextScope leaving) {
    if (closed) {
      throw new IllegalStateException("driver for device " + device + " is closed");
    }
    MemorySegment current = CallScratch.ofThread().context;
    devices.check("cuCtxGetCurrent", functions.ctxGetCurrent(current));
    if (current.get(ValueLayout.JAVA_LONG, 0) == handle) {
      return keep;
    }
    devices.check("cuCtxPushCurrent", functions.ctxPushCurrent(handle));
    return leaving;
  }

  private void pop() {
    devices.check("cuCtxPopCurrent", functions.ctxPopCurrent(CallScratch.ofThread().context));
  }

  private void popAfterRelease() {
    try {
      pop();
    } catch (DriverException e) {
      if (saidPopFailed.compareAndSet(false, true)) {
        System.getLogger(PanamaDriver.class.getName())
            .log(
                Level.WARNING,
                "after a release the context of device {0} stayed current on the calling thread:"
                    + " {1}",
                device,
                e.getMessage());
      }
    }
  }

  /** Gives it back, if it is to be given back. Closing again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    switch (ending) {
      case RELEASE_PRIMARY -> releasePrimary();
      case DESTROY -> devices.check("cuCtxDestroy", functions.ctxDestroy(handle));
      case NONE -> {}
    }
  }

  /** Who resets a primary context gives back what all have retained. */
  private void releasePrimary() {
    int status = functions.devicePrimaryCtxRelease(device);
    if (status != CudaStatus.INVALID_CONTEXT.code()) {
      devices.check("cuDevicePrimaryCtxRelease", status);
    }
  }
}
