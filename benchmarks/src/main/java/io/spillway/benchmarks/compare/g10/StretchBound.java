package io.spillway.benchmarks.compare.g10;

import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kernel;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A bound that is tighter than {@link G10Bound}: what must move within each stretch of kernels.
 *
 * <p>What a stretch uses is on the GPU at some time in it. Of that, what still lives at its last
 * kernel and does not fit beside the rest has left within the stretch; what lives at its first
 * kernel and did not fit then has come within it. So a stretch takes at least its computing and at
 * least that transfer, and stretches that do not overlap add up. {@link G10Bound} instead spares
 * all weights the way out before the peak, although a forward pass uses them on its way there.
 */
public final class StretchBound {

  private static final double LINK_BYTES_PER_CYCLE =
      (double) G10Machine.TICK_PAGES * G10Machine.PAGE_BYTES / G10Machine.TICK_CYCLES;

  /** A stretch of a few cycles can see one tick more than its length has room for. */
  private static final long TICK_BYTES = (long) G10Machine.TICK_PAGES * G10Machine.PAGE_BYTES;

  private final List<Tensor> tensors;
  private final List<List<Integer>> uses = new ArrayList<>();
  private final long gpuBytes;
  private final int count;

  private StretchBound(TrainingIteration iteration, long gpuBytes) {
    tensors = iteration.tensors();
    this.gpuBytes = gpuBytes;
    count = iteration.kernels().size();
    for (Kernel kernel : iteration.kernels()) {
      Set<Integer> both = new TreeSet<>(kernel.inputs());
      both.addAll(kernel.outputs());
      uses.add(List.copyOf(both));
    }
  }

  /** Seconds that no schedule of a steady iteration can be below, on a GPU of {@code gpuBytes}. */
  public static double seconds(TrainingIteration iteration, long gpuBytes) {
    StretchBound bound = new StretchBound(iteration, gpuBytes);
    int count = bound.count;
    long[][] needed = new long[count][];
    for (int k = 0; k < count; k++) {
      needed[k] = bound.leaving(k);
    }
    for (int k = 0; k < count; k++) {
      bound.arriving(k, needed);
    }
    double[] least = new double[count + 1];
    for (int k = 0; k < count; k++) {
      least[k + 1] = least[k] + iteration.kernels().get(k).cycles();
      for (int first = 0; first <= k; first++) {
        double moving = (needed[k][first] - TICK_BYTES) / LINK_BYTES_PER_CYCLE;
        least[k + 1] = Math.max(least[k + 1], least[first] + Math.max(0, moving));
      }
    }
    return least[count] / G10Machine.CLOCK_HZ;
  }

  /** By first kernel of a stretch that ends with {@code last}, bytes that leave in it. */
  private long[] leaving(int last) {
    long[] leaving = new long[last + 1];
    boolean[] counted = new boolean[tensors.size()];
    long used = 0;
    for (int first = last; first >= 0; first--) {
      used += add(first, last, counted);
      leaving[first] = Math.max(0, used - gpuBytes);
    }
    return leaving;
  }

  /** Raises, by last kernel of a stretch that begins with {@code first}, to bytes that arrive. */
  private void arriving(int first, long[][] needed) {
    boolean[] counted = new boolean[tensors.size()];
    long used = 0;
    for (int last = first; last < count; last++) {
      used += add(last, first, counted);
      needed[last][first] = Math.max(needed[last][first], used - gpuBytes);
    }
  }

  /** Bytes that kernel {@code at} uses, that live at {@code anchor} and are not counted yet. */
  private long add(int at, int anchor, boolean[] counted) {
    long bytes = 0;
    for (int id : uses.get(at)) {
      if (!counted[id] && tensors.get(id).isLive(anchor)) {
        counted[id] = true;
        bytes += tensors.get(id).bytes();
      }
    }
    return bytes;
  }
}
