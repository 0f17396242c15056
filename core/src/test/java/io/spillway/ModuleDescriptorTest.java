package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the module says it cannot do without. */
class ModuleDescriptorTest {

  /** Events are defined as classes of it: without the module nothing that emits one loads. */
  @Test
  void aRuntimeForItHasTheFlightRecorder() throws IOException {
    Path compiled = Path.of("target", "classes", "module-info.class");
    try (InputStream bytes = Files.newInputStream(compiled)) {
      Requires recorder =
          ModuleDescriptor.read(bytes).requires().stream()
              .filter(required -> required.name().equals("jdk.jfr"))
              .findAny()
              .orElseThrow();
      assertThat(recorder.modifiers()).containsExactly(Requires.Modifier.TRANSITIVE);
    }
  }
}
