package io.spillway.samples.device;

import io.spillway.SessionPlugin;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.LimitedDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.panama.CudaFunction;
import io.spillway.driver.panama.CudaModule;
import io.spillway.driver.panama.KernelArguments;
import io.spillway.driver.panama.LaunchGeometry;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.range.AddressRange;
import java.util.Optional;
import java.util.concurrent.Executor;

/** A GPU, with the kernels of the {@code .cu} files for this package. */
final class CudaMachine implements Machine {

  /** Threads of a block; the kernels are compiled for it. */
  private static final int BLOCK_THREADS = Lanes.COUNT;

  /** Blocks of 256 threads a multiprocessor runs at once, given the 32 registers they take. */
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;

  private static final LaunchGeometry ONE_BLOCK = LaunchGeometry.linear(1, BLOCK_THREADS);

  private final LimitedDriver driver;
  private final HostMemoryGuard hostMemory = HostMemoryGuard.ofThisMachine();
  private final CudaModule layers;
  private final CudaModule bandwidth;
  private final CudaModule mixing;
  private final CudaModule knownAccesses;
  private final CudaFunction layerSums;
  private final CudaFunction layerActivate;
  private final CudaFunction readWords;
  private final CudaFunction writeWords;
  private final CudaFunction writeMixed;
  private final CudaFunction mixedSums;
  private final CudaFunction readParts;
  private final CudaFunction writeParts;
  private final CudaFunction addParts;
  private final LaunchGeometry oneWave;
  private final AddressRange sink;

  /**
   * Loads the kernels.
   *
   * @param driver what samples see of the device; closed with this machine
   * @param launcher the device itself, which {@code driver} limits
   */
  CudaMachine(LimitedDriver driver, PanamaDriver launcher) {
    this.driver = driver;
    this.layers = launcher.loadModule(KernelTexts.named("layers.ptx"));
    this.bandwidth = launcher.loadModule(KernelTexts.named("bandwidth.ptx"));
    this.mixing = launcher.loadModule(KernelTexts.named("mixing.ptx"));
    this.knownAccesses = launcher.loadModule(KernelTexts.named("known_accesses.ptx"));
    this.layerSums = layers.function("layer_sums");
    this.layerActivate = layers.function("layer_activate");
    this.readWords = bandwidth.function("read_words");
    this.writeWords = bandwidth.function("write_words");
    this.writeMixed = mixing.function("write_mixed");
    this.mixedSums = mixing.function("mixed_sums");
    this.readParts = knownAccesses.function("read_parts");
    this.writeParts = knownAccesses.function("write_parts");
    this.addParts = knownAccesses.function("add_parts");
    this.oneWave =
        LaunchGeometry.linear(
            BLOCKS_PER_MULTIPROCESSOR * launcher.multiprocessorCount(), BLOCK_THREADS);
    this.sink = driver.allocateDevice(Long.BYTES);
  }

  @Override
  public UnifiedMemoryDriver driver() {
    return driver;
  }

  @Override
  public boolean holdsContents() {
    return true;
  }

  @Override
  public long managedLimitBytes() {
    return driver.limitBytes();
  }

  @Override
  public HostMemoryGuard hostMemory() {
    return hostMemory;
  }

  @Override
  public Optional<Executor> background() {
    return Optional.empty();
  }

  /** CUPTI does that. */
  @Override
  public Optional<SessionPlugin> recorder() {
    return Optional.empty();
  }

  @Override
  public Optional<Traffic> traffic() {
    return Optional.empty();
  }

  @Override
  public void hostWrites(AddressRange managed) {}

  @Override
  public void layerSums(
      AddressRange weights, int reads, AddressRange laneSums, StreamHandle stream) {
    layerSums.launch(
        oneWave,
        stream,
        KernelArguments.builder()
            .pointer(weights)
            .int64(weights.bytes() / Long.BYTES)
            .int32(reads)
            .pointer(laneSums)
            .build());
  }

  @Override
  public void layerActivate(
      AddressRange laneSums, AddressRange activations, int layer, StreamHandle stream) {
    layerActivate.launch(
        ONE_BLOCK,
        stream,
        KernelArguments.builder().pointer(laneSums).pointer(activations).int64(layer).build());
  }

  @Override
  public void readWords(AddressRange words, StreamHandle stream) {
    readWords.launch(
        oneWave,
        stream,
        KernelArguments.builder()
            .pointer(words)
            .int64(words.bytes() / Long.BYTES)
            .pointer(sink)
            .build());
  }

  @Override
  public void writeWords(AddressRange words, long value, StreamHandle stream) {
    writeWords.launch(
        oneWave,
        stream,
        KernelArguments.builder()
            .pointer(words)
            .int64(words.bytes() / Long.BYTES)
            .int64(value)
            .build());
  }

  @Override
  public void writeMixed(AddressRange words, long value, int rounds, StreamHandle stream) {
    writeMixed.launch(
        oneWave,
        stream,
        KernelArguments.builder()
            .pointer(words)
            .int64(words.bytes() / Long.BYTES)
            .int64(value)
            .int32(rounds)
            .build());
  }

  @Override
  public void mixedSums(
      AddressRange words, int rounds, AddressRange laneSums, StreamHandle stream) {
    mixedSums.launch(
        oneWave,
        stream,
        KernelArguments.builder()
            .pointer(words)
            .int64(words.bytes() / Long.BYTES)
            .int32(rounds)
            .pointer(laneSums)
            .build());
  }

  @Override
  public void readParts(Parts parts, StreamHandle stream) {
    touch(readParts, parts, sink.address(), stream);
  }

  @Override
  public void writeParts(Parts parts, long value, StreamHandle stream) {
    touch(writeParts, parts, value, stream);
  }

  @Override
  public void addParts(Parts parts, long value, StreamHandle stream) {
    touch(addParts, parts, value, stream);
  }

  /** One block for each part; the last parameter is a value, or where a value goes. */
  private static void touch(CudaFunction kernel, Parts parts, long last, StreamHandle stream) {
    kernel.launch(
        LaunchGeometry.linear(parts.count(), BLOCK_THREADS),
        stream,
        KernelArguments.builder()
            .pointer(parts.range())
            .int64(parts.first())
            .int64(parts.every())
            .int64(last)
            .build());
  }

  @Override
  public void close() {
    driver.free(sink);
    layers.close();
    bandwidth.close();
    mixing.close();
    knownAccesses.close();
    driver.close();
  }
}
