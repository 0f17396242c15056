package io.spillway.samples.demo;

import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What one writes by hand: weights in pinned host memory, some layers kept on the device, the
 * others copied through a ring of buffers by a stream of their own, ahead of the launches.
 */
final class DoubleBufferedWay implements Way {

  private final Setting setting;
  private final UnifiedMemoryDriver driver;
  private final AddressRange pinned;
  private final List<AddressRange> kept = new ArrayList<>();
  private final List<Slot> ring = new ArrayList<>();
  private final StreamHandle copies;
  private int nextSlot;
  private long bytesIn;

  /**
   * A buffer of the ring.
   *
   * @param buffer holds one layer
   * @param filled its copy is done
   * @param used the launch that read it is done
   */
  private record Slot(AddressRange buffer, EventHandle filled, EventHandle used) {}

  /**
   * Fills the kept layers.
   *
   * @param keptLayers layers that stay on the device
   * @param ringLayers buffers for the others
   */
  DoubleBufferedWay(Setting setting, int keptLayers, int ringLayers) {
    this.setting = setting;
    this.driver = setting.driver();
    this.pinned = setting.allocatePinned(setting.job().footprintBytes());
    setting.write(pinned, setting.job().layers());
    this.copies = driver.createStream();
    long layerBytes = setting.job().layerBytes();
    for (int layer = 0; layer < keptLayers; layer++) {
      AddressRange place = driver.allocateDevice(layerBytes);
      kept.add(place);
      driver.copy(place, setting.layerOf(pinned, layer).address(), copies);
    }
    for (int i = 0; i < ringLayers; i++) {
      ring.add(
          new Slot(driver.allocateDevice(layerBytes), driver.createEvent(), driver.createEvent()));
    }
    driver.synchronize(copies);
  }

  @Override
  public void run(int layer, Consumer<AddressRange> launch) {
    if (layer < kept.size()) {
      launch.accept(kept.get(layer));
      return;
    }
    Slot slot = ring.get(nextSlot);
    nextSlot = (nextSlot + 1) % ring.size();
    driver.streamWait(copies, slot.used());
    driver.copy(slot.buffer(), setting.layerOf(pinned, layer).address(), copies);
    driver.record(slot.filled(), copies);
    bytesIn += slot.buffer().bytes();
    driver.streamWait(setting.stream(), slot.filled());
    launch.accept(slot.buffer());
    driver.record(slot.used(), setting.stream());
  }

  @Override
  public Traffic traffic() {
    return new Traffic(bytesIn, 0);
  }

  @Override
  public String trafficSource() {
    return "copies issued";
  }

  @Override
  public void close() {
    driver.synchronize(copies);
    driver.synchronize(setting.stream());
    for (Slot slot : ring) {
      driver.destroyEvent(slot.filled());
      driver.destroyEvent(slot.used());
      driver.free(slot.buffer());
    }
    kept.forEach(driver::free);
    driver.destroyStream(copies);
    driver.free(pinned);
  }
}
