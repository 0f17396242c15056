package io.spillway.driver.jcuda;

import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import jcuda.runtime.cudaEvent_t;
import jcuda.runtime.cudaStream_t;

/**
 * JCuda's objects as the seam's numbers, and back where JCuda allows it, without reflection: what
 * JCuda keeps protected, a subclass may read.
 */
@SuppressWarnings("exports") // whoever calls this has JCuda already
public final class JcudaHandles {

  private JcudaHandles() {}

  /** The address that {@code pointer} stands for, its byte offset included; 0 for host buffers. */
  public static long address(Pointer pointer) {
    return new PointerView(pointer).address();
  }

  /** A pointer to {@code address}. */
  public static CUdeviceptr pointer(long address) {
    return new AddressPointer(address);
  }

  /** The stream's number. */
  public static StreamHandle stream(CUstream stream) {
    return new StreamHandle(new Stream(stream).value());
  }

  /** The event's number. */
  public static EventHandle event(CUevent event) {
    return new EventHandle(new Event(event).value());
  }

  /** Any pointer, opened for reading. */
  private static final class PointerView extends Pointer {
    PointerView(Pointer pointer) {
      super(pointer);
    }

    long address() {
      return getNativePointer() + getByteOffset();
    }
  }

  /** A pointer made of its address, kept as the offset from a null pointer. */
  private static final class AddressPointer extends CUdeviceptr {
    AddressPointer(long address) {
      super(new CUdeviceptr(), address);
    }
  }

  /** A stream that tells its number. */
  private static final class Stream extends CUstream {
    Stream(CUstream stream) {
      super(new cudaStream_t(stream));
    }

    long value() {
      return getNativePointer();
    }
  }

  /** An event that tells its number. */
  private static final class Event extends CUevent {
    Event(CUevent event) {
      super(new cudaEvent_t(event));
    }

    long value() {
      return getNativePointer();
    }
  }
}
