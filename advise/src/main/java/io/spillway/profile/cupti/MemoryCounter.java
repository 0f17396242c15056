package io.spillway.profile.cupti;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a {@link MemoryActivity} tells of: {@code CUpti_ActivityUnifiedMemoryCounterKind},
 * cupti_activity.h 13.0.
 */
public enum MemoryCounter {
  /** Bytes moved from the host to the device. */
  TRANSFER_TO_DEVICE(1, "transfers to the device"),
  /** Bytes moved from the device to the host. */
  TRANSFER_TO_HOST(2, "transfers to the host"),
  /** A host thread faulted. */
  CPU_FAULT(3, "CPU page faults"),
  /** A kernel faulted. */
  GPU_FAULT(4, "GPU page faults"),
  /** Processors take a range from each other. */
  THRASHING(5, "thrashing"),
  /** A processor was held back. */
  THROTTLING(6, "throttling"),
  /** A range was mapped from afar. */
  REMOTE_MAP(7, "remote maps"),
  /** Bytes moved from one device to another. */
  TRANSFER_BETWEEN_DEVICES(8, "transfers between devices");

  private final int code;
  private final String words;

  MemoryCounter(int code, String words) {
    this.code = code;
    this.words = words;
  }

  int code() {
    return code;
  }

  /** For people. */
  String words() {
    return words;
  }

  static String words(List<MemoryCounter> counters) {
    return counters.stream().map(MemoryCounter::words).collect(Collectors.joining(", "));
  }

  /** The one with that code, if there is one. */
  static Optional<MemoryCounter> of(int code) {
    return Arrays.stream(values()).filter(each -> each.code == code).findFirst();
  }
}
