package io.spillway.benchmarks.jmh;

import io.spillway.access.ptx.KernelEvidence;
import io.spillway.access.ptx.PtxEvidenceCache;
import io.spillway.access.ptx.PtxModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Static evidence from PTX text: what reading a module costs, and what a kernel does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PtxAnalysis {

  /** Copies of the samples' kernels in the module: a text of about a megabyte. */
  private static final int COPIES = 200;

  /** Like the agent of other benchmarks, from the root of the project. */
  private static final Path SAMPLES =
      Path.of("samples", "src", "main", "resources", "io", "spillway", "samples", "jcuda");

  private static final double MEGABYTE = 1e6;

  private static final List<String> KERNELS =
      List.of("vector_add", "multiply_rows", "next_level", "nearest");

  private static final List<String> FILES =
      List.of("vector_add", "matrix_vector", "breadth_first", "nearest_neighbours");

  private byte[] text = new byte[0];
  private final PtxEvidenceCache cache = new PtxEvidenceCache(1 << 24);

  /** Called by JMH. */
  public PtxAnalysis() {}

  /** Megabytes of text in a second. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Text {
    /** Counted by the benchmarks. */
    public double megabytes;

    /** Called by JMH. */
    public Text() {}
  }

  /** Makes the module. */
  @Setup
  public void make() {
    StringBuilder module = new StringBuilder(".version 7.0\n.target sm_70\n.address_size 64\n");
    for (int copy = 0; copy < COPIES; copy++) {
      for (int i = 0; i < FILES.size(); i++) {
        String kernel = KERNELS.get(i);
        module.append(body(FILES.get(i)).replace(kernel, kernel + "_" + copy));
      }
    }
    text = module.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String body(String file) {
    try {
      String whole = Files.readString(SAMPLES.resolve(file + ".ptx"));
      return whole.substring(whole.indexOf(".visible"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reading alone. */
  @Benchmark
  public PtxModule parse(Text read) {
    read.megabytes += text.length / MEGABYTE;
    return PtxModule.parse(text);
  }

  /** Reading, and following every kernel. */
  @Benchmark
  public List<KernelEvidence> analyse(Text read) {
    read.megabytes += text.length / MEGABYTE;
    PtxModule module = PtxModule.parse(text);
    List<KernelEvidence> all = new ArrayList<>();
    for (String kernel : module.kernels()) {
      module.kernel(kernel).ifPresent(all::add);
    }
    return all;
  }

  /** A text that was read before: its hash. */
  @Benchmark
  public PtxModule cached(Text read) {
    read.megabytes += text.length / MEGABYTE;
    return cache.module(text);
  }
}
