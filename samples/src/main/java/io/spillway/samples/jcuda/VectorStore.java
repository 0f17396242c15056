package io.spillway.samples.jcuda;

import static jcuda.runtime.JCuda.cudaFree;
import static jcuda.runtime.JCuda.cudaMalloc;
import static jcuda.runtime.JCuda.cudaMemcpy;
import static jcuda.runtime.cudaMemcpyKind.cudaMemcpyDeviceToDevice;
import static jcuda.runtime.cudaMemcpyKind.cudaMemcpyHostToDevice;

import jcuda.Pointer;

/**
 * Vectors in device memory, one behind the other. When they outgrow it they move into twice as
 * much: allocate, copy, free.
 */
final class VectorStore implements AutoCloseable {

  private Pointer vectors = new Pointer();
  private long capacityBytes;
  private long bytes;
  private long peakBytes;
  private int moves;

  /** Makes room for {@code more} bytes behind what is there. */
  void reserve(long more) {
    long needed = bytes + more;
    if (needed > capacityBytes) {
      grow(Math.max(needed, 2 * capacityBytes));
    }
  }

  private void grow(long newCapacityBytes) {
    Pointer larger = new Pointer();
    cudaMalloc(larger, newCapacityBytes);
    peakBytes = Math.max(peakBytes, capacityBytes + newCapacityBytes);
    if (capacityBytes > 0) {
      cudaMemcpy(larger, vectors, bytes, cudaMemcpyDeviceToDevice);
      cudaFree(vectors);
      moves++;
    }
    vectors = larger;
    capacityBytes = newCapacityBytes;
  }

  /** Puts the first {@code count} of {@code words} behind what is there. */
  void append(int[] words, int count) {
    long more = (long) count * Integer.BYTES;
    reserve(more);
    cudaMemcpy(vectors.withByteOffset(bytes), Pointer.to(words), more, cudaMemcpyHostToDevice);
    bytes += more;
  }

  Pointer vectors() {
    return vectors;
  }

  /** The most memory it had at a time: while it moved. */
  long peakBytes() {
    return peakBytes;
  }

  /** How often it moved. */
  int moves() {
    return moves;
  }

  @Override
  public void close() {
    if (capacityBytes > 0) {
      cudaFree(vectors);
      capacityBytes = 0;
    }
  }
}
