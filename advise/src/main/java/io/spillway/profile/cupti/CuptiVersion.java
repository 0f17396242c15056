package io.spillway.profile.cupti;

import java.util.Map;
import java.util.Optional;

/**
 * A CUPTI API version, as {@code cuptiGetVersion} gives it, whose record layouts are known.
 *
 * <p>Versions and their toolkits are those that cupti_version.h of CUDA 13.0 Update 1 lists; 25
 * does not exist. Up to 12.6 a memory counter is a {@code CUpti_ActivityUnifiedMemoryCounter2},
 * from 12.8 on a {@code CUpti_ActivityUnifiedMemoryCounter3}; kernels are {@code
 * CUpti_ActivityKernel5} (11.0) to {@code CUpti_ActivityKernel10} (13.0). All of them are in that
 * toolkit's cupti_activity.h and cupti_activity_deprecated.h, and share the fields that {@link
 * MemoryCounterRecord} and {@link KernelRecord} read.
 *
 * @param api the number
 * @param toolkit the CUDA toolkit it is part of
 */
record CuptiVersion(int api, String toolkit) {

  private static final Map<Integer, String> TOOLKITS =
      Map.ofEntries(
          Map.entry(13, "11.0"),
          Map.entry(14, "11.1"),
          Map.entry(15, "11.2 to 11.4"),
          Map.entry(16, "11.5"),
          Map.entry(17, "11.6"),
          Map.entry(18, "11.8"),
          Map.entry(19, "12.0"),
          Map.entry(20, "12.2"),
          Map.entry(21, "12.3"),
          Map.entry(22, "12.4"),
          Map.entry(23, "12.5"),
          Map.entry(24, "12.6"),
          Map.entry(26, "12.8"),
          Map.entry(27, "12.9"),
          Map.entry(28, "12.9 Update 1"),
          Map.entry(130000, "13.0"),
          Map.entry(130001, "13.0 Update 1"));

  /** From this version on a memory counter is a {@code CUpti_ActivityUnifiedMemoryCounter3}. */
  private static final int FIRST_WITH_COUNTER_3 = 26;

  /** The version with this number, if its layouts are known. */
  static Optional<CuptiVersion> of(int api) {
    return Optional.ofNullable(TOOLKITS.get(api)).map(toolkit -> new CuptiVersion(api, toolkit));
  }

  /** Bytes of a memory counter's record. */
  int memoryCounterBytes() {
    return api >= FIRST_WITH_COUNTER_3
        ? MemoryCounterRecord.BYTES_OF_COUNTER_3
        : MemoryCounterRecord.BYTES_OF_COUNTER_2;
  }

  /** As people write it. */
  @Override
  public String toString() {
    return "cupti " + toolkit;
  }
}
