package io.spillway.driver.sim;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One live allocation, with its blocks if it is managed and its bytes if it is backed. */
final class SimulatedAllocation {

  /** Filled into discarded pages, so that reading them shows. */
  private static final byte POISON = (byte) 0xDB;

  final AddressRange range;
  final MemoryKind kind;
  final BlockState[] blocks;
  private final @Nullable Arena arena;
  private final @Nullable MemorySegment bytes;

  SimulatedAllocation(AddressRange range, MemoryKind kind, boolean backed) {
    this.range = range;
    this.kind = kind;
    blocks = kind == MemoryKind.MANAGED ? blocks(range) : new BlockState[0];
    arena = backed ? Arena.ofShared() : null;
    bytes = arena == null ? null : arena.allocate(range.bytes(), PageSet.PAGE_BYTES);
  }

  private static BlockState[] blocks(AddressRange range) {
    BlockState[] blocks = new BlockState[Math.toIntExact(Blocks.count(range.bytes()))];
    for (int i = 0; i < blocks.length; i++) {
      long left = range.bytes() - i * Blocks.BYTES;
      long pages = (left + PageSet.PAGE_BYTES - 1) / PageSet.PAGE_BYTES;
      long address = range.address() + i * Blocks.BYTES;
      blocks[i] = new BlockState(address, (int) Math.min(PageSet.PAGES, pages));
    }
    return blocks;
  }

  int blockIndex(long address) {
    return (int) ((address - range.address()) / Blocks.BYTES);
  }

  /** The pages of block {@code index} that {@code part} touches. */
  PageSet pages(int index, AddressRange part) {
    long start = range.address() + index * Blocks.BYTES;
    long from = Math.max(0, part.address() - start);
    long to = Math.min(Blocks.BYTES, part.end() - start);
    if (from == 0 && to == Blocks.BYTES) {
      return blocks[index].valid;
    }
    int first = (int) (from / PageSet.PAGE_BYTES);
    int last = (int) ((to + PageSet.PAGE_BYTES - 1) / PageSet.PAGE_BYTES);
    return PageSet.range(first, last).and(blocks[index].valid);
  }

  /** The bytes of {@code part}; null if the allocation is metadata only. */
  @Nullable MemorySegment bytes(AddressRange part) {
    return bytes == null ? null : bytes.asSlice(part.address() - range.address(), part.bytes());
  }

  /** Makes the contents of {@code part} worthless. */
  void poison(AddressRange part) {
    MemorySegment segment = bytes(part);
    if (segment != null) {
      segment.fill(POISON);
    }
  }

  void release() {
    if (arena != null) {
      arena.close();
    }
  }
}
