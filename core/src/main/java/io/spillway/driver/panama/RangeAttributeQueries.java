package io.spillway.driver.panama;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.Location;
import io.spillway.driver.RangeAttributes;
import io.spillway.range.AddressRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What CUDA remembers of managed ranges, asked one attribute at a time, in the context. */
final class RangeAttributeQueries {

  // CUmem_range_attribute of cuda.h 13.0.
  private static final int CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY = 1;
  private static final int CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION = 2;
  private static final int CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY = 3;
  private static final int CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION = 4;
  private static final int CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_TYPE = 5;
  private static final int CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_TYPE = 7;

  /** The {@code _ID} attribute of a location directly follows its {@code _TYPE}. */
  private static final int TYPE_TO_ID = 1;

  private final ContextCalls calls;
  private final ManagedFunctions managed;
  private final int deviceCount;

  RangeAttributeQueries(ContextCalls calls, int deviceCount) {
    this.calls = calls;
    this.managed = calls.cuda().managed();
    this.deviceCount = deviceCount;
  }

  /** All that the seam tells of a range. */
  RangeAttributes of(AddressRange range) {
    boolean readMostly = rangeInt(CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY, range) != 0;
    return new RangeAttributes(
        readMostly,
        rangeLocation(
            CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION_TYPE,
            CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION,
            range),
        accessedBy(range),
        rangeLocation(
            CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION_TYPE,
            CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION,
            range));
  }

  private int rangeInt(int attribute, AddressRange range) {
    calls.check("cuMemRangeGetAttribute", rangeStatus(attribute, range), range);
    return CallScratch.ofThread().firstInt();
  }

  private int rangeStatus(int attribute, AddressRange range) {
    return managed.memRangeGetAttribute(
        CallScratch.ofThread().first, Integer.BYTES, attribute, range.address(), range.bytes());
  }

  /** The location by type and id; where the driver knows no such attributes, by device number. */
  private Optional<Location> rangeLocation(
      int typeAttribute, int deviceAttribute, AddressRange range) {
    int status = rangeStatus(typeAttribute, range);
    if (status == CudaStatus.INVALID_VALUE.code() || status == CudaStatus.NOT_SUPPORTED.code()) {
      return CudaLocations.ofDevice(rangeInt(deviceAttribute, range));
    }
    calls.check("cuMemRangeGetAttribute", status, range);
    return switch (CallScratch.ofThread().firstInt()) {
      case Libcuda.LOCATION_TYPE_DEVICE ->
          Optional.of(Location.device(rangeInt(typeAttribute + TYPE_TO_ID, range)));
      case Libcuda.LOCATION_TYPE_HOST -> Optional.of(Location.HOST);
      case Libcuda.LOCATION_TYPE_HOST_NUMA ->
          Optional.of(new Location.HostNode(rangeInt(typeAttribute + TYPE_TO_ID, range)));
      default -> Optional.empty();
    };
  }

  private Set<Location> accessedBy(AddressRange range) {
    int most = deviceCount + 1; // every device, and the host
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(ValueLayout.JAVA_INT, most);
      found.fill((byte) Libcuda.DEVICE_INVALID);
      calls.check(
          "cuMemRangeGetAttribute",
          managed.memRangeGetAttribute(
              found,
              found.byteSize(),
              CU_MEM_RANGE_ATTRIBUTE_ACCESSED_BY,
              range.address(),
              range.bytes()),
          range);
      Set<Location> locations = new HashSet<>();
      for (int i = 0; i < most; i++) {
        CudaLocations.ofDevice(found.getAtIndex(ValueLayout.JAVA_INT, i)).ifPresent(locations::add);
      }
      return locations;
    }
  }
}
