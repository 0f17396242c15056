package io.spillway.samples.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The checked-in PTX: old enough for drivers from 525 on, and what its source compiles to. */
class KernelsTest {

  private static final Path SOURCES = Path.of("src/main/cuda");
  private static final Path REGENERATE = SOURCES.resolve("regenerate");

  static Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(".cu"))
          .map(file -> SOURCES.relativize(file).toString().replaceFirst("[.]cu$", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static String checkedIn(String name) throws IOException {
    try (InputStream stream =
        Machine.class.getResourceAsStream("/io/spillway/samples/" + name + ".ptx")) {
      assertThat(stream).as(name).isNotNull();
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theHeaderIsOldEnough(String name) throws IOException {
    String ptx = checkedIn(name);

    assertThat(ptx).contains("\n.version 7.0\n.target sm_70\n.address_size 64\n");
    // Forms that came after PTX 7.0 or compute capability 7.0.
    assertThat(ptx)
        .doesNotContain("L1::", "L2::", ".level::", "cp.async", "redux", "mbarrier", ".ptr");
  }

  @ParameterizedTest
  @MethodSource("names")
  void regeneratingGivesTheSameFile(String name, @TempDir Path out)
      throws IOException, InterruptedException {
    String ptx = checkedIn(name);
    Matcher compiler = Pattern.compile("compiled by nvcc ([0-9.]+);").matcher(ptx);
    assertThat(compiler.find()).isTrue();
    assumeTrue(onPath("nvcc"), "needs nvcc");
    assumeTrue(
        output("nvcc", "--version").contains("V" + compiler.group(1)),
        "needs nvcc " + compiler.group(1) + ": another one compiles differently");

    output(REGENERATE.toAbsolutePath().toString(), out.toString());

    assertThat(Files.readString(out.resolve(name + ".ptx"))).isEqualTo(ptx);
  }

  private static boolean onPath(String program) {
    return Pattern.compile(":")
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
