package io.spillway.samples.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.stub.StubCuda;
import io.spillway.driver.stub.StubCuda.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the programs ask of the driver. The stub runs no kernels, so what they compute is wrong, and
 * they have to say so.
 */
@Tag("stub")
class ProgramsStubTest {

  private static final Set<String> MEMORY_AND_LAUNCHES =
      Set.of(
          "cuMemAlloc",
          "cuMemFree",
          "cuMemcpyHtoD",
          "cuMemcpyDtoH",
          "cuMemcpyDtoD",
          "cuMemsetD32",
          "cuLaunchKernel");

  private static final long MIB = 1L << 20;

  private final StubCuda stub = StubCuda.assumeFresh();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void forgetLoading() {
    stub.clearLog();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(stub.live()).isEmpty();
    assertThat(stub.retainedContexts()).isZero();
  }

  private void runsAndFindsTheResultWrong(Program program, String... arguments) {
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      assertThat(Program.execute(program, arguments, out, out)).isEqualTo(1);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("\"result_ok\": false");
    assertThat(stub.log()).allMatch(entry -> entry.result() == 0);
    assertThat(launches())
        .isNotEmpty()
        .allMatch(launch -> launch.extras().get(0) == 2048 && launch.extras().get(1) == 256);
  }

  private List<Entry> launches() {
    return stub.log("cuLaunchKernel");
  }

  /** The calls on memory and the launches, in order, as {@code name} or {@code name bytes}. */
  private List<String> calls() {
    return stub.log().stream()
        .filter(entry -> MEMORY_AND_LAUNCHES.contains(entry.baseName()))
        .map(entry -> entry.baseName() + (entry.bytes() == 0 ? "" : " " + entry.bytes()))
        .toList();
  }

  private List<Long> sizes(String name) {
    return stub.log(name).stream().map(Entry::bytes).toList();
  }

  private List<Long> addresses(String name) {
    return stub.log(name).stream().map(Entry::address).toList();
  }

  @Test
  void vectorsComeInParts() {
    runsAndFindsTheResultWrong(VectorAdd::run, "--bytes", "6MiB", "--parts", "2", "--passes", "3");

    assertThat(calls())
        .containsExactly(
            "cuMemAlloc " + MIB,
            "cuMemAlloc " + MIB,
            "cuMemAlloc " + MIB,
            "cuMemcpyHtoD " + MIB,
            "cuMemcpyHtoD " + MIB,
            "cuMemAlloc " + MIB,
            "cuMemAlloc " + MIB,
            "cuMemAlloc " + MIB,
            "cuMemcpyHtoD " + MIB,
            "cuMemcpyHtoD " + MIB,
            "cuLaunchKernel",
            "cuLaunchKernel",
            "cuLaunchKernel",
            "cuLaunchKernel",
            "cuLaunchKernel",
            "cuLaunchKernel",
            "cuMemcpyDtoH " + MIB,
            "cuMemcpyDtoH " + MIB,
            "cuMemFree",
            "cuMemFree",
            "cuMemFree",
            "cuMemFree",
            "cuMemFree",
            "cuMemFree");
  }

  @Test
  void largeVectorsAreCopiedInPieces() {
    runsAndFindsTheResultWrong(VectorAdd::run, "--bytes", "120MiB", "--parts", "1");

    assertThat(sizes("cuMemAlloc")).containsOnly(40 * MIB);
    assertThat(sizes("cuMemcpyHtoD")).containsExactly(32 * MIB, 8 * MIB, 32 * MIB, 8 * MIB);
    long left = addresses("cuMemAlloc").getFirst();
    assertThat(addresses("cuMemcpyHtoD")).startsWith(left, left + 32 * MIB);
  }

  @Test
  void eachStepMultipliesAllBlocks() {
    runsAndFindsTheResultWrong(
        MatrixVectorIteration::run, "--bytes", "4MiB", "--blocks", "4", "--steps", "3");

    assertThat(sizes("cuMemAlloc")).containsExactly(4 * 4096L, MIB, MIB, MIB, MIB);
    assertThat(sizes("cuMemcpyHtoD")).containsExactly(4096L, MIB, MIB, MIB, MIB);
    assertThat(launches()).hasSize(3 * 4);
    assertThat(sizes("cuMemcpyDtoH")).containsExactly(4096L, 4096L, 4096L, 4096L);
  }

