package io.spillway.driver;

import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The seam: one GPU's unified memory, as the CUDA driver offers it.
 *
 * <p>Each method is one driver call (or the shortest sequence that stands for one) on one device.
 * Implementations are safe for use by any thread, bring the device's context with them and leave
 * the calling thread's current context as they found it.
 *
 * <p><b>Errors.</b> A call the driver refuses throws {@link DriverException} with the call's name,
 * status, address and size, and changes nothing. A call whose {@link Capability} is missing throws
 * one with {@link CudaStatus#NOT_SUPPORTED}. Sizes of zero or less are refused with {@link
 * CudaStatus#INVALID_VALUE}, as CUDA does.
 *
 * <p><b>Asynchrony.</b> Methods taking a stream are ordered in it like any other work and may
 * return before they took effect; but the driver may do much of their work on the calling thread
 * (moving up to 128 MiB, it does nearly all of it there: measured on an H200).
 */
public interface UnifiedMemoryDriver extends AutoCloseable {

  /** What the device and driver say of themselves; read once, at opening. */
  DeviceInfo device();

  /** What the driver can do; read once, at opening. */
  Capabilities capabilities();

  /** The clock in which this driver's work takes time. */
  NanoClock clock();

  /** Free and total device memory now ({@code cuMemGetInfo}). */
  MemoryInfo memoryInfo();

  /**
   * Plain device memory ({@code cuMemAlloc}), which never leaves the device.
   *
   * @throws OutOfDeviceMemoryException if the device has not enough left
   */
  AddressRange allocateDevice(long bytes);

  /**
   * Managed memory ({@code cuMemAllocManaged}, attached globally), zeroed when first touched.
   *
   * <p>Succeeds beyond the device's and even the host's memory; guard the host before calling.
   */
  AddressRange allocateManaged(long bytes);

  /**
   * Pinned host memory that the device reads in place ({@code cuMemHostAlloc}, portable and
   * mapped).
   */
  AddressRange allocatePinned(long bytes);

  /**
   * Frees memory of any of the three kinds. Waits for the device to finish using it, as CUDA does.
   *
   * @param range exactly what the allocation returned
   */
  void free(AddressRange range);

  /**
   * The host's view of managed or pinned memory, valid until it is freed.
   *
   * @return a segment of exactly {@code range.bytes()} bytes, of global scope
   */
  MemorySegment hostView(AddressRange range);

  /**
   * Advises on managed memory.
   *
   * @param range inside one or several managed allocations
   * @param location who or where; {@link Advice#SET_READ_MOSTLY} and the unset of it and of the
   *     preferred location ignore it
   */
  void advise(AddressRange range, Advice advice, Location location);

  /** Moves managed memory to {@code target}, or copies it there where it is read-mostly. */
  void prefetch(AddressRange range, Location target, StreamHandle stream);

  /**
   * {@link #prefetch} of several ranges in one call; needs {@link Capability#PREFETCH_BATCH}.
   *
   * @param stream a created one: the driver refuses batches in the legacy default stream (cuda.h
   *     13.0: "Must not be legacy NULL stream")
   */
  void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream);

  /**
   * Declares contents dead: until next written, reads give anything, and moving them copies
   * nothing. Needs {@link Capability#DISCARD}.
   *
   * @param stream a created one, as for {@link #prefetchBatch}
   */
  void discard(List<AddressRange> ranges, StreamHandle stream);

  /**
   * {@link #discard}, then {@link #prefetchBatch} without copying; needs {@link
   * Capability#DISCARD_AND_PREFETCH}.
   *
   * @param stream a created one, as for {@link #prefetchBatch}
   */
  void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream);

  /** What the driver holds of a managed range; needs {@link Capability#RANGE_ATTRIBUTES}. */
  RangeAttributes attributes(AddressRange range);

  /** Copies between any two kinds of memory ({@code cuMemcpyAsync}, by unified address). */
  void copy(AddressRange destination, long sourceAddress, StreamHandle stream);

  /** Sets every byte ({@code cuMemsetD8Async}). */
  void fill(AddressRange range, byte value, StreamHandle stream);

  /** A new stream that does not synchronise with the default one. */
  StreamHandle createStream();

  /** Destroys a stream; work already in it still completes. */
  void destroyStream(StreamHandle stream);

  /**
   * Whether work given to {@code stream} now is recorded into a graph instead of done, so that
   * nothing of ours may enter it. Where the driver's answer is an error, it is taken to be.
   */
  default boolean capturing(StreamHandle stream) {
    return false; // for drivers without graphs
  }

  /**
   * Says which captures the calling thread's further calls have regard for ({@code
   * cuThreadExchangeStreamCaptureMode}). In mode {@link CaptureMode#GLOBAL} a call of a thread that
   * has nothing to do with a capture can end it in an error.
   *
   * @return the mode until now; {@link CaptureMode#GLOBAL} always, and nothing changes, where the
   *     driver has no such call (before CUDA 10.1)
   */
  CaptureMode exchangeCaptureMode(CaptureMode mode);

  /** Waits until everything in {@code stream} is done. */
  void synchronize(StreamHandle stream);

  /** A new event that takes no timing, the cheapest kind to record and wait for. */
  EventHandle createEvent();

  /**
   * A new event that takes the device's time when it is reached; dearer to record than a plain one.
   *
   * @throws DriverException with {@link CudaStatus#NOT_SUPPORTED} where the driver takes no time
   */
  EventHandle createTimingEvent();

  /**
   * Nanoseconds of device time from {@code start} to {@code end}, to about half a microsecond.
   *
   * @throws DriverException if either is no timing event or was never recorded ({@link
   *     CudaStatus#INVALID_HANDLE}), or has not been reached ({@link CudaStatus#NOT_READY})
   */
  long nanosBetween(EventHandle start, EventHandle end);

  /** Destroys an event. */
  void destroyEvent(EventHandle event);

  /** Marks the work now in {@code stream} with {@code event}. */
  void record(EventHandle event, StreamHandle stream);

  /** Makes later work in {@code stream} wait for {@code event}, on the device. */
  void streamWait(StreamHandle stream, EventHandle event);

  /** Whether the work {@code event} marks is done. An event never recorded counts as done. */
  boolean isComplete(EventHandle event);

  /** Waits on the calling thread until the work {@code event} marks is done. */
  void await(EventHandle event);

  /**
   * The same device and memory, by calls that no call of this driver waits for: for a thread that
   * moves data beside threads that launch. Advises, moves, and has streams and events of its own;
   * streams of either side may wait for events of the other. Allocates nothing. To be closed before
   * this driver, and after what it made is destroyed.
   *
   * @throws DriverException if the device has no room for it
   */
  default UnifiedMemoryDriver openSibling() {
    return SiblingDriver.of(this); // for drivers whose calls do not wait for each other
  }

  /**
   * Whether this is a {@linkplain #openSibling sibling} with a context of its own, so that its
   * calls neither wait for those of others nor hold them up, made by other threads meanwhile.
   */
  default boolean ownsContext() {
    return false;
  }

  /**
   * A new thread for calls that go on beside those of the thread that hands them over, where time
   * is virtual: it runs each task at once, in the caller's place, and has the calls in it take that
   * thread's time. Empty where calls take real time: it then has to be a real thread.
   */
  default Optional<Executor> virtualThread(String name) {
    return Optional.empty(); // for drivers of a real device
  }

  /**
   * Releases the driver's own resources; memory not freed stays allocated until the process ends.
   */
  @Override
  void close();
}
