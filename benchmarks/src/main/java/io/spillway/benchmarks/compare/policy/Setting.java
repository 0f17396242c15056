package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Characteristic;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.List;

/**
 * What a policy may know before the first launch.
 *
 * @param blocks the memory; online policies use its regions only, offline ones its launches too
 * @param ranges where each region is
 * @param capacityBlocks blocks the device has room for
 */
public record Setting(TraceBlocks blocks, List<AddressRange> ranges, int capacityBlocks) {

  /** Copies the list. */
  public Setting {
    ranges = List.copyOf(ranges);
  }

  /** The addresses of {@code count} blocks from {@code first} on, all of one region. */
  AddressRange range(int first, int count) {
    int region = blocks.region(first).id();
    AddressRange whole = ranges.get(region);
    long start = whole.address() + (long) (first - blocks.firstBlock(region)) * Blocks.BYTES;
    return new AddressRange(start, Math.min(count * Blocks.BYTES, whole.end() - start));
  }

  /** Whether the trace tells {@code characteristic}. */
  boolean tells(Characteristic characteristic) {
    return blocks.trace().has(characteristic);
  }
}
