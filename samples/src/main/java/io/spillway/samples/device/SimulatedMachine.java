package io.spillway.samples.device;

import io.spillway.SessionPlugin;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedDriverBuilder;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import io.spillway.profile.SimulationRecorder;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The simulator, with the samples' kernels as it sees them: ordered accesses, bound by memory. */
final class SimulatedMachine implements Machine {

  /** What one round of mixing a word takes, as by {@code spillway writing --work} on an H200. */
  private static final double MIX_NANOS = 0.000079;

  /** 4 KiB: the host's pages. */
  private static final long PAGE_BYTES = 4 * ByteSize.KIB;

  private final Optional<SimulationRecorder> recorder;
  private final SimulatedDriver driver;
  private final HostMemoryGuard hostMemory;

  /**
   * Opens it, empty and at time zero.
   *
   * @param contents whether memory holds what is written to it
   * @param recorded whether recordings learn what the device does
   */
  SimulatedMachine(GpuModel model, boolean contents, boolean recorded) {
    this.recorder = recorded ? Optional.of(new SimulationRecorder(model)) : Optional.empty();
    SimulatedDriverBuilder builder = SimulatedDriver.builder(model).backed(contents);
    recorder.ifPresent(builder::observer);
    this.driver = builder.open();
    this.hostMemory =
        contents
            ? HostMemoryGuard.ofThisMachine()
            : HostMemoryGuard.ofBytes(model.hostMemoryBytes());
  }

  @Override
  public UnifiedMemoryDriver driver() {
    return driver;
  }

  @Override
  public boolean holdsContents() {
    return driver.backed();
  }

  @Override
  public long managedLimitBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public HostMemoryGuard hostMemory() {
    return hostMemory;
  }

  @Override
  public Optional<Executor> background() {
    return Optional.of(driver.hostThread("mover"));
  }

  @Override
  public Optional<SessionPlugin> recorder() {
    return recorder.map(each -> each);
  }

  @Override
  public Optional<Traffic> traffic() {
    SimulationCounters counters = driver.counters();
    return Optional.of(
        new Traffic(counters.bytesIn() + counters.zeroCopyBytes(), counters.bytesOut()));
  }

  @Override
  public void hostWrites(AddressRange managed) {
    driver.hostTouch(managed, TouchKind.WRITE);
  }

  @Override
  public void layerSums(
      AddressRange weights, int reads, AddressRange laneSums, StreamHandle stream) {
    launch(
        SimulatedKernel.of("layer_sums", Access.read(weights, reads), Access.readWrite(laneSums)),
        () -> {
          long[] sums = Lanes.sums(driver.contents(weights));
          MemorySegment target = driver.contents(laneSums);
          for (int lane = 0; lane < Lanes.COUNT; lane++) {
            long before = target.getAtIndex(ValueLayout.JAVA_LONG, lane);
            target.setAtIndex(
                ValueLayout.JAVA_LONG, lane, before + Lanes.weighted(sums[lane], reads));
          }
        },
        stream);
  }

  @Override
  public void layerActivate(
      AddressRange laneSums, AddressRange activations, int layer, StreamHandle stream) {
    launch(
        SimulatedKernel.of(
            "layer_activate", Access.readWrite(laneSums), Access.readWrite(activations)),
        () -> {
          MemorySegment sums = driver.contents(laneSums);
          MemorySegment target = driver.contents(activations);
          for (int lane = 0; lane < Lanes.COUNT; lane++) {
            long before = target.getAtIndex(ValueLayout.JAVA_LONG, lane);
            long sum = sums.getAtIndex(ValueLayout.JAVA_LONG, lane);
            target.setAtIndex(ValueLayout.JAVA_LONG, lane, Lanes.activated(before, sum, layer));
          }
          sums.fill((byte) 0);
        },
        stream);
  }

  @Override
  public void readWords(AddressRange words, StreamHandle stream) {
    launch(SimulatedKernel.of("read_words", Access.read(words)), () -> {}, stream);
  }

  @Override
  public void writeWords(AddressRange words, long value, StreamHandle stream) {
    launch(
        SimulatedKernel.of("write_words", Access.write(words)),
        () -> {
          MemorySegment target = driver.contents(words);
          for (long i = 0; i < words.bytes() / Long.BYTES; i++) {
            target.setAtIndex(ValueLayout.JAVA_LONG, i, value);
          }
        },
        stream);
  }

  @Override
  public void writeMixed(AddressRange words, long value, int rounds, StreamHandle stream) {
    launch(
        SimulatedKernel.of("write_mixed", Access.write(words))
            .withComputeNanos(mixing(words, rounds)),
        () -> {
          long mixed = Lanes.mixed(value, rounds);
          MemorySegment target = driver.contents(words);
          for (long i = 0; i < words.bytes() / Long.BYTES; i++) {
            target.setAtIndex(ValueLayout.JAVA_LONG, i, mixed);
          }
        },
        stream);
  }

  @Override
  public void mixedSums(
      AddressRange words, int rounds, AddressRange laneSums, StreamHandle stream) {
    launch(
        SimulatedKernel.of("mixed_sums", Access.read(words), Access.readWrite(laneSums))
            .withComputeNanos(mixing(words, rounds)),
        () -> {
          MemorySegment source = driver.contents(words);
          MemorySegment target = driver.contents(laneSums);
          for (long i = 0; i < words.bytes() / Long.BYTES; i++) {
            long before = target.getAtIndex(ValueLayout.JAVA_LONG, Lanes.of(i));
            long word = source.getAtIndex(ValueLayout.JAVA_LONG, i);
            target.setAtIndex(
                ValueLayout.JAVA_LONG, Lanes.of(i), before + Lanes.mixed(word, rounds));
          }
        },
        stream);
  }

  private static long mixing(AddressRange words, int rounds) {
    return Math.round((double) words.bytes() / Long.BYTES * rounds * MIX_NANOS);
  }

  @Override
  public void readParts(Parts parts, StreamHandle stream) {
    touch("read_parts", TouchKind.READ, parts, _ -> {}, stream);
  }

  @Override
  public void writeParts(Parts parts, long value, StreamHandle stream) {
    touch(
        "write_parts",
        TouchKind.WRITE,
        parts,
        page -> page.set(ValueLayout.JAVA_LONG, 0, value),
        stream);
  }

  @Override
  public void addParts(Parts parts, long value, StreamHandle stream) {
    touch(
        "add_parts",
        TouchKind.READ_WRITE,
        parts,
        page -> page.set(ValueLayout.JAVA_LONG, 0, page.get(ValueLayout.JAVA_LONG, 0) + value),
        stream);
  }

  private void touch(
      String name, TouchKind kind, Parts parts, Consumer<MemorySegment> page, StreamHandle stream) {
    Access[] accesses =
        parts.ranges().stream().map(range -> new Access(range, kind, 1, 1)).toArray(Access[]::new);
    launch(
        SimulatedKernel.of(name, accesses),
        () -> {
          for (AddressRange part : parts.ranges()) {
            for (long offset = 0; offset < part.bytes(); offset += PAGE_BYTES) {
              page.accept(driver.contents(part.slice(offset, PAGE_BYTES)));
            }
          }
        },
        stream);
  }

  private void launch(SimulatedKernel kernel, Runnable body, StreamHandle stream) {
    driver.launch(driver.backed() ? kernel.withBody(body) : kernel, stream);
  }

  @Override
  public void close() {
    driver.close();
  }
}
