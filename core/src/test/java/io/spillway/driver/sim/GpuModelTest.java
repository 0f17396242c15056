package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GpuModelTest {

  private static String h200() throws IOException {
    try (InputStream stream = GpuModel.class.getResourceAsStream("h200.properties")) {
      assertThat(stream).isNotNull();
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static GpuModel read(String text) throws IOException {
    return GpuModelFile.read(new StringReader(text), "test");
  }

  @Test
  void everyNamedModelReads() {
    assertThat(GpuModel.names()).allSatisfy(name -> assertThat(GpuModel.named(name)).isNotNull());
    assertThat(GpuModel.h200().pinnedInGBps()).isEqualTo(55.4);
  }

  @Test
  void everyFigureHasASource() throws IOException {
    String before = "";
    for (String line : h200().lines().toList()) {
      if (line.contains("=") && !line.startsWith("#")) {
        assertThat(before).as("above %s", line).startsWith("#");
      }
      before = line;
    }
  }

  @Test
  void missingAndUnknownEntriesAreNamed() throws IOException {
    String text = h200().replace("faultBatchNanos=", "faultBatchNanoz=");
    assertThatThrownBy(() -> read(text))
        .hasMessage(
            "GPU model test: missing entries [faultBatchNanos], unknown entries [faultBatchNanoz]");
  }

  @Test
  void figuresThatAreNoneAreNamed() throws IOException {
    String word = h200().replace("pinnedInGBps=55.4", "pinnedInGBps=fast");
    assertThatThrownBy(() -> read(word)).hasMessageContaining("pinnedInGBps=fast is no valid");
    String zero = h200().replace("pinnedInGBps=55.4", "pinnedInGBps=0");
    assertThatThrownBy(() -> read(zero)).hasMessageContaining("pinnedInGBps=0.0: must be above 0");
    assertThatThrownBy(() -> GpuModel.named("h900")).hasMessage("GPU model 'h900': known are h200");
  }
}
