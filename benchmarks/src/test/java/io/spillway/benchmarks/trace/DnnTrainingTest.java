package io.spillway.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small file in the format of the training traces, read both ways. */
class DnnTrainingTest {

  private static final long MIB = 1L << 20;

  @TempDir private Path folder;

  @Test
  void tensorsAndKernelsAreRead() throws IOException {
    TrainingIteration iteration = DnnTrainingFile.read(DnnFiles.chain(folder));
    assertThat(iteration.name()).isEqualTo("Chain-1");
    assertThat(iteration.tensors())
        .containsExactly(
            new Tensor(0, 4 * MIB, Kind.ACTIVATION, 0, 2),
            new Tensor(1, 4 * MIB, Kind.ACTIVATION, 1, 3),
            new Tensor(2, 2 * MIB, Kind.WEIGHT, 0, Integer.MAX_VALUE));
    assertThat(iteration.kernels()).hasSize(3);
    assertThat(iteration.kernels().get(1).flat()).isTrue();
    assertThat(iteration.kernels().get(2).inputs()).containsExactly(1, 2);
    assertThat(iteration.tensors().get(0).isLive(1)).isTrue();
    assertThat(iteration.tensors().get(0).isLive(2)).isFalse();
    assertThat(iteration.tensors().get(2).isLive(2)).isTrue();
  }

  @Test
  void flatKernelsLoseTheirTimeAndNothingElse() throws IOException {
    TrainingIteration iteration = DnnTrainingFile.read(DnnFiles.chain(folder)).withoutFlatTime();
    assertThat(iteration.kernels().get(1).cycles()).isZero();
    assertThat(iteration.kernels().get(1).inputFaultNanos()).isEqualTo(1_000_000);
    assertThat(iteration.kernels().get(1).faultNanos()).isEqualTo(2_000_000);
    assertThat(iteration.kernels().get(0).cycles()).isEqualTo(1_200_000);
    assertThat(iteration.kernels().get(1).inputs()).containsExactly(0);
  }

  @Test
  void asALaunchTraceDeadTensorsGiveTheirAddressesUp() throws IOException {
    Trace trace = Traces.open(DnnFiles.chain(folder) + "?laps=2");
    assertThat(trace.launches()).isEqualTo(6);
    // A is last used by kernel 1, so B cannot have its address; in lap 2 both have theirs again.
    assertThat(trace.regions())
        .containsExactly(
            new Region(0, "weights", 2 * MIB, true, false),
            new Region(1, "activations", 8 * MIB, false, false));
    assertThat(trace.launch(0).touches())
        .containsExactly(
            new Touch(0, 0, 2 * MIB, Effect.READ, 1), new Touch(1, 0, 4 * MIB, Effect.WRITE, 1));
    assertThat(trace.launch(1).dead()).containsExactly(new Span(1, 0, 4 * MIB));
    assertThat(trace.launch(2).touches())
        .containsExactly(
            new Touch(1, 4 * MIB, 4 * MIB, Effect.READ, 1),
            new Touch(0, 0, 2 * MIB, Effect.UPDATE, 1));
    assertThat(trace.launch(4).touches()).isEqualTo(trace.launch(1).touches());
    assertThat(trace.launch(4).computeNanos()).isEqualTo(2_000_000);
    assertThat(trace.has(Characteristic.LIFETIMES)).isTrue();
  }

  @Test
  void flatTimeCanBeTakenOut() throws IOException {
    Trace trace = Traces.open(DnnFiles.chain(folder) + "?flat=remove");
    assertThat(trace.launch(1).computeNanos()).isZero();
    assertThat(trace.launch(0).computeNanos()).isEqualTo(1_000_000);
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = folder.resolve("x.jsonl");
    Files.writeString(file, "{\"format\":\"other\"}\n");
    assertThatThrownBy(() -> DnnTrainingFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'other'");
  }

  @Test
  void tensorsAreNumberedByPlace() {
    assertThatThrownBy(
            () ->
                new TrainingIteration(
                    "t", List.of(new Tensor(1, 4096, Kind.WEIGHT, 0, 1)), List.of()))
        .hasMessageContaining("position 0");
  }
}
