package io.spillway.samples.programs;

import io.spillway.range.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One of the four programs on plain JCuda, which print a JSON object of what they computed.
 *
 * @param name its class in {@code io.spillway.samples.jcuda}
 * @param arguments how large it is
 */
public record SampleProgram(String name, List<String> arguments) {

  private static final String PACKAGE = "io.spillway.samples.jcuda.";

  /** Into how many allocations data is cut where a footprint is asked for. */
  private static final String PARTS = "12";

  /** Keeps a copy. */
  public SampleProgram {
    arguments = List.copyOf(arguments);
  }

  /**
   * All four.
   *
   * @param footprint the device memory each takes, about; their own usual sizes if empty
   * @param passes how often those that go over their data again and again do so
   */
  public static List<SampleProgram> all(Optional<ByteSize> footprint, OptionalInt passes) {
    return List.of(
        of("VectorAdd", footprint, 1, "--parts", "--passes", passes),
        of("MatrixVectorIteration", footprint, 1, "--blocks", "--steps", passes),
        of("BreadthFirstSearch", footprint, 1, "", "--searches", passes),
        // Its store is half as large again while it grows for the last time.
        of("NearestNeighbours", footprint, 2.0 / 3, "", "", OptionalInt.empty()));
  }

  private static SampleProgram of(
      String name,
      Optional<ByteSize> footprint,
      double share,
      String partsOption,
      String passesOption,
      OptionalInt passes) {
    List<String> arguments = new ArrayList<>();
    if (footprint.isPresent()) {
      long bytes = (long) (footprint.get().bytes() * share);
      arguments.addAll(List.of("--bytes", Long.toString(bytes)));
      if (!partsOption.isEmpty()) {
        arguments.addAll(List.of(partsOption, PARTS));
      }
    }
    if (passes.isPresent()) {
      arguments.addAll(List.of(passesOption, Integer.toString(passes.getAsInt())));
    }
    return new SampleProgram(name, arguments);
  }

  /**
   * Runs it.
   *
   * @param options for the JVM
   * @throws ChildFailedException if what it prints is no result
   */
  public ChildJvm.Result run(ChildJvm jvm, ProgramFiles files, List<String> options)
      throws IOException, InterruptedException {
    return jvm.run(options, files.classPath(), PACKAGE + name, arguments);
  }
}
