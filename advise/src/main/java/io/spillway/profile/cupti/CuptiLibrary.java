package io.spillway.profile.cupti;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The CUPTI library, loaded but not yet asked anything.
 *
 * @param name the file it was found as
 * @param symbols its functions
 */
record CuptiLibrary(String name, SymbolLookup symbols) {

  /**
   * Loads the library.
   *
   * @param named the only file to try; empty to look where it may be
   * @param driverMajor the CUDA version that the driver supports
   * @throws CuptiUnavailableException if there is none, or native access is denied
   */
  static CuptiLibrary load(Optional<Path> named, CuptiPlaces places, int driverMajor) {
    if (named.isPresent()) {
      Path file = named.get();
      return atPath(file)
          .orElseThrow(
              () ->
                  new CuptiUnavailableException(
                      "the library '%s' that the option cupti names cannot be loaded: name a libcupti.so of CUDA 11.0 to 13.0"
                          .formatted(file)));
    }
    List<String> tried = new ArrayList<>();
    for (String name : CuptiPlaces.names(driverMajor)) {
      Optional<CuptiLibrary> found = byName(name);
      if (found.isPresent()) {
        return found.get();
      }
      tried.add(name);
    }
    for (Path file : places.files(driverMajor)) {
      Optional<CuptiLibrary> found = atPath(file);
      if (found.isPresent()) {
        return found.get();
      }
      tried.add(file.toString());
    }
    throw new CuptiUnavailableException(
        "no CUPTI library found (tried %s): install the CUDA toolkit's CUPTI, or name the file with the option cupti"
            .formatted(String.join(", ", tried)));
  }

  @SuppressWarnings("restricted") // Loading the library is what this class is for.
  private static Optional<CuptiLibrary> byName(String name) {
    try {
      return Optional.of(new CuptiLibrary(name, SymbolLookup.libraryLookup(name, Arena.global())));
    } catch (IllegalCallerException e) {
      throw accessDenied(e);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not under this name
    }
  }

  @SuppressWarnings("restricted") // The same.
  private static Optional<CuptiLibrary> atPath(Path file) {
    try {
      return Optional.of(
          new CuptiLibrary(file.toString(), SymbolLookup.libraryLookup(file, Arena.global())));
    } catch (IllegalCallerException e) {
      throw accessDenied(e);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not a library that loads here
    }
  }

  private static CuptiUnavailableException accessDenied(IllegalCallerException cause) {
    Module module = CuptiLibrary.class.getModule();
    String grant = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    return new CuptiUnavailableException(
        "the JVM denies native access: start it with --enable-native-access=" + grant, cause);
  }

  /** The address of an exported symbol, {@link MemorySegment#NULL} if there is none. */
  MemorySegment exported(String symbol) {
    return symbols.find(symbol).orElse(MemorySegment.NULL);
  }
}
