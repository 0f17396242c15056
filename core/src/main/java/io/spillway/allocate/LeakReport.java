package io.spillway.allocate;

import io.spillway.range.ByteSize;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was still live when an {@link Allocator} was closed, and was freed by the closing.
 *
 * @param leaks in address order
 */
public record LeakReport(List<LiveAllocation> leaks) {

  /** Copies the list. */
  public LeakReport {
    leaks = List.copyOf(leaks);
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return leaks.isEmpty();
  }

  /** Their size in all. */
  public long bytes() {
    return leaks.stream().mapToLong(leak -> leak.range().bytes()).sum();
  }

  /** One line for all, then one for each with its site, and its stack if it was recorded. */
  @Override
  public String toString() {
    return leaks.isEmpty()
        ? "no allocations left"
        : "%d allocations left, %s%s"
            .formatted(
                leaks.size(),
                ByteSize.format(bytes()),
                leaks.stream().map(LeakReport::describe).collect(Collectors.joining()));
  }

  private static String describe(LiveAllocation leak) {
    return "\n  %s, from %s%s"
        .formatted(
            leak,
            leak.site(),
            leak.stack().stream().map(frame -> "\n    at " + frame).collect(Collectors.joining()));
  }
}
