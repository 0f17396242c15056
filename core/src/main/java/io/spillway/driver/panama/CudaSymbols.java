package io.spillway.driver.panama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.spillway.driver.DriverUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the addresses of the driver's functions; {@link MemorySegment#NULL} is one that it lacks.
 * Notes the required ones that are missing. For one thread.
 */
final class CudaSymbols {

  /** The CUDA version whose forms of advise and prefetch name a {@code CUdevice}. */
  static final int VERSION_DEVICE_FORMS = 8000;

  /** The first CUDA version with capture modes: cudaTypedefs.h 13.0. */
  static final int VERSION_CAPTURE_MODES = 10010;

  /** The first CUDA version with batches and discard: cudaTypedefs.h 13.0. */
  static final int VERSION_BATCHES = 13000;

  /**
   * The first CUDA version with the location forms under their plain names: cudaTypedefs.h 13.0.
   */
  private static final int VERSION_LOCATION_FORMS = 12020;

  /** {@code CU_GET_PROC_ADDRESS_DEFAULT}, cuda.h 13.0. */
  private static final long GET_PROC_ADDRESS_DEFAULT = 0;

  private final CudaLibrary library;
  private final MemorySegment getProcAddressV2;
  private final MemorySegment getProcAddressV1;
  private final List<String> missing = new ArrayList<>();

  CudaSymbols(CudaLibrary library) {
    this.library = library;
    getProcAddressV2 = library.exported("cuGetProcAddress_v2");
    getProcAddressV1 = library.exported("cuGetProcAddress");
  }

  static boolean found(MemorySegment address) {
    return address.address() != 0;
  }

  /** What the library exports under that very name. */
  MemorySegment exported(String symbol) {
    return library.exported(symbol);
  }

  /** The same; without it the driver cannot be used. */
  MemorySegment required(String symbol) {
    MemorySegment address = exported(symbol);
    if (!found(address)) {
      missing.add(symbol);
    }
    return address;
  }

  /** The newer of two names, else the older one, which is required. */
  MemorySegment required(String symbol, String older) {
    MemorySegment address = exported(symbol);
    return found(address) ? address : required(older);
  }

  /**
   * Refuses the driver if it lacks what was required.
   *
   * @throws DriverUnavailableException naming all that is missing
   */
  void requireAll() {
    if (!missing.isEmpty()) {
      throw new DriverUnavailableException(
          "%s lacks %s: update the NVIDIA driver"
              .formatted(library.name(), String.join(", ", missing)));
    }
  }

  /** What the driver itself offers under {@code symbol} at {@code cudaVersion}. */
  MemorySegment optional(String symbol, int cudaVersion) {
    if (!found(getProcAddressV2) && !found(getProcAddressV1)) {
      return exported(symbol);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(symbol);
      MemorySegment address = arena.allocate(ADDRESS);
      MemorySegment query = arena.allocate(JAVA_INT);
      int status =
          found(getProcAddressV2)
              ? (int)
                  CallShapes.AAIJA.CALL.invokeExact(
                      getProcAddressV2, name, address, cudaVersion, GET_PROC_ADDRESS_DEFAULT, query)
              : (int)
                  CallShapes.AAIJ.CALL.invokeExact(
                      getProcAddressV1, name, address, cudaVersion, GET_PROC_ADDRESS_DEFAULT);
      return status == Libcuda.SUCCESS ? address.get(ADDRESS, 0) : MemorySegment.NULL;
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  /**
   * The form of {@code name} that takes a {@code CUmemLocation}. Asked for by its plain name at a
   * new version a driver may answer with the older form, whose address is then that of {@code
   * deviceForm}.
   */
  MemorySegment locationForm(String name, MemorySegment deviceForm) {
    MemorySegment plain = optional(name, VERSION_BATCHES);
    return found(plain) && !plain.equals(deviceForm)
        ? plain
        : optional(name + "_v2", VERSION_LOCATION_FORMS);
  }
}
