package io.spillway.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.ByteSize;
import io.spillway.samples.device.Lanes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The reference against the plainest reading of what {@code layers.cu} says. */
class ReferenceTest {

  private static final Job JOB = new Job(3, 2 * ByteSize.MIB, 5, 1, 4 * ByteSize.MIB);

  @Test
  void activationsAreWhatTheKernelsWouldCompute() {
    long[] activations = new long[256];
    for (int pass = 0; pass < 2; pass++) {
      for (int layer = 0; layer < JOB.layers(); layer++) {
        long[] laneSums = new long[256];
        for (int read = 0; read < JOB.readsPerLayer(); read++) {
          for (int i = 0; i < JOB.layerBytes() / 8; i++) {
            laneSums[i / 2 % 256] += (2L * read + 1) * Weights.word(layer, i);
          }
        }
        for (int lane = 0; lane < 256; lane++) {
          long turned = (activations[lane] << 23) | (activations[lane] >>> 41);
          activations[lane] = (turned ^ laneSums[lane]) * 0x9E3779B97F4A7C15L + layer;
        }
      }
    }

    assertThat(Reference.of(JOB).activations(JOB.layers(), 2)).isEqualTo(activations);
  }

  @Test
  void theOrderOfLayersMatters() {
    long[] inOrder = new long[Lanes.COUNT];
    long[] swapped = new long[Lanes.COUNT];
    long[] first = Weights.laneSums(0, JOB.layerBytes());
    long[] second = Weights.laneSums(1, JOB.layerBytes());
    Arrays.setAll(
        inOrder, lane -> Lanes.activated(Lanes.activated(0, first[lane], 0), second[lane], 0));
    Arrays.setAll(
        swapped, lane -> Lanes.activated(Lanes.activated(0, second[lane], 0), first[lane], 0));

    assertThat(inOrder).isNotEqualTo(swapped);
  }

  @Test
  void whatIsWrittenIsWhatIsSummed() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(6 * ByteSize.MIB + 4096);

      Weights.write(2, segment);

      assertThat(Lanes.sums(segment)).isEqualTo(Weights.laneSums(2, segment.byteSize()));
    }
  }
}
