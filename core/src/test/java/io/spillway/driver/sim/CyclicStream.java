package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.EventHandle;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The cyclic weight stream of the measurements: 48 layers of 256 MiB, 4 GiB of them allowed on the
 * device, 20 reads per layer; the card itself is never full. Results are seconds per pass, once
 * warm.
 */
final class CyclicStream {

  static final int LAYERS = 48;
  static final long LAYER_BYTES = 256 * ByteSize.MIB;
  static final long PIECE_BYTES = 64 * ByteSize.MIB;
  static final int ALLOWED = 16;
  static final int READS = 20;

  private static final int PASSES = 3;
  private static final Location GPU = Location.device(0);

  private final SimulatedDriver driver = SimulatedDriver.open(GpuModel.h200());
  private final StreamHandle compute = driver.createStream();

  /** Seconds of the last of three passes. */
  private double lastPass(Runnable pass) {
    long start = 0;
    for (int i = 0; i < PASSES; i++) {
      driver.synchronize(compute);
      start = driver.clock().nanoTime();
      pass.run();
    }
    driver.synchronize(compute);
    return (driver.clock().nanoTime() - start) / 1e9;
  }

  private void read(AddressRange layer, int reads) {
    driver.launch(SimulatedKernel.of("layer", Access.read(layer, reads)), compute);
  }

  private static AddressRange layer(AddressRange weights, int layer) {
    return weights.slice(layer * LAYER_BYTES, LAYER_BYTES);
  }

  private AddressRange weights() {
    AddressRange weights = driver.allocateManaged(LAYERS * LAYER_BYTES);
    driver.hostTouch(weights, TouchKind.WRITE);
    return weights;
  }

