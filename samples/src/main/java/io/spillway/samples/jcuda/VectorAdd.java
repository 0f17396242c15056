package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;

/**
 * Adds large vectors of integers, cut into parts of three allocations each.
 *
 * <pre>
 * --bytes   of all vectors together (192MiB)
 * --parts   how many the vectors are cut into (4)
 * --passes  how often all is added up (2)
 * </pre>
 */
public final class VectorAdd {

  private static final int LEFT = 1;
  private static final int RIGHT = 2;

  /** Numbers copied at a time: 32 MiB of them. */
  private static final int STAGED = 1 << 23;

  private final long count;
  private final int parts;
  private final int passes;
  private final int[] staging = new int[STAGED];

  private VectorAdd(long count, int parts, int passes) {
    this.count = count;
    this.parts = parts;
    this.passes = passes;
  }

  /** One part of the vectors on the device. */
  private record Part(
      long first, long count, CUdeviceptr left, CUdeviceptr right, CUdeviceptr sum) {}

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(Program.execute(VectorAdd::run, arguments, System.out, System.err));
  }

  static Outcome run(String[] arguments) {
    Options options = Options.parse(arguments, "bytes", "parts", "passes");
    int parts = options.integer("parts", 4, 1, 1 << 16);
    long count = Math.max(parts, options.bytes("bytes", 192L << 20) / (3L * Integer.BYTES));
    return new VectorAdd(count, parts, options.integer("passes", 2, 1, 1 << 20)).run();
  }

  private Outcome run() {
    try (Kernels kernels = Kernels.load("vector_add.ptx");
        DeviceMemory memory = new DeviceMemory()) {
      CUfunction add = kernels.function("vector_add");
      List<Part> vectors = new ArrayList<>();
      long start = System.nanoTime();
      for (int part = 0; part < parts; part++) {
        vectors.add(upload(memory, count * part / parts, count * (part + 1) / parts));
      }
      long launched = System.nanoTime();
      try (PassClock clock = new PassClock()) {
        for (int pass = 0; pass < passes; pass++) {
          vectors.forEach(part -> launch(add, part));
          clock.mark();
        }
        Kernels.await();
        long end = System.nanoTime();
        return check(
            vectors, memory.bytes(), (end - start) / 1e9, (end - launched) / 1e9, clock.times());
      }
    }
  }

  private Part upload(DeviceMemory memory, long first, long end) {
    long bytes = (end - first) * Integer.BYTES;
    Part part =
        new Part(
            first,
            end - first,
            memory.allocate(bytes),
            memory.allocate(bytes),
            memory.allocate(bytes));
    fill(part.left(), LEFT, part);
    fill(part.right(), RIGHT, part);
    return part;
  }

  private void fill(CUdeviceptr vector, int seed, Part part) {
    for (long done = 0; done < part.count(); done += STAGED) {
      int numbers = (int) Math.min(STAGED, part.count() - done);
      Scatter.fill(seed, part.first() + done, staging, numbers);
      cuMemcpyHtoD(
          vector.withByteOffset(done * Integer.BYTES),
          Pointer.to(staging),
          (long) numbers * Integer.BYTES);
    }
  }

  private static void launch(CUfunction add, Part part) {
    Kernels.launch(
        add,
        Pointer.to(part.left()),
        Pointer.to(part.right()),
        Pointer.to(part.sum()),
        Pointer.to(new long[] {part.count()}));
  }

  private Outcome check(
      List<Part> vectors,
      long footprintBytes,
      double seconds,
      double launchSeconds,
      PassTimes times) {
    Checksum checksum = new Checksum();
    boolean equal = true;
    for (Part part : vectors) {
      for (long done = 0; done < part.count(); done += STAGED) {
        int numbers = (int) Math.min(STAGED, part.count() - done);
        cuMemcpyDtoH(
            Pointer.to(staging),
            part.sum().withByteOffset(done * Integer.BYTES),
            (long) numbers * Integer.BYTES);
        checksum.add(staging, numbers);
        equal &= areSums(staging, numbers, part.first() + done);
      }
    }
    return new Outcome(
        "vector-add",
        footprintBytes,
        seconds,
        launchSeconds,
        times,
        List.of(new PassBytes(passes, 2 * count * Integer.BYTES, count * Integer.BYTES)),
        checksum.value(),
        equal,
        Map.of("parts", (long) parts, "passes", (long) passes));
  }

  /** Whether the front of {@code numbers} is what the vectors add up to from {@code first} on. */
  static boolean areSums(int[] numbers, int count, long first) {
    for (int i = 0; i < count; i++) {
      if (numbers[i] != Scatter.intAt(LEFT, first + i) + Scatter.intAt(RIGHT, first + i)) {
        return false;
      }
    }
    return true;
  }
}
