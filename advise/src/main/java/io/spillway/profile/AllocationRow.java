package io.spillway.profile;

import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import java.util.Arrays;

/** What is collected about one {@link AllocationProfile}, beside its columns. */
final class AllocationRow {

  /** Bytes of a part: 64 KiB, the driver's large page, of which a block has 32. */
  static final long PART_BYTES = 64L << 10;

  final int index;
  final String site;
  final String label;
  final MemoryKind kind;
  final long requestedBytes;
  final long ordinal;
  final long bytes;
  final int blocks;
  final long firstBlock;
  final long firstSequence;

  /** Which of the allocations of one site and size that are live at once it is. */
  final int slot;

  private long instances;
  private long address;
  private long lastOrdinal;
  private long freedSequence = Measure.NEVER;

  // Made when the first fault or transfer comes: most allocations never see any.
  private long[] lastFaultSequence = new long[0];
  private long[] lastFaultLap = new long[0];
  private int[] partsThere = new int[0];
  private boolean[] onDevice = new boolean[0];
  private long residentParts;

  AllocationRow(
      int index,
      int slot,
      AllocationTable.Told told,
      int blocks,
      long firstBlock,
      long firstSequence) {
    this.index = index;
    this.slot = slot;
    this.site = told.site();
    this.label = told.label();
    this.kind = told.kind();
    this.requestedBytes = told.requestedBytes();
    this.ordinal = told.ordinal();
    this.bytes = told.bytes();
    this.blocks = blocks;
    this.firstBlock = firstBlock;
    this.firstSequence = firstSequence;
  }

  /** One more allocation is folded into this row. */
  void begin(long newAddress, long newOrdinal) {
    instances++;
    address = newAddress;
    lastOrdinal = newOrdinal;
    freedSequence = Measure.NEVER;
  }

  /** The allocation of now is freed. */
  void end(long sequence) {
    freedSequence = sequence;
    if (onDevice.length > 0) {
      Arrays.fill(onDevice, false);
    }
  }

  boolean is(long otherAddress, long otherBytes, long otherOrdinal) {
    return address == otherAddress && bytes == otherBytes && lastOrdinal == otherOrdinal;
  }

  long address() {
    return address;
  }

  /** The block of an offset; the last one for any beyond. */
  int block(long offset) {
    return Math.clamp(offset / Blocks.BYTES, 0, blocks - 1);
  }

  /** The parts of its block that a range touches, which must not go beyond the block. */
  static long parts(long from, long to) {
    long first = from % Blocks.BYTES / PART_BYTES;
    long last = (to - 1) % Blocks.BYTES / PART_BYTES;
    return (-1L >>> (Long.SIZE - 1 - last)) & (-1L << first);
  }

  /** The parts of a block that a range touches, which overlaps it. */
  long parts(int block, long from, long to) {
    return parts(Math.max(from, block * Blocks.BYTES), Math.min(to, (block + 1) * Blocks.BYTES));
  }

  /** Notes a device fault by a launch; whether it is the launch's first on this block. */
  boolean firstFault(int block, long sequence) {
    prepare();
    boolean first = lastFaultSequence[block] != sequence;
    lastFaultSequence[block] = sequence;
    return first;
  }

  /** Notes a device fault in a lap; whether it is the lap's first on this block. */
  boolean firstInLap(int block, long lap) {
    prepare();
    boolean first = lastFaultLap[block] != lap;
    lastFaultLap[block] = lap;
    return first;
  }

  /** The block, or some of it, went to the device. */
  void toDevice(int block) {
    prepare();
    onDevice[block] = true;
  }

  /** The host has it; whether it had gone to the device before. */
  boolean toHost(int block) {
    prepare();
    boolean was = onDevice[block];
    onDevice[block] = false;
    return was;
  }

  /** Parts of a block are on the device; gives how many were not. */
  int arrives(int block, long parts) {
    prepare();
    int fresh = (int) parts & ~partsThere[block];
    partsThere[block] |= fresh;
    residentParts += Integer.bitCount(fresh);
    return Integer.bitCount(fresh);
  }

  /** Parts of a block are not on the device; gives how many were. */
  int leaves(int block, long parts) {
    prepare();
    int gone = (int) parts & partsThere[block];
    partsThere[block] &= ~gone;
    residentParts -= Integer.bitCount(gone);
    return Integer.bitCount(gone);
  }

  /** How many parts of all blocks are on the device. */
  long residentParts() {
    return residentParts;
  }

  private void prepare() {
    if (onDevice.length == 0) {
      lastFaultSequence = new long[blocks];
      Arrays.fill(lastFaultSequence, Measure.NEVER - 1);
      lastFaultLap = new long[blocks];
      partsThere = new int[blocks];
      onDevice = new boolean[blocks];
    }
  }

  AllocationProfile profile(Columns<BlockMeasure> columns) {
    return new AllocationProfile(
        index,
        site,
        label,
        kind,
        bytes,
        requestedBytes,
        ordinal,
        instances,
        address,
        firstSequence,
        freedSequence,
        firstBlock,
        columns);
  }
}
