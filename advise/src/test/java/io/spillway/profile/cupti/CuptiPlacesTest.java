package io.spillway.profile.cupti;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CuptiPlacesTest {

  @TempDir Path directory;

  private Path put(String... path) throws IOException {
    Path file = directory.resolve(Path.of("", path));
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "");
  }

  @Test
  void namesAreThoseOfTheDriversVersionAndBelow() {
    assertThat(CuptiPlaces.names(13))
        .startsWith("libcupti.so.13", "libcupti.so.12", "libcupti.so.11.8", "libcupti.so.11.7")
        .endsWith("libcupti.so.11.0", "libcupti.so")
        .hasSize(12);
    assertThat(CuptiPlaces.names(12)).startsWith("libcupti.so.12").hasSize(11);
    assertThat(CuptiPlaces.names(11)).startsWith("libcupti.so.11.8").hasSize(10);
  }

  @Test
  void toolkitsAreLookedThroughInOrder() throws IOException {
    Path home = put("home", "lib64", "libcupti.so.13");
    Path extras = put("home", "extras", "CUPTI", "lib64", "libcupti.so.12");
    Path path = put("path", "lib", "libcupti.so.13");
    Path compiler = put("compiler", "bin", "nvcc");
    Files.setPosixFilePermissions(compiler, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path besideCompiler = put("compiler", "targets", "x86_64-linux", "lib", "libcupti.so");
    Path old = put("local", "cuda-12.4", "lib64", "libcupti.so.12");
    Path recent = put("local", "cuda-13.0", "lib64", "libcupti.so.13");
    put("local", "other", "lib64", "libcupti.so.13");
    CuptiPlaces places =
        new CuptiPlaces(
            Map.of(
                "CUDA_HOME", directory.resolve("home").toString(),
                "CUDA_PATH", directory.resolve("path").toString(),
                "PATH", directory.resolve("nothing") + ":" + compiler.getParent()),
            directory.resolve("local"));
    assertThat(places.files(13)).containsExactly(extras, home, path, besideCompiler, recent, old);
    assertThat(places.files(12)).containsExactly(extras, besideCompiler, old);
  }

  @Test
  void whereNothingIsThereIsNothing() {
    assertThat(new CuptiPlaces(Map.of(), directory.resolve("none")).files(13)).isEqualTo(List.of());
  }
}
