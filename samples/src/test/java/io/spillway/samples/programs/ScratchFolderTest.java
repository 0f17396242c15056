package io.spillway.samples.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ScratchFolderTest {

  @Test
  void allThatIsInItIsGoneAtItsEnd() throws IOException {
    Path path;
    try (ScratchFolder scratch = ScratchFolder.create("spillway-test")) {
      path = scratch.path();
      Files.writeString(Files.createDirectory(path.resolve("inside")).resolve("file"), "x");
    }

    assertThat(path).doesNotExist();
  }
}
