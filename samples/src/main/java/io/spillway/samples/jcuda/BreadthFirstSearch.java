package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuMemsetD32;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;

/**
 * Finds how far each vertex of a graph is from one of them, level by level.
 *
 * <pre>
 * --edges        a file with two vertex numbers a line; without it a Graph500 Kronecker graph
 * --bytes        that graph takes, instead of the next two
 * --scale        of that graph, which has 2 to its power vertices (20)
 * --edge-factor  its edges for each vertex (16)
 * --seed         another graph for each (1)
 * --source       the vertex to begin at (the one with most neighbours)
 * --searches     how often the same is searched (1): each is a pass over the graph
 * </pre>
 */
public final class BreadthFirstSearch {

  private static final String NAME = "breadth-first-search";

  /** The most bytes copied at a time; a buffer holds less than 2 GiB. */
  private static final long STAGED_BYTES = 256L << 20;

  private final CsrGraph graph;
  private final int source;
  private final int searches;
  private final Steps steps;

  private BreadthFirstSearch(CsrGraph graph, int source, int searches, Steps steps) {
    this.graph = graph;
    this.source = source;
    this.searches = searches;
    this.steps = steps;
  }

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(Program.execute(BreadthFirstSearch::run, arguments, System.out, System.err));
  }

  static Outcome run(String[] arguments) {
    Options options =
        Options.parse(
            arguments, "edges", "bytes", "scale", "edge-factor", "seed", "source", "searches");
    int searches = options.integer("searches", 1, 1, 1 << 16);
    EdgeList edges =
        options
            .text("edges")
            .<EdgeList>map(file -> EdgeListFile.open(Path.of(file)))
            .orElseGet(() -> kronecker(options));
    Steps steps = new Steps(NAME);
    try (Arena arena = Arena.ofShared()) {
      CsrGraph graph = CsrGraph.of(edges, arena);
      steps.done("built a graph of %,d vertices".formatted(graph.vertices()));
      int source =
          options.text("source").isPresent()
              ? options.integer("source", 0, 0, graph.vertices() - 1)
              : graph.hub();
      return new BreadthFirstSearch(graph, source, searches, steps).run();
    }
  }

  private static KroneckerEdges kronecker(Options options) {
    int seed = options.integer("seed", 1, 0, Integer.MAX_VALUE);
    return options.text("bytes").isPresent()
        ? KroneckerEdges.ofBytes(options.bytes("bytes", 0), seed)
        : new KroneckerEdges(
            options.integer("scale", 20, 1, 30),
            options.integer("edge-factor", KroneckerEdges.EDGE_FACTOR, 1, 1 << 10),
            seed);
  }

  private Outcome run() {
    try (Kernels kernels = Kernels.load("breadth_first.ptx");
        DeviceMemory memory = new DeviceMemory()) {
      CUfunction nextLevel = kernels.function("next_level");
      long start = System.nanoTime();
      CUdeviceptr offsets = upload(memory, graph.offsets());
      CUdeviceptr targets = upload(memory, graph.targets());
      CUdeviceptr levels = memory.allocate((long) graph.vertices() * Integer.BYTES);
      CUdeviceptr reached = memory.allocate(Integer.BYTES);
      int depth = 0;
      List<Double> passes = new ArrayList<>();
      long launched = System.nanoTime();
      for (int search = 0; search < searches; search++) {
        long began = System.nanoTime();
        depth = search(nextLevel, offsets, targets, levels, reached);
        passes.add((System.nanoTime() - began) / 1e9);
      }
      long end = System.nanoTime();
      steps.done("searched it, copying it to the device included,");
      return check(
          levels,
          depth,
          memory.bytes(),
          (end - start) / 1e9,
          (end - launched) / 1e9,
          PassTimes.of(passes));
    }
  }

  /** Finds all levels; returns how many there are, the last without a vertex. */
  private int search(
      CUfunction nextLevel,
      CUdeviceptr offsets,
      CUdeviceptr targets,
      CUdeviceptr levels,
      CUdeviceptr reached) {
    cuMemsetD32(levels, CsrGraph.UNREACHED, graph.vertices());
    cuMemsetD32(levels.withByteOffset((long) source * Integer.BYTES), 0, 1);
    int depth = 0;
    for (int[] more = {1}; more[0] != 0; depth++) {
      cuMemsetD32(reached, 0, 1);
      Kernels.launch(
          nextLevel,
          Pointer.to(offsets),
          Pointer.to(targets),
          Pointer.to(levels),
          Pointer.to(new int[] {graph.vertices()}),
          Pointer.to(new int[] {depth}),
          Pointer.to(reached));
      cuMemcpyDtoH(Pointer.to(more), reached, Integer.BYTES);
    }
    return depth;
  }

  private static CUdeviceptr upload(DeviceMemory memory, MemorySegment segment) {
    CUdeviceptr pointer = memory.allocate(segment.byteSize());
    for (long done = 0; done < segment.byteSize(); done += STAGED_BYTES) {
      long bytes = Math.min(STAGED_BYTES, segment.byteSize() - done);
      cuMemcpyHtoD(
          pointer.withByteOffset(done),
          Pointer.to(segment.asSlice(done, bytes).asByteBuffer()),
          bytes);
    }
    return pointer;
  }

  private Outcome check(
      CUdeviceptr pointer,
      int depth,
      long footprintBytes,
      double seconds,
      double launchSeconds,
      PassTimes times) {
    int[] levels = new int[graph.vertices()];
    cuMemcpyDtoH(Pointer.to(levels), pointer, (long) levels.length * Integer.BYTES);
    Checksum checksum = new Checksum();
    checksum.add(levels, levels.length);
    boolean right = graph.areLevels(levels, source);
    steps.done("checked it");
    return new Outcome(
        NAME,
        footprintBytes,
        seconds,
        launchSeconds,
        times,
        List.of(
            new PassBytes(
                searches,
                graph.bytesFollowed(vertex -> levels[vertex] != CsrGraph.UNREACHED),
                (long) levels.length * Integer.BYTES)),
        checksum.value(),
        right,
        Map.of(
            "vertices",
            (long) graph.vertices(),
            "edges",
            graph.targets().byteSize() / (2 * Integer.BYTES),
            "searches",
            (long) searches,
            "levels",
            (long) depth,
            "reached",
            Arrays.stream(levels).filter(level -> level >= 0).count()));
  }
}