  @Test
  void aSearchStopsWhenNothingMoreIsReached(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("edges.txt");
    Files.writeString(file, "# a path\n0 1\n1 2\n2 3\n");

    runsAndFindsTheResultWrong(BreadthFirstSearch::run, "--edges", file.toString());

    assertThat(calls())
        .containsExactly(
            "cuMemAlloc " + 5 * Long.BYTES,
            "cuMemcpyHtoD " + 5 * Long.BYTES,
            "cuMemAlloc " + 6 * Integer.BYTES,
            "cuMemcpyHtoD " + 6 * Integer.BYTES,
            "cuMemAlloc " + 4 * Integer.BYTES,
            "cuMemAlloc " + Integer.BYTES,
            "cuMemsetD32 " + 4 * Integer.BYTES,
            "cuMemsetD32 " + Integer.BYTES,
            "cuMemsetD32 " + Integer.BYTES,
            "cuLaunchKernel",
            "cuMemcpyDtoH " + Integer.BYTES,
            "cuMemcpyDtoH " + 4 * Integer.BYTES,
            "cuMemFree",
            "cuMemFree",
            "cuMemFree",
            "cuMemFree");
  }

  @Test
  void eachSearchIsAPass(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("edges.txt");
    Files.writeString(file, "0 1\n");

    runsAndFindsTheResultWrong(
        BreadthFirstSearch::run, "--edges", file.toString(), "--searches", "3");

    assertThat(launches()).hasSize(3);
    assertThat(sizes("cuMemsetD32")).filteredOn(bytes -> bytes == 2 * Integer.BYTES).hasSize(3);
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("\"later_pass_seconds\": 0.");
  }

  @Test
  void firstLaunchesAreLaunchedOverAndOverAndTimed() {
    String[] millis = FirstLaunches.times().split(" ", -1);

    assertThat(launches()).hasSize(1000);
    assertThat(millis).hasSize(3);
    assertThat(Double.parseDouble(millis[1])).isGreaterThanOrEqualTo(Double.parseDouble(millis[0]));
  }

  @Test
  void aStoreThatGrowsIsCopiedAndFreed() {
    runsAndFindsTheResultWrong(
        NearestNeighbours::run,
        "--bytes",
        "4MiB",
        "--batches",
        "4",
        "--queries",
        "2",
        "--neighbours",
        "1");

    long candidateBytes = 2048 * 256 / 32 * Long.BYTES;
    assertThat(sizes("cuMemAlloc")).containsExactly(128L, candidateBytes, MIB, 2 * MIB, 4 * MIB);
    assertThat(sizes("cuMemcpyDtoD")).containsExactly(MIB, 2 * MIB);
    List<Long> stores = addresses("cuMemAlloc").subList(2, 5);
    assertThat(addresses("cuMemFree")).startsWith(stores.get(0), stores.get(1)).hasSize(5);
    assertThat(launches()).hasSize(4 * 2);
    assertThat(sizes("cuMemcpyDtoH")).containsOnly(candidateBytes).hasSize(4 * 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void whatIsAllocatedIsFreedWhenMemoryRunsOut(int allocation) {
    stub.fail("cuMemAlloc_v2", allocation, 2);
    assertThatThrownBy(() -> VectorAdd.run(new String[] {"--bytes", "6MiB"}))
        .hasMessage("CUDA_ERROR_OUT_OF_MEMORY");

    stub.fail("cuMemAlloc_v2", allocation, 2);
    assertThatThrownBy(() -> MatrixVectorIteration.run(new String[] {"--bytes", "1MiB"}))
        .hasMessage("CUDA_ERROR_OUT_OF_MEMORY");

    stub.fail("cuMemAlloc_v2", allocation, 2);
    assertThatThrownBy(() -> BreadthFirstSearch.run(new String[] {"--scale", "8"}))
        .hasMessage("CUDA_ERROR_OUT_OF_MEMORY");

    stub.fail("cuMemAlloc_v2", allocation, 2);
    assertThatThrownBy(() -> NearestNeighbours.run(new String[] {"--bytes", "1MiB"}))
        .hasMessage("cudaErrorMemoryAllocation");
  }
}
