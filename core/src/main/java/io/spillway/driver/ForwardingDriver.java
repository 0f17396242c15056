package io.spillway.driver;

import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Passes every call on to another driver: the base for drivers that change a few of them. */
public abstract class ForwardingDriver implements UnifiedMemoryDriver {

  private final UnifiedMemoryDriver upstream;

  /** Forwards to {@code upstream}, and closes it when closed. */
  protected ForwardingDriver(UnifiedMemoryDriver upstream) {
    this.upstream = upstream;
  }

  /** The driver calls are passed on to. */
  protected final UnifiedMemoryDriver upstream() {
    return upstream;
  }

  @Override
  public DeviceInfo device() {
    return upstream.device();
  }

  @Override
  public Capabilities capabilities() {
    return upstream.capabilities();
  }

  @Override
  public NanoClock clock() {
    return upstream.clock();
  }

  @Override
  public MemoryInfo memoryInfo() {
    return upstream.memoryInfo();
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    return upstream.allocateDevice(bytes);
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    return upstream.allocateManaged(bytes);
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    return upstream.allocatePinned(bytes);
  }

  @Override
  public void free(AddressRange range) {
    upstream.free(range);
  }

  @Override
  public MemorySegment hostView(AddressRange range) {
    return upstream.hostView(range);
  }

  @Override
  public void advise(AddressRange range, Advice advice, Location location) {
    upstream.advise(range, advice, location);
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    upstream.prefetch(range, target, stream);
  }

  @Override
  public void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    upstream.prefetchBatch(ranges, target, stream);
  }

  @Override
  public void discard(List<AddressRange> ranges, StreamHandle stream) {
    upstream.discard(ranges, stream);
  }

  @Override
  public void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    upstream.discardAndPrefetch(ranges, target, stream);
  }

  @Override
  public RangeAttributes attributes(AddressRange range) {
    return upstream.attributes(range);
  }

  @Override
  public void copy(AddressRange destination, long sourceAddress, StreamHandle stream) {
    upstream.copy(destination, sourceAddress, stream);
  }

  @Override
  public void fill(AddressRange range, byte value, StreamHandle stream) {
    upstream.fill(range, value, stream);
  }

  @Override
  public StreamHandle createStream() {
    return upstream.createStream();
  }

  @Override
  public void destroyStream(StreamHandle stream) {
    upstream.destroyStream(stream);
  }

  @Override
  public void synchronize(StreamHandle stream) {
    upstream.synchronize(stream);
  }

  @Override
  public EventHandle createEvent() {
    return upstream.createEvent();
  }

  @Override
  public EventHandle createTimingEvent() {
    return upstream.createTimingEvent();
  }

  @Override
  public long nanosBetween(EventHandle start, EventHandle end) {
    return upstream.nanosBetween(start, end);
  }

  @Override
  public void destroyEvent(EventHandle event) {
    upstream.destroyEvent(event);
  }

  @Override
  public void record(EventHandle event, StreamHandle stream) {
    upstream.record(event, stream);
  }

  @Override
  public void streamWait(StreamHandle stream, EventHandle event) {
    upstream.streamWait(stream, event);
  }

  @Override
  public boolean capturing(StreamHandle stream) {
    return upstream.capturing(stream);
  }

  @Override
  public CaptureMode exchangeCaptureMode(CaptureMode mode) {
    return upstream.exchangeCaptureMode(mode);
  }

  @Override
  public boolean isComplete(EventHandle event) {
    return upstream.isComplete(event);
  }

  @Override
  public void await(EventHandle event) {
    upstream.await(event);
  }

  @Override
  public UnifiedMemoryDriver openSibling() {
    return upstream.openSibling();
  }

  @Override
  public boolean ownsContext() {
    return upstream.ownsContext();
  }

  @Override
  public Optional<Executor> virtualThread(String name) {
    return upstream.virtualThread(name);
  }

  @Override
  public void close() {
    upstream.close();
  }
}
