package io.spillway.samples.writing;

import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Layers;
import java.util.function.Consumer;

/** All layers in plain device memory, ignoring the budget. */
final class ResidentStore implements Store {

  private final UnifiedMemoryDriver driver;
  private final AddressRange all;
  private final long layerBytes;

  ResidentStore(UnifiedMemoryDriver driver, Layers layers) {
    this.driver = driver;
    this.all = driver.allocateDevice(layers.bytes());
    this.layerBytes = layers.layerBytes();
  }

  @Override
  public void write(int layer, Consumer<AddressRange> launch) {
    launch.accept(all.slice(layer * layerBytes, layerBytes));
  }

  @Override
  public void read(int layer, Consumer<AddressRange> launch) {
    write(layer, launch);
  }

  @Override
  public String remark() {
    return "";
  }

  @Override
  public void close() {
    driver.free(all);
  }
}
