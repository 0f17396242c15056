package io.spillway.evict;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * The blocks believed to be on the device, least recently used first.
 *
 * <p>{@code cuMemGetInfo} does not show managed memory come and go, so whoever moves it keeps the
 * account. Not thread-safe.
 */
public final class ResidentBlocks {

  /** Block start to the launch that used it last, in order of use. */
  private final SequencedMap<Long, Long> lastUseByBlock = new LinkedHashMap<>();

  /**
   * Blocks that have to leave together.
   *
   * @param range adjoining blocks
   * @param lastUse the latest launch that used any of them
   */
  public record Victim(AddressRange range, long lastUse) {}

  /** Nothing is on the device. */
  public ResidentBlocks() {}

  /** Bytes of all blocks on the device. */
  public long bytes() {
    return lastUseByBlock.size() * Blocks.BYTES;
  }

  /** The blocks of {@code range} that are not on the device, adjoining ones as one range. */
  public List<AddressRange> missing(AddressRange range) {
    List<AddressRange> missing = new ArrayList<>();
    AddressRange blocks = Blocks.covering(range);
    long start = -1;
    for (long block = blocks.address(); block < blocks.end(); block += Blocks.BYTES) {
      boolean here = lastUseByBlock.containsKey(block);
      if (!here && start < 0) {
        start = block;
      } else if (here && start >= 0) {
        missing.add(new AddressRange(start, block - start));
        start = -1;
      }
    }
    if (start >= 0) {
      missing.add(new AddressRange(start, blocks.end() - start));
    }
    return missing;
  }

  /** Makes every block of {@code range} resident, and the most recently used, by {@code launch}. */
  public void use(AddressRange range, long launch) {
    AddressRange blocks = Blocks.covering(range);
    for (long block = blocks.address(); block < blocks.end(); block += Blocks.BYTES) {
      lastUseByBlock.remove(block);
      lastUseByBlock.put(block, launch);
    }
  }

  /** Takes every block of {@code range} off the device. */
  public void remove(AddressRange range) {
    AddressRange blocks = Blocks.covering(range);
    for (long block = blocks.address(); block < blocks.end(); block += Blocks.BYTES) {
      lastUseByBlock.remove(block);
    }
  }

  /**
   * The least recently used blocks that together free at least {@code bytes}, or all there are if
   * that is less, adjoining ones as one range. They stay resident until {@linkplain #remove
   * removed}.
   *
   * @param kept blocks, by start address, that must stay
   */
  public List<Victim> leastRecentlyUsed(long bytes, Predicate<AddressRange> kept) {
    List<Victim> victims = new ArrayList<>();
    long found = 0;
    Iterator<Map.Entry<Long, Long>> oldest = lastUseByBlock.entrySet().iterator();
    while (found < bytes && oldest.hasNext()) {
      Map.Entry<Long, Long> entry = oldest.next();
      AddressRange block = new AddressRange(entry.getKey(), Blocks.BYTES);
      if (!kept.test(block)) {
        append(victims, block, entry.getValue());
        found += Blocks.BYTES;
      }
    }
    return victims;
  }

  private static void append(List<Victim> victims, AddressRange block, long lastUse) {
    if (!victims.isEmpty() && victims.getLast().range().joins(block)) {
      Victim last = victims.removeLast();
      victims.add(new Victim(last.range().union(block), Math.max(last.lastUse(), lastUse)));
    } else {
      victims.add(new Victim(block, lastUse));
    }
  }
}
