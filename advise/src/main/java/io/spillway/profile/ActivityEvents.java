package io.spillway.profile;

import io.spillway.profile.cupti.CallActivity;
import io.spillway.profile.cupti.KernelActivity;
import io.spillway.profile.cupti.MemoryActivity;
import java.util.concurrent.atomic.AtomicLong;

/** Writes what CUPTI saw as events, and counts them. Written by one thread, read by any. */
final class ActivityEvents {

  private final AtomicLong kernels = new AtomicLong();
  private final AtomicLong faults = new AtomicLong();
  private final AtomicLong transfers = new AtomicLong();
  private final AtomicLong contentions = new AtomicLong();
  private final AtomicLong betweenDevices = new AtomicLong();

  /**
   * How many events of each kind were written.
   *
   * @param kernels kernel runs
   * @param faults page faults of both processors
   * @param transfers in both directions
   * @param contentions thrashing, throttling and remote maps
   * @param betweenDevices transfers from one device to another, of which no event is written
   */
  record Counts(long kernels, long faults, long transfers, long contentions, long betweenDevices) {}

  Counts counts() {
    return new Counts(
        kernels.get(), faults.get(), transfers.get(), contentions.get(), betweenDevices.get());
  }

  void emit(Attributed attributed) {
    long sequence = attributed.sequence();
    switch (attributed.activity()) {
      case KernelActivity kernel -> {
        kernels.incrementAndGet();
        KernelEvent.emit(
            sequence,
            Integer.toUnsignedLong(kernel.correlation()),
            kernel.name(),
            kernel.startNanos(),
            kernel.endNanos(),
            Integer.toUnsignedLong(kernel.stream()));
      }
      case MemoryActivity memory -> emit(memory, sequence);
      case CallActivity _ -> {}
    }
  }

  private void emit(MemoryActivity activity, long sequence) {
    switch (activity.counter()) {
      case GPU_FAULT -> fault(Processor.GPU, activity, activity.value(), sequence);
      case CPU_FAULT -> fault(Processor.CPU, activity, 1, sequence);
      case TRANSFER_TO_DEVICE -> transfer(Direction.TO_DEVICE, activity, sequence);
      case TRANSFER_TO_HOST -> transfer(Direction.TO_HOST, activity, sequence);
      case THRASHING -> contention(ContentionKind.THRASHING, Processor.GPU, activity, sequence);
      case THROTTLING ->
          contention(ContentionKind.THROTTLING, of(activity.source()), activity, sequence);
      case REMOTE_MAP ->
          contention(ContentionKind.REMOTE_MAP, of(activity.destination()), activity, sequence);
      case TRANSFER_BETWEEN_DEVICES -> betweenDevices.incrementAndGet();
    }
  }

  private static Processor of(int device) {
    return device == MemoryActivity.HOST ? Processor.CPU : Processor.GPU;
  }

  private void fault(Processor processor, MemoryActivity fault, long pages, long sequence) {
    faults.incrementAndGet();
    FaultEvent.emit(
        processor,
        ActivityCodes.access(fault),
        fault.address(),
        pages,
        fault.startNanos(),
        fault.endNanos(),
        sequence);
  }

  private void transfer(Direction direction, MemoryActivity transfer, long sequence) {
    transfers.incrementAndGet();
    TransferEvent.emit(
        direction,
        ActivityCodes.cause(transfer),
        transfer.address(),
        transfer.value(),
        transfer.startNanos(),
        transfer.endNanos(),
        sequence);
  }

  private void contention(
      ContentionKind kind, Processor processor, MemoryActivity activity, long sequence) {
    contentions.incrementAndGet();
    // Throttling counts no bytes: its value is not defined by the header.
    long bytes = kind == ContentionKind.THROTTLING ? 0 : activity.value();
    ContentionEvent.emit(
        kind,
        processor,
        activity.address(),
        bytes,
        activity.startNanos(),
        activity.endNanos(),
        sequence);
  }
}
