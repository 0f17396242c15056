package io.spillway.profile.cupti;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** This machine's CUDA toolkit, where it has one. */
final class RealCupti {

  /** The newest CUDA version whose library is known. */
  private static final int NEWEST_MAJOR = 13;

  private RealCupti() {}

  /** The library; skips the calling test if there is none. */
  static CuptiLibrary assumePresent() {
    List<Path> files = CuptiPlaces.ofProcess().files(NEWEST_MAJOR);
    Assumptions.assumeFalse(files.isEmpty(), "no CUDA toolkit with CUPTI on this machine");
    return CuptiLibrary.load(Optional.of(files.getFirst()), CuptiPlaces.ofProcess(), NEWEST_MAJOR);
  }

  /** The folder of the headers; skips the calling test if there is none. */
  static Path assumeHeaders() {
    for (Path library : CuptiPlaces.ofProcess().files(NEWEST_MAJOR)) {
      for (Path folder = library.getParent(); folder != null; folder = folder.getParent()) {
        Path include = folder.resolve("include");
        if (Files.isRegularFile(include.resolve("cupti_activity_deprecated.h"))) {
          return include;
        }
      }
    }
    return Assumptions.abort("no CUDA toolkit with CUPTI's headers on this machine");
  }
}
