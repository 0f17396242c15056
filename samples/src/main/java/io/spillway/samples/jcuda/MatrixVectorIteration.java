package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;

/**
 * Multiplies a vector by a dense square matrix again and again, as a power iteration does. Numbers
 * are integers that wrap and are not scaled down between steps, so every step is exact.
 *
 * <pre>
 * --bytes   of the matrix (256MiB)
 * --blocks  of rows, an allocation each (8)
 * --steps   multiplications (10)
 * </pre>
 */
public final class MatrixVectorIteration {

  private static final int MATRIX = 3;
  private static final int VECTOR = 4;

  /** Rows are whole cache lines of 128 bytes. */
  private static final int ROW_MULTIPLE = 32;

  /** The most numbers copied at a time: 32 MiB of them, or one row. */
  private static final int STAGED = 1 << 23;

  private final int order;
  private final int blocks;
  private final int steps;

  private MatrixVectorIteration(int order, int blocks, int steps) {
    this.order = order;
    this.blocks = blocks;
    this.steps = steps;
  }

  /** Some rows of the matrix on the device. */
  private record RowBlock(int first, int rows, CUdeviceptr pointer) {}

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(Program.execute(MatrixVectorIteration::run, arguments, System.out, System.err));
  }

  static Outcome run(String[] arguments) {
    Options options = Options.parse(arguments, "bytes", "blocks", "steps");
    double numbers = options.bytes("bytes", 256L << 20) / (double) Integer.BYTES;
    int order =
        Math.max(1, (int) Math.min(1 << 20, Math.sqrt(numbers)) / ROW_MULTIPLE) * ROW_MULTIPLE;
    return new MatrixVectorIteration(
            order, options.integer("blocks", 8, 1, order), options.integer("steps", 10, 1, 1 << 12))
        .run();
  }

  private Outcome run() {
    try (Kernels kernels = Kernels.load("matrix_vector.ptx");
        DeviceMemory memory = new DeviceMemory()) {
      CUfunction multiplyRows = kernels.function("multiply_rows");
      long start = System.nanoTime();
      // The vectors of all steps, one behind the other.
      CUdeviceptr vectors = memory.allocate((steps + 1) * rowBytes());
      cuMemcpyHtoD(vectors, Pointer.to(firstVector(order)), rowBytes());
      List<RowBlock> matrix = new ArrayList<>();
      for (int block = 0; block < blocks; block++) {
        matrix.add(upload(memory, boundary(block), boundary(block + 1)));
      }
      long launched = System.nanoTime();
      try (PassClock clock = new PassClock()) {
        for (int step = 0; step < steps; step++) {
          for (RowBlock block : matrix) {
            launch(multiplyRows, block, vectors, step);
          }
          clock.mark();
        }
        Kernels.await();
        long end = System.nanoTime();
        return check(
            vectors, memory.bytes(), (end - start) / 1e9, (end - launched) / 1e9, clock.times());
      }
    }
  }

  /** The first row of a block. */
  private int boundary(int block) {
    return (int) ((long) order * block / blocks);
  }

  private long rowBytes() {
    return (long) order * Integer.BYTES;
  }

  private RowBlock upload(DeviceMemory memory, int first, int end) {
    RowBlock block = new RowBlock(first, end - first, memory.allocate((end - first) * rowBytes()));
    int rowsStaged = Math.min(block.rows(), Math.max(1, STAGED / order));
    int[] staging = new int[rowsStaged * order];
    for (int done = 0; done < block.rows(); done += rowsStaged) {
      int rows = Math.min(rowsStaged, block.rows() - done);
      Scatter.fill(MATRIX, (long) (first + done) * order, staging, rows * order);
      cuMemcpyHtoD(
          block.pointer().withByteOffset(done * rowBytes()),
          Pointer.to(staging),
          rows * rowBytes());
    }
    return block;
  }

  private void launch(CUfunction multiplyRows, RowBlock block, CUdeviceptr vectors, int step) {
    long product = (step + 1) * rowBytes() + (long) block.first() * Integer.BYTES;
    Kernels.launch(
        multiplyRows,
        Pointer.to(block.pointer()),
        Pointer.to(new int[] {block.rows()}),
        Pointer.to(new int[] {order}),
        Pointer.to(vectors.withByteOffset(step * rowBytes())),
        Pointer.to(vectors.withByteOffset(product)));
  }

  private Outcome check(
      CUdeviceptr vectors,
      long footprintBytes,
      double seconds,
      double launchSeconds,
      PassTimes times) {
    int[][] computed = new int[steps + 1][order];
    Checksum checksum = new Checksum();
    for (int step = 0; step <= steps; step++) {
      cuMemcpyDtoH(
          Pointer.to(computed[step]), vectors.withByteOffset(step * rowBytes()), rowBytes());
      checksum.add(computed[step], order);
    }
    return new Outcome(
        "matrix-vector-iteration",
        footprintBytes,
        seconds,
        launchSeconds,
        times,
        List.of(new PassBytes(steps, order * rowBytes(), 0)),
        checksum.value(),
        isIteration(computed),
        Map.of("order", (long) order, "steps", (long) steps));
  }

  /** What the iteration starts from. */
  static int[] firstVector(int order) {
    int[] vector = new int[order];
    Scatter.fill(VECTOR, 0, vector, order);
    return vector;
  }

  /**
   * Whether each vector is the matrix times the one before it. Each row of the matrix is worked out
   * once for all steps.
   */
  static boolean isIteration(int[][] vectors) {
    int order = vectors[0].length;
    return Arrays.equals(vectors[0], firstVector(order))
        && IntStream.range(0, order).parallel().allMatch(row -> isRowOfIteration(vectors, row));
  }

  private static boolean isRowOfIteration(int[][] vectors, int row) {
    int order = vectors[0].length;
    int[] values = new int[order];
    for (int column = 0; column < order; column++) {
      values[column] = Scatter.intAt(MATRIX, (long) row * order + column);
    }
    for (int step = 1; step < vectors.length; step++) {
      int[] factors = vectors[step - 1];
      int sum = 0;
      for (int column = 0; column < order; column++) {
        sum += values[column] * factors[column];
      }
      if (sum != vectors[step][row]) {
        return false;
      }
    }
    return true;
  }
}
