package io.spillway.samples.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.driver.stub.StubCuda;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The programs with the imports of their allocation calls changed and nothing else: on a card too
 * small for them they run out of memory as they are, and run to their end as changed.
 */
@Tag("stub")
class ChangedImportsTest {

  private static final Path SOURCES = Path.of("src/main/java/io/spillway/samples/jcuda");
  private static final String CARD_BYTES = String.valueOf(32L << 20);

  @TempDir private static Path changed;

  private record Ended(int code, String out, String errors) {}

  @BeforeAll
  static void compileWithChangedImports() throws IOException {
    StubCuda.assumeAvailable();
    assumeTrue(dropinIsThere(), "needs io.spillway.dropin");
    Path sources = Files.createDirectory(changed.resolve("sources"));
    List<Path> files = new ArrayList<>();
    try (Stream<Path> originals = Files.list(SOURCES)) {
      for (Path original : originals.toList()) {
        String source = Files.readString(original);
        Path file = sources.resolve(original.getFileName());
        Files.writeString(file, withChangedImports(source));
        files.add(file);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-proc:none", "-cp", classPath(), "-d", changed.resolve("classes").toString());
      assertThat(
              compiler
                  .getTask(
                      null,
                      manager,
                      null,
                      options,
                      null,
                      manager.getJavaFileObjectsFromPaths(files))
                  .call())
          .isTrue();
    }
  }

  private static boolean dropinIsThere() {
    try {
      Class.forName("io.spillway.dropin.SpillwayDriver");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static String withChangedImports(String source) {
    return source
        .replaceAll(
            "import static jcuda[.]driver[.]JCudaDriver[.](cuMemAlloc|cuMemFree);",
            "import static io.spillway.dropin.SpillwayDriver.$1;")
        .replaceAll(
            "import static jcuda[.]runtime[.]JCuda[.](cudaMalloc|cudaFree);",
            "import static io.spillway.dropin.SpillwayRuntime.$1;");
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static Ended run(String classPath, List<String> command)
      throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dspillway.summary=true",
                "-cp",
                classPath));
    line.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("SPILLWAY_STUB_TOTAL_BYTES", CARD_BYTES);
    Process process = builder.start();
    CompletableFuture<String> errors =
        CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
    String out = text(process.getInputStream());
    return new Ended(process.waitFor(), out, errors.join());
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VectorAdd --bytes 48MiB",
        "MatrixVectorIteration --bytes 48MiB",
        "BreadthFirstSearch --scale 18",
        "NearestNeighbours --bytes 32MiB"
      })
  void anImportMakesTheDifference(String command) throws IOException, InterruptedException {
    List<String> program = List.of(("io.spillway.samples.jcuda." + command).split(" "));

    Ended plain = run(classPath(), program);
    Ended withDropin = run(changed.resolve("classes") + ":" + classPath(), program);

    assertThat(plain.out()).isEmpty();
    assertThat(plain.errors()).containsAnyOf("OUT_OF_MEMORY", "cudaErrorMemoryAllocation");
    assertThat(plain.code()).isEqualTo(1);
    // The stub runs no kernels.
    assertThat(withDropin.out()).contains("\"result_ok\": false");
    assertThat(withDropin.errors()).containsPattern("redirectedBytes=[1-9]");
    assertThat(withDropin.code()).isEqualTo(1);
  }
}
