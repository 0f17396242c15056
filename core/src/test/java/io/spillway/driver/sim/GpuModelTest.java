package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.GpuPreset.Figure;
import io.spillway.driver.sim.GpuPreset.Origin;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GpuModelTest {

  private static String file(String id) throws IOException {
    try (InputStream stream = GpuModel.class.getResourceAsStream(id + ".properties")) {
      assertThat(stream).isNotNull();
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static GpuPreset read(String text) throws IOException {
    return GpuModelFile.read(new StringReader(text), "test");
  }

  private static Set<String> components() {
    return Arrays.stream(GpuModel.class.getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @MethodSource("io.spillway.driver.sim.GpuPreset#ids")
  void everyPresetLoadsWithASourceForEveryFigure(String id) {
    GpuPreset preset = GpuPreset.of(id);
    assertThat(preset.figures().keySet()).isEqualTo(components());
    assertThat(preset.figures().values())
        .allSatisfy(figure -> assertThat(figure.source()).isNotBlank());
    assertThat(preset.model()).isEqualTo(GpuModel.named(id));
    assertThat(preset.model().memoryBytes() % Blocks.BYTES).isZero();
  }

  @ParameterizedTest
  @MethodSource("io.spillway.driver.sim.GpuPreset#ids")
  void onlyWhatWasMeasuredHereIsSaidToBe(String id) {
    GpuPreset preset = GpuPreset.of(id);
    boolean measured = id.equals("h200");
    assertThat(preset.calibrated()).isEqualTo(measured);
    Set<Origin> own = Set.of(Origin.MEASURED, Origin.FITTED);
    assertThat(preset.figures().values().stream().anyMatch(figure -> own.contains(figure.origin())))
        .isEqualTo(measured);
    // Nobody published these for another card.
    assertThat(preset.assumed().contains("faultBlockNanos")).isNotEqualTo(measured);
    assertThat(preset.assumed()).contains("evictionBlockNanos");
  }

  @ParameterizedTest
  @MethodSource("io.spillway.driver.sim.GpuPreset#ids")
  void everyPresetRunsAndItsLinkIsItsBound(String id) {
    SimulatedDriver driver = SimulatedDriver.open(GpuModel.named(id));
    AddressRange range = driver.allocateManaged(1L << 30);
    driver.hostTouch(range, TouchKind.WRITE);
    long start = driver.clock().nanoTime();
    driver.prefetch(range, Location.device(0), StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    double rate = range.bytes() / (double) (driver.clock().nanoTime() - start);
    assertThat(rate).isBetween(4.0, driver.model().pinnedInGBps());
    assertThat(driver.model().zeroCopyGBps()).isLessThanOrEqualTo(driver.model().pinnedInGBps());
  }

  @Test
  void aFileThatNamesABaseTakesTheRestAsAssumed() throws IOException {
    GpuPreset preset = read("base=h200\n# datasheet: made up\nname=Mine\n");
    assertThat(preset.model().name()).isEqualTo("Mine");
    assertThat(preset.model().pinnedInGBps()).isEqualTo(55.4);
    assertThat(preset.figures())
        .containsEntry("name", new Figure(Origin.DATASHEET, "made up"))
        .containsEntry("pinnedInGBps", new Figure(Origin.ASSUMED, "as that of the NVIDIA H200"));
    assertThat(preset.assumed()).hasSize(components().size() - 1);
  }

  @Test
  void aSourceMayRunOverSeveralLines() throws IOException {
    GpuPreset preset = read("base=h200\n# datasheet: one\n#   two\nname=Mine\n");
    assertThat(preset.figures()).containsEntry("name", new Figure(Origin.DATASHEET, "one two"));
  }

  @Test
  void missingEntriesAreNamed() throws IOException {
    String text = file("h200").replace("faultBatchNanos=", "#");
    assertThatThrownBy(() -> read(text)).hasMessage("GPU model test: missing [faultBatchNanos]");
  }

  @Test
  void whatIsWrongIsNamedWithItsLine() {
    refused("base=h200\n# assumed: so\nfaultBatchNanoz=1", 3, "faultBatchNanoz is unknown");
    refused("base=h200\n\n# assumed: so\npinnedInGBps=fast", 4, "pinnedInGBps=fast is no valid");
    refused("base=h200\n# assumed: so\npinnedInGBps=-1", 3, "pinnedInGBps=-1 is no valid");
    refused("base=h200\nname=Mine", 2, "name needs a comment above it that begins with one of");
    refused("base=h200\n# guessed: so\nname=Mine", 3, "measured, fitted, datasheet, published");
    refused("base=h200\n# assumed: so\n\nname=Mine", 4, "name needs a comment above it");
    refused("base=h200\nname", 2, "'name' is no name=value");
    refused("base=h900", 1, "base: GPU model 'h900': known are h200, a100-40gb");
    refused("base=test", 1, "a model cannot be its own base");
    refused("# assumed: a\nname=A\n# assumed: b\nname=B", 4, "name is there already");
  }

  private static void refused(String text, int line, String reason) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("GPU model test, line " + line + ": ")
        .hasMessageContaining(reason);
  }

  @Test
  void figuresThatCannotBeMeantAreRefused() throws IOException {
    String zero = file("h200").replace("pinnedInGBps=55.4", "pinnedInGBps=0");
    assertThatThrownBy(() -> read(zero)).hasMessageContaining("pinnedInGBps=0.0: must be above 0");
  }
}
