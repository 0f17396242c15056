package io.spillway.samples.demo;

import io.spillway.range.AddressRange;
import io.spillway.samples.device.Traffic;
import java.util.function.Consumer;

/** A way to have each layer's weights at hand when it is computed: what the demo compares. */
interface Way extends AutoCloseable {

  /**
   * Issues one layer.
   *
   * @param launch takes where the layer's weights are and launches on them, in the run's stream
   */
  void run(int layer, Consumer<AddressRange> launch);

  /** Bytes this way moved, or made the driver move, so far. */
  Traffic traffic();

  /** Where {@link #traffic} has its figures from, in a few words. */
  String trafficSource();

  @Override
  void close();
}