  private AddressRange readMostlyWeights() {
    AddressRange weights = weights();
    driver.advise(weights, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(weights, Advice.SET_READ_MOSTLY, GPU);
    return weights;
  }

  private void drop(AddressRange range) {
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
  }

  double allResident() {
    AddressRange weights = driver.allocateDevice(LAYERS * LAYER_BYTES);
    return lastPass(
        () -> {
          for (int i = 0; i < LAYERS; i++) {
            read(layer(weights, i), READS);
          }
        });
  }

  /** The bytes of 36 layers by pinned copies, nothing else. */
  double linkBound() {
    AddressRange host = driver.allocatePinned(36 * LAYER_BYTES);
    AddressRange device = driver.allocateDevice(4 * LAYER_BYTES);
    return lastPass(
        () -> {
          for (int i = 0; i < 36; i++) {
            AddressRange slot = device.slice(i % 4 * LAYER_BYTES, LAYER_BYTES);
            driver.copy(slot, host.address() + i * LAYER_BYTES, compute);
          }
        });
  }

  /**
   * Hand-written: {@code kept} layers stay, the others go round a ring of four by pinned copies.
   */
  double ring(int kept) {
    AddressRange host = driver.allocatePinned(LAYERS * LAYER_BYTES);
    AddressRange resident = driver.allocateDevice(Math.max(1, kept) * LAYER_BYTES);
    AddressRange slots = driver.allocateDevice(4 * LAYER_BYTES);
    StreamHandle copies = driver.createStream();
    EventHandle[] read = new EventHandle[4];
    EventHandle[] copied = new EventHandle[4];
    for (int i = 0; i < 4; i++) {
      read[i] = driver.createEvent();
      copied[i] = driver.createEvent();
    }
    int streamed = LAYERS - kept;
    int[] next = {0};
    Runnable fetch =
        () -> {
          int slot = next[0] % 4;
          long source = host.address() + (kept + next[0] % streamed) * LAYER_BYTES;
          driver.streamWait(copies, read[slot]);
          driver.copy(slots.slice(slot * LAYER_BYTES, LAYER_BYTES), source, copies);
          driver.record(copied[slot], copies);
          next[0]++;
        };
    for (int i = 0; i < 4; i++) {
      fetch.run();
    }
    int[] done = {0};
    return lastPass(
        () -> {
          // Kept layers spread among the streamed ones.
          int keptDone = 0;
          for (int i = 0; i < LAYERS; i++) {
            if ((i + 1) * kept / LAYERS > keptDone) {
              read(resident.slice(keptDone++ * LAYER_BYTES, LAYER_BYTES), READS);
              continue;
            }
            int slot = done[0]++ % 4;
            driver.streamWait(compute, copied[slot]);
            read(slots.slice(slot * LAYER_BYTES, LAYER_BYTES), READS);
            driver.record(read[slot], compute);
            fetch.run();
          }
        });
  }

  /** How a managed stream is moved. */
  record Setting(int threads, long pieceBytes, int ahead) {

    /** As measured for managed_stream_all. */
    static final Setting USUAL = new Setting(2, PIECE_BYTES, 3);

    /**
     * As many settings as were measured for managed_kept12. Which those were was not recorded:
     * these are those that keep within the 16 layers allowed.
     */
    static List<Setting> thirtyTwo() {
      List<Setting> settings = new ArrayList<>();
      for (int threads = 1; threads <= 4; threads++) {
        for (long piece : new long[] {32, 64, 128, 256}) {
          for (int ahead = 2; ahead <= 3; ahead++) {
            settings.add(new Setting(threads, piece * ByteSize.MIB, ahead));
          }
        }
      }
      return settings;
    }
  }

  /** Managed, ReadMostly: {@code kept} layers stay, the others are prefetched ahead and dropped. */
  double managed(int kept, Setting setting) {
    AddressRange weights = readMostlyWeights();
    int threads = setting.threads();
    int ahead = setting.ahead();
    StreamHandle[] streams = new StreamHandle[threads];
    Arrays.setAll(streams, i -> driver.createStream());
    List<Integer> streamed = new ArrayList<>();
    for (int i = 0; i < LAYERS; i++) {
      if ((i + 1) * kept / LAYERS == i * kept / LAYERS) {
        streamed.add(i);
      }
    }
    int[] piece = {0};
    IntConsumer fetch =
        nth -> {
          AddressRange range = layer(weights, streamed.get(nth % streamed.size()));
          for (AddressRange part : H200Experiment.pieces(range, setting.pieceBytes())) {
            int own = piece[0]++ % threads;
            driver
                .hostThread("mover " + own)
                .execute(() -> driver.prefetch(part, GPU, streams[own]));
          }
        };
    for (int nth = 0; nth < ahead; nth++) {
      fetch.accept(nth);
    }
    int[] nth = {0};
    return lastPass(
        () -> {
          for (int i = 0; i < LAYERS; i++) {
            AddressRange range = layer(weights, i);
            boolean stays = !streamed.contains(i);
            read(range, READS);
            driver.synchronize(compute);
            if (!stays) {
              drop(range);
              fetch.accept(nth[0] + ahead);
              nth[0]++;
            }
          }
        });
  }

  /** Faults only; the oldest layer leaves by drop, or by prefetch to the host. */
  double faults(boolean drop) {
    AddressRange weights = drop ? readMostlyWeights() : weights();
    List<AddressRange> resident = new ArrayList<>();
    return lastPass(
        () -> {
          for (int i = 0; i < LAYERS; i++) {
            if (resident.size() == ALLOWED) {
              AddressRange oldest = resident.removeFirst();
              if (drop) {
                drop(oldest);
              } else {
                for (AddressRange part : H200Experiment.pieces(oldest, PIECE_BYTES)) {
                  driver.prefetch(part, Location.HOST, compute);
                }
              }
            }
            read(layer(weights, i), READS);
            driver.synchronize(compute);
            resident.add(layer(weights, i));
          }
        });
  }

  double zeroCopy(int reads) {
    AddressRange weights = weights();
    driver.advise(weights, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(weights, Advice.SET_ACCESSED_BY, GPU);
    return lastPass(
        () -> {
          for (int i = 0; i < LAYERS; i++) {
            read(layer(weights, i), reads);
          }
        });
  }
}
