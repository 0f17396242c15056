package io.spillway.driver.panama;

import io.spillway.driver.DriverUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;

/** The driver library, found and loaded but not yet asked anything. */
record CudaLibrary(String name, SymbolLookup symbols) {

  /**
   * Loads the driver library under the first of its names that works.
   *
   * @throws DriverUnavailableException if there is none, or native access is denied
   */
  @SuppressWarnings("restricted") // Loading the driver is what this class is for.
  static CudaLibrary load() {
    List<String> names = names(System.getProperty("os.name", ""));
    for (String name : names) {
      try {
        return new CudaLibrary(name, SymbolLookup.libraryLookup(name, Arena.global()));
      } catch (IllegalCallerException e) {
        throw accessDenied(e);
      } catch (IllegalArgumentException e) {
        // Not under this name: try the next.
      }
    }
    throw new DriverUnavailableException(
        "no CUDA driver library found (tried %s): install the NVIDIA driver, or put the library's folder on %s"
            .formatted(String.join(", ", names), searchPath(names)));
  }

  /** The file names the driver library has on an operating system. */
  static List<String> names(String osName) {
    return osName.toLowerCase(Locale.ROOT).startsWith("windows")
        ? List.of("nvcuda.dll")
        : List.of("libcuda.so.1", "libcuda.so");
  }

  private static String searchPath(List<String> names) {
    return names.contains("nvcuda.dll") ? "PATH" : "LD_LIBRARY_PATH";
  }

  private static DriverUnavailableException accessDenied(IllegalCallerException cause) {
    Module module = CudaLibrary.class.getModule();
    String grant = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    return new DriverUnavailableException(
        "the JVM denies native access: start it with --enable-native-access=" + grant, cause);
  }

  /** The address of an exported symbol, {@link MemorySegment#NULL} if there is none. */
  MemorySegment exported(String symbol) {
    return symbols.find(symbol).orElse(MemorySegment.NULL);
  }
}
