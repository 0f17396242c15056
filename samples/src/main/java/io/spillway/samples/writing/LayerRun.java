package io.spillway.samples.writing;

import io.spillway.driver.NanoClock;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Lanes;
import io.spillway.samples.device.Machine;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

/** Writes and reads layers that a store has, and sums up what was read. */
final class LayerRun implements AutoCloseable {

  private final Machine machine;
  private final UnifiedMemoryDriver driver;
  private final StreamHandle stream;
  private final AddressRange sums;
  private final AddressRange activations;
  private final Store store;

  LayerRun(Machine machine, Function<StreamHandle, Store> store) {
    this.machine = machine;
    this.driver = machine.driver();
    this.stream = driver.createStream();
    this.sums = driver.allocateDevice(Lanes.BYTES);
    this.activations = driver.allocateDevice(Lanes.BYTES);
    driver.fill(sums, (byte) 0, stream);
    driver.fill(activations, (byte) 0, stream);
    this.store = store.apply(stream);
  }

  /** Fills a layer. */
  void write(int layer, long value) {
    write(layer, value, 0);
  }

  /** Fills a layer with a value, mixed in so many rounds. */
  void write(int layer, long value, int rounds) {
    store.write(
        layer,
        where -> {
          if (rounds == 0) {
            machine.writeWords(where, value, stream);
          } else {
            machine.writeMixed(where, value, rounds, stream);
          }
        });
  }

  /** Reads a layer, and adds it to what was read before. */
  void read(int layer) {
    read(layer, 0);
  }

  /** Reads a layer, and adds it, mixed in so many rounds, to what was read before. */
  void read(int layer, int rounds) {
    store.read(
        layer,
        where -> {
          if (rounds == 0) {
            machine.layerSums(where, 1, sums, stream);
          } else {
            machine.mixedSums(where, rounds, sums, stream);
          }
          machine.layerActivate(sums, activations, layer, stream);
        });
  }

  /** The time when everything so far is done. */
  long nanoTime() {
    driver.synchronize(stream);
    NanoClock clock = driver.clock();
    return clock.nanoTime();
  }

  /** What {@link Store#remark} says. */
  String remark() {
    return store.remark();
  }

  /** What came of all that was read, lane by lane. */
  long[] activations() {
    AddressRange onHost = driver.allocatePinned(Lanes.BYTES);
    try {
      driver.copy(onHost, activations.address(), stream);
      driver.synchronize(stream);
      return driver.hostView(onHost).toArray(ValueLayout.JAVA_LONG);
    } finally {
      driver.free(onHost);
    }
  }

  @Override
  public void close() {
    store.close();
    driver.free(activations);
    driver.free(sums);
    driver.destroyStream(stream);
  }
}
