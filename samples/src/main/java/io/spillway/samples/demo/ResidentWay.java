package io.spillway.samples.demo;

import io.spillway.range.AddressRange;
import io.spillway.samples.device.Traffic;
import java.util.function.Consumer;

/** All weights in plain device memory, ignoring the budget: what there is to gain at most. */
final class ResidentWay implements Way {

  private final Setting setting;
  private final AddressRange weights;

  ResidentWay(Setting setting) {
    this.setting = setting;
    this.weights = setting.driver().allocateDevice(setting.job().footprintBytes());
    setting.writeThroughPinned(setting.job().layers(), layer -> setting.layerOf(weights, layer));
  }

  @Override
  public void run(int layer, Consumer<AddressRange> launch) {
    launch.accept(setting.layerOf(weights, layer));
  }

  @Override
  public Traffic traffic() {
    return Traffic.NONE;
  }

  @Override
  public String trafficSource() {
    return "nothing moves";
  }

  @Override
  public void close() {
    setting.driver().free(weights);
  }
}
