package io.spillway.samples.jcuda;

import static jcuda.runtime.JCuda.cudaFree;
import static jcuda.runtime.JCuda.cudaMalloc;
import static jcuda.runtime.JCuda.cudaMemcpy;
import static jcuda.runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost;
import static jcuda.runtime.cudaMemcpyKind.cudaMemcpyHostToDevice;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.runtime.JCuda;

/**
 * Scans a growing store of vectors for the nearest neighbours of some queries, after each batch of
 * vectors it is given. A scan is a pass: the first of each batch meets vectors that were never
 * scanned, and these together are the first pass; the later ones are the others after the last
 * batch, over all vectors. Memory comes from CUDA's runtime API, kernels from its driver API.
 *
 * <pre>
 * --bytes       of all vectors (128MiB); the store has up to twice as much while it grows
 * --batches     the vectors come in (8)
 * --queries     after each batch (4)
 * --neighbours  to find for each query, at most 32 (10)
 * </pre>
 */
public final class NearestNeighbours {

  private static final String NAME = "nearest-neighbours";

  private static final long VECTOR_BYTES = (long) NeighbourScan.WORDS * Integer.BYTES;

  /** Vectors copied at a time: 32 MiB of them. */
  private static final int STAGED = 1 << 18;

  private static final int WARPS = Kernels.BLOCKS * Kernels.BLOCK_THREADS / 32;

  private final long vectors;
  private final int batches;
  private final int queries;
  private final int neighbours;
  private final Steps steps = new Steps(NAME);
  private final int[] staging = new int[STAGED * NeighbourScan.WORDS];

  private NearestNeighbours(long vectors, int batches, int queries, int neighbours) {
    this.vectors = vectors;
    this.batches = batches;
    this.queries = queries;
    this.neighbours = neighbours;
  }

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(Program.execute(NearestNeighbours::run, arguments, System.out, System.err));
  }

  static Outcome run(String[] arguments) {
    Options options = Options.parse(arguments, "bytes", "batches", "queries", "neighbours");
    int batches = options.integer("batches", 8, 1, 1 << 10);
    long vectors = Math.max(batches, options.bytes("bytes", 128L << 20) / VECTOR_BYTES);
    if (vectors >= 1L << 32) {
      throw new Options.UsageException("--bytes takes less than 512GiB");
    }
    return new NearestNeighbours(
            vectors,
            batches,
            options.integer("queries", 4, 1, 1 << 10),
            options.integer("neighbours", 10, 1, 32))
        .run();
  }

  private Outcome run() {
    JCuda.setExceptionsEnabled(true);
    NeighbourScan reference = new NeighbourScan(queries, neighbours);
    long[][][] found = new long[batches][queries][];
    Pointer query = new Pointer();
    Pointer candidates = new Pointer();
    try (Kernels kernels = Kernels.load("nearest_neighbours.ptx");
        VectorStore store = new VectorStore()) {
      CUfunction nearest = kernels.function("nearest");
      long start = System.nanoTime();
      long launchNanos = 0;
      long firstNanos = 0;
      long[] nanos = new long[queries];
      try {
        cudaMalloc(query, VECTOR_BYTES);
        cudaMalloc(candidates, candidateBytes());
        for (int batch = 0; batch < batches; batch++) {
          append(store, batch);
          long launched = System.nanoTime();
          for (int i = 0; i < queries; i++) {
            long began = System.nanoTime();
            cudaMemcpy(query, Pointer.to(reference.query(i)), VECTOR_BYTES, cudaMemcpyHostToDevice);
            Kernels.launch(
                nearest,
                Pointer.to(store.vectors()),
                Pointer.to(new long[] {end(batch)}),
                Pointer.to(query),
                Pointer.to(new int[] {neighbours}),
                Pointer.to(candidates));
            found[batch][i] = best(candidates);
            nanos[i] = System.nanoTime() - began;
          }
          firstNanos += nanos[0];
          launchNanos += System.nanoTime() - launched;
          steps.done("scanned %,d vectors after adding to them".formatted(end(batch)));
        }
      } finally {
        cudaFree(query);
        cudaFree(candidates);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      // Those after the first of the last batch go over the whole store, which has been there.
      PassTimes times = PassTimes.ofNanos(firstNanos, Arrays.copyOfRange(nanos, 1, nanos.length));
      return check(reference, found, store, seconds, launchNanos / 1e9, times);
    }
  }

  /** The number of vectors after {@code batch}. */
  private long end(int batch) {
    return vectors * (batch + 1) / batches;
  }

  private long candidateBytes() {
    return (long) WARPS * neighbours * Long.BYTES;
  }

  private void append(VectorStore store, int batch) {
    long first = end(batch - 1);
    long end = end(batch);
    store.reserve((end - first) * VECTOR_BYTES);
    for (; first < end; first += STAGED) {
      int count = (int) Math.min(STAGED, end - first);
      NeighbourScan.fill(first, staging, count);
      store.append(staging, count * NeighbourScan.WORDS);
    }
  }

  /** The nearest among what all warps found. */
  private long[] best(Pointer candidates) {
    long[] all = new long[WARPS * neighbours];
    cudaMemcpy(Pointer.to(all), candidates, candidateBytes(), cudaMemcpyDeviceToHost);
    long[] best = new long[neighbours];
    Arrays.fill(best, NeighbourScan.NONE);
    NeighbourScan.merge(all, best);
    return best;
  }

  private Outcome check(
      NeighbourScan reference,
      long[][][] found,
      VectorStore store,
      double seconds,
      double launchSeconds,
      PassTimes times) {
    Checksum checksum = new Checksum();
    boolean equal = true;
    for (int batch = 0; batch < batches; batch++) {
      reference.add(end(batch) - end(batch - 1));
      for (int query = 0; query < queries; query++) {
        Arrays.stream(found[batch][query]).forEach(checksum::add);
        equal &= Arrays.equals(found[batch][query], reference.nearest(query));
      }
    }
    steps.done("checked it");
    return new Outcome(
        NAME,
        store.peakBytes() + VECTOR_BYTES + candidateBytes(),
        seconds,
        launchSeconds,
        times,
        IntStream.range(0, batches)
            .mapToObj(batch -> new PassBytes(queries, end(batch) * VECTOR_BYTES, candidateBytes()))
            .toList(),
        checksum.value(),
        equal,
        Map.of(
            "vectors",
            vectors,
            "queries",
            (long) batches * queries,
            "moves",
            (long) store.moves()));
  }
}
