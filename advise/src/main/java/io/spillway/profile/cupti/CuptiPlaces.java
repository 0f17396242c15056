package io.spillway.profile.cupti;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where CUPTI may be: what the dynamic loader finds by name, then the folders of CUDA toolkits.
 *
 * @param environment the process's environment, for {@code CUDA_HOME}, {@code CUDA_PATH} and {@code
 *     PATH}
 * @param toolkits the folder that toolkits are installed in, {@code /usr/local} on Linux
 */
record CuptiPlaces(Map<String, String> environment, Path toolkits) {

  /** Minor versions of CUDA 11, whose library is named after each. */
  private static final int LAST_MINOR_OF_11 = 8;

  /**
   * Major versions since 12, whose library is named after the major alone; 13 is the last known.
   */
  private static final List<Integer> MAJORS_SINCE_12 = List.of(13, 12);

  /** Where a toolkit keeps its libraries, below its own folder. */
  private static final List<String> FOLDERS =
      List.of("extras/CUPTI/lib64", "lib64", "lib", "targets/x86_64-linux/lib", "extras/CUPTI/lib");

  /** This process's. */
  static CuptiPlaces ofProcess() {
    return new CuptiPlaces(System.getenv(), Path.of("/usr/local"));
  }

  /**
   * The library's file names, newest first, but none newer than the driver, which would refuse it.
   *
   * @param driverMajor the CUDA version that the driver supports
   */
  static List<String> names(int driverMajor) {
    Stream<String> newer =
        MAJORS_SINCE_12.stream()
            .filter(major -> major <= driverMajor)
            .map(major -> "libcupti.so." + major);
    Stream<String> eleven =
        IntStream.iterate(LAST_MINOR_OF_11, minor -> minor >= 0, minor -> minor - 1)
            .mapToObj(minor -> "libcupti.so.11." + minor);
    return Stream.of(newer, eleven, Stream.of("libcupti.so")).flatMap(each -> each).toList();
  }

  /** Files that are there, best first. */
  List<Path> files(int driverMajor) {
    List<Path> found = new ArrayList<>();
    for (Path toolkit : toolkitFolders()) {
      for (String folder : FOLDERS) {
        for (String name : names(driverMajor)) {
          Path file = toolkit.resolve(folder).resolve(name);
          if (Files.isRegularFile(file)) {
            found.add(file);
          }
        }
      }
    }
    return found;
  }

  private Set<Path> toolkitFolders() {
    Set<Path> folders = new LinkedHashSet<>();
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      String value = environment.get(variable);
      if (value != null && !value.isBlank()) {
        folders.add(Path.of(value));
      }
    }
    compilerToolkit().ifPresent(folders::add);
    folders.addAll(installed());
    return folders;
  }

  /** The toolkit whose {@code nvcc} is on the path. */
  private Optional<Path> compilerToolkit() {
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      Path compiler = Path.of(folder, "nvcc");
      if (!folder.isEmpty() && Files.isExecutable(compiler)) {
        try {
          return Optional.ofNullable(compiler.toRealPath().getParent()).map(Path::getParent);
        } catch (IOException e) {
          return Optional.empty(); // gone meanwhile
        }
      }
    }
    return Optional.empty();
  }

  /** {@code cuda}, then {@code cuda-13.0} and the like, newest first. */
  private List<Path> installed() {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(toolkits, "cuda*")) {
      entries.forEach(found::add);
    } catch (IOException e) {
      return List.of(); // nothing is installed there
    }
    Comparator<Path> plainFirst =
        Comparator.comparing(path -> !path.getFileName().toString().equals("cuda"));
    found.sort(plainFirst.thenComparing(Comparator.reverseOrder()));
    return found;
  }
}
