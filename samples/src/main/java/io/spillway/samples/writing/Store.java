package io.spillway.samples.writing;

import io.spillway.range.AddressRange;
import java.util.function.Consumer;

/** A way to have room for each layer's activations when they are written, and them when read. */
interface Store extends AutoCloseable {

  /** Issues the launch that writes a layer; {@code launch} takes where. */
  void write(int layer, Consumer<AddressRange> launch);

  /** Issues the launch that reads a layer; {@code launch} takes where. */
  void read(int layer, Consumer<AddressRange> launch);

  /** What it says of itself afterwards, in a few words. */
  String remark();

  @Override
  void close();
}
