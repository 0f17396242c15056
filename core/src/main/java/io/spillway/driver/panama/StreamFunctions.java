package io.spillway.driver.panama;

import java.lang.foreign.MemorySegment;

/**
 * The driver's functions of streams, of the events recorded in them, and of their capture into
 * graphs. {@link Libcuda} says what they have in common.
 */
final class StreamFunctions {

  private final MemorySegment streamCreate;
  private final MemorySegment streamDestroy;
  private final MemorySegment streamSynchronize;
  private final MemorySegment streamWaitEvent;
  private final MemorySegment streamIsCapturing;
  private final MemorySegment threadExchangeStreamCaptureMode;
  private final MemorySegment eventCreate;
  private final MemorySegment eventDestroy;
  private final MemorySegment eventRecord;
  private final MemorySegment eventQuery;
  private final MemorySegment eventSynchronize;
  private final MemorySegment eventElapsedTime;

  StreamFunctions(CudaSymbols symbols) {
    streamCreate = symbols.required("cuStreamCreate");
    streamDestroy = symbols.required("cuStreamDestroy_v2");
    streamSynchronize = symbols.required("cuStreamSynchronize");
    streamWaitEvent = symbols.required("cuStreamWaitEvent");
    streamIsCapturing = symbols.exported("cuStreamIsCapturing");
    threadExchangeStreamCaptureMode =
        symbols.optional("cuThreadExchangeStreamCaptureMode", CudaSymbols.VERSION_CAPTURE_MODES);
    eventCreate = symbols.required("cuEventCreate");
    eventDestroy = symbols.required("cuEventDestroy_v2");
    eventRecord = symbols.required("cuEventRecord");
    eventQuery = symbols.required("cuEventQuery");
    eventSynchronize = symbols.required("cuEventSynchronize");
    eventElapsedTime = symbols.exported("cuEventElapsedTime");
  }

  boolean hasStreamCapture() {
    return CudaSymbols.found(streamIsCapturing);
  }

  boolean hasCaptureModes() {
    return CudaSymbols.found(threadExchangeStreamCaptureMode);
  }

  boolean hasTiming() {
    return CudaSymbols.found(eventElapsedTime);
  }

  int streamCreate(MemorySegment stream, int flags) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(streamCreate, stream, flags);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int streamDestroy(long stream) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(streamDestroy, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int streamSynchronize(long stream) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(streamSynchronize, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int streamWaitEvent(long stream, long event, int flags) {
    try {
      return (int) CallShapes.JJI.CALL.invokeExact(streamWaitEvent, stream, event, flags);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int streamIsCapturing(long stream, MemorySegment status) {
    try {
      return (int) CallShapes.JA.CALL.invokeExact(streamIsCapturing, stream, status);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int threadExchangeStreamCaptureMode(MemorySegment mode) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(threadExchangeStreamCaptureMode, mode);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int eventCreate(MemorySegment event, int flags) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(eventCreate, event, flags);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int eventDestroy(long event) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(eventDestroy, event);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int eventRecord(long event, long stream) {
    try {
      return (int) CallShapes.JJ.CALL.invokeExact(eventRecord, event, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int eventQuery(long event) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(eventQuery, event);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int eventSynchronize(long event) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(eventSynchronize, event);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int eventElapsedTime(MemorySegment millis, long start, long end) {
    try {
      return (int) CallShapes.AJJ.CALL.invokeExact(eventElapsedTime, millis, start, end);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }
}
