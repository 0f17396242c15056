package io.spillway.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.ByteSize;
import org.junit.jupiter.api.Test;

class JobTest {

  private static final long LAYER = 256 * ByteSize.MIB;

  @Test
  void theMeasuredJobKeepsTwelveLayersBesideARingOfFour() {
    Job job = new Job(48, LAYER, 20, 2, 4 * ByteSize.GIB);

    assertThat(job.footprintBytes()).isEqualTo(12 * ByteSize.GIB);
    assertThat(job.layersInBudget()).isEqualTo(16);
    assertThat(job.keptLayers()).isEqualTo(12);
    assertThat(job.ringLayers()).isEqualTo(4);
    assertThat(job.ratio()).isEqualTo(3);
  }

  @Test
  void aSmallBudgetKeepsLessAndAGenerousOneAll() {
    assertThat(new Job(48, LAYER, 1, 1, 2 * LAYER).keptLayers()).isZero();
    assertThat(new Job(48, LAYER, 1, 1, 4 * LAYER).keptLayers()).isEqualTo(2);
    assertThat(new Job(3, LAYER, 1, 1, 4 * LAYER).keptLayers()).isEqualTo(3);
  }

  @Test
  void refusesWhatCannotBeRun() {
    assertThatThrownBy(() -> new Job(0, LAYER, 1, 1, 4 * LAYER))
        .hasMessage("layers of 0: must be at least 1");
    assertThatThrownBy(() -> new Job(1, LAYER, 0, 1, 4 * LAYER))
        .hasMessage("reads of 0: must be at least 1");
    assertThatThrownBy(() -> new Job(1, LAYER, 1, -1, 4 * LAYER))
        .hasMessage("passes of -1: must be at least 1");
    assertThatThrownBy(() -> new Job(1, 3 * ByteSize.MIB, 1, 1, LAYER))
        .hasMessage(
            "layer size of 3 MiB (3145728 bytes): must be a positive multiple of 2 MiB, such as 16"
                + " MiB");
    assertThatThrownBy(() -> new Job(48, Long.MAX_VALUE - (2 << 20) + 1, 1, 1, LAYER))
        .hasMessageContaining("more than 2^63-1 bytes; ask for fewer or smaller layers");
    assertThatThrownBy(() -> new Job(48, LAYER, 1, 1, LAYER))
        .hasMessage(
            "budget of 256 MiB: less than 2 layers of 256 MiB, the least that can be streamed;"
                + " raise the budget or lower the layer size");
  }
}
