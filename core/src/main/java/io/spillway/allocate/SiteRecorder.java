package io.spillway.allocate;

import io.spillway.range.AddressRange;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Numbers allocations and says where they come from. Safe for use by any thread. */
final class SiteRecorder {

  /** Frames kept of a stack: enough to leave any library that allocates in the caller's name. */
  private static final int MOST_FRAMES = 64;

  /** Packages an allocation call passes through on its way here. */
  private static final Set<String> OWN_PACKAGES =
      Set.of(
          "io.spillway",
          "io.spillway.allocate",
          "io.spillway.dropin",
          "io.spillway.agent",
          "jcuda.driver",
          "jcuda.runtime");

  private static final StackWalker WALKER = StackWalker.getInstance();

  private final AllocationTracking tracking;
  private final AtomicLong nextOrdinal = new AtomicLong();

  // Bounded by the lines of code that allocate.
  private final ConcurrentHashMap<String, AtomicLong> allocationsByCallSite =
      new ConcurrentHashMap<>();

  SiteRecorder(AllocationTracking tracking) {
    this.tracking = tracking;
  }

  LiveAllocation entry(
      AddressRange range,
      MemoryKind kind,
      long requestedBytes,
      String label,
      @Nullable HostMemoryReservation reservation) {
    long ordinal = nextOrdinal.getAndIncrement();
    List<StackTraceElement> stack = tracking == AllocationTracking.STACK ? stack() : List.of();
    return new LiveAllocation(
        range,
        kind,
        requestedBytes,
        label,
        label.isEmpty() ? callSite(kind, requestedBytes, stack) : label,
        ordinal,
        stack,
        reservation);
  }

  private @Nullable String callSite(MemoryKind kind, long bytes, List<StackTraceElement> stack) {
    StackTraceElement caller = null;
    if (!stack.isEmpty()) {
      caller = stack.getFirst();
    } else if (tracking == AllocationTracking.EVERY_CALL_SITE
        || (tracking == AllocationTracking.CALL_SITE && wanted(kind))) {
      caller = WALKER.walk(frames -> outside(frames).findFirst()).orElse(null);
    }
    if (caller == null) {
      return null;
    }
    String line =
        caller.getClassName() + "." + caller.getMethodName() + ":" + caller.getLineNumber();
    AtomicLong count = allocationsByCallSite.computeIfAbsent(line, key -> new AtomicLong());
    return LiveAllocation.siteOf(line, count.getAndIncrement(), bytes);
  }

  /** Plain memory can have no hints, but a recording tells of its launches too. */
  private static boolean wanted(MemoryKind kind) {
    return kind == MemoryKind.MANAGED || AllocationEvent.recorded();
  }

  private static List<StackTraceElement> stack() {
    return WALKER.walk(frames -> outside(frames).limit(MOST_FRAMES).toList());
  }

  /** The frames from the first on that is neither Spillway's nor JCuda's. */
  private static Stream<StackTraceElement> outside(Stream<StackWalker.StackFrame> frames) {
    return frames
        .dropWhile(frame -> OWN_PACKAGES.contains(packageName(frame.getClassName())))
        .map(StackWalker.StackFrame::toStackTraceElement);
  }

  private static String packageName(String className) {
    return className.substring(0, Math.max(0, className.lastIndexOf('.')));
  }
}
