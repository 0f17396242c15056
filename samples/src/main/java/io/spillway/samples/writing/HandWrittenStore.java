package io.spillway.samples.writing;

import io.spillway.allocate.HostMemoryReservation;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What one writes by hand: some layers kept on the device, the others through a ring of buffers,
 * copied to pinned host memory behind the launch that writes them and back ahead of the one that
 * reads them.
 */
final class HandWrittenStore implements Store {

  private final UnifiedMemoryDriver driver;
  private final StreamHandle stream;
  private final StreamHandle copies;
  private final long layerBytes;
  private final AddressRange pinned;
  private final List<AddressRange> kept = new ArrayList<>();
  private final List<Slot> ring = new ArrayList<>();
  private int nextSlot;

  /**
   * A buffer of the ring.
   *
   * @param ready what has to be in it is
   * @param free it can be used for another layer
   */
  private record Slot(AddressRange buffer, EventHandle ready, EventHandle free) {}

  HandWrittenStore(Machine machine, StreamHandle stream, WritingJob job) {
    this.driver = machine.driver();
    this.stream = stream;
    this.copies = driver.createStream();
    this.layerBytes = job.layers().layerBytes();
    long keptLayers =
        Math.min(job.layers().count(), job.layers().budgetBytes() / layerBytes - WritingJob.RING);
    long passing = Math.max(1, job.layers().count() - keptLayers) * layerBytes;
    try (HostMemoryReservation _ = machine.hostMemory().reserve(passing, "pinned activations")) {
      this.pinned = driver.allocatePinned(passing);
    }
    for (int layer = 0; layer < keptLayers; layer++) {
      kept.add(driver.allocateDevice(layerBytes));
    }
    for (int i = 0; i < WritingJob.RING; i++) {
      ring.add(
          new Slot(driver.allocateDevice(layerBytes), driver.createEvent(), driver.createEvent()));
    }
  }

  private Slot next() {
    Slot slot = ring.get(nextSlot);
    nextSlot = (nextSlot + 1) % ring.size();
    return slot;
  }

  private AddressRange onHost(int layer) {
    return pinned.slice((layer - kept.size()) * layerBytes, layerBytes);
  }

  @Override
  public void write(int layer, Consumer<AddressRange> launch) {
    if (layer < kept.size()) {
      launch.accept(kept.get(layer));
      return;
    }
    Slot slot = next();
    driver.streamWait(stream, slot.free());
    launch.accept(slot.buffer());
    driver.record(slot.ready(), stream);
    driver.streamWait(copies, slot.ready());
    driver.copy(onHost(layer), slot.buffer().address(), copies);
    driver.record(slot.free(), copies);
  }

  @Override
  public void read(int layer, Consumer<AddressRange> launch) {
    if (layer < kept.size()) {
      launch.accept(kept.get(layer));
      return;
    }
    Slot slot = next();
    driver.streamWait(copies, slot.free());
    driver.copy(slot.buffer(), onHost(layer).address(), copies);
    driver.record(slot.ready(), copies);
    driver.streamWait(stream, slot.ready());
    launch.accept(slot.buffer());
    driver.record(slot.free(), stream);
  }

  @Override
  public String remark() {
    return "%d layers kept, a ring of %d".formatted(kept.size(), ring.size());
  }

  @Override
  public void close() {
    driver.synchronize(copies);
    driver.synchronize(stream);
    for (Slot slot : ring) {
      driver.destroyEvent(slot.ready());
      driver.destroyEvent(slot.free());
      driver.free(slot.buffer());
    }
    kept.forEach(driver::free);
    driver.destroyStream(copies);
    driver.free(pinned);
  }
}
