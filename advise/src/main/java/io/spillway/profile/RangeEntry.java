package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;

/**
 * What launches did to one range of one allocation. Kept per range, not per block, so that a launch
 * that touches gigabytes takes no longer to fold; {@link #flush} spreads it over the blocks.
 */
final class RangeEntry {

  /** What is known of the contents. */
  private enum Contents {
    UNTOUCHED,
    WRITTEN,
    READ
  }

  final AllocationRow row;
  final long offset;
  final long bytes;

  private long touches;
  private long declaredReads;
  private long declaredWrites;
  private long provenReads;
  private long provenWrites;
  private long unknownTouches;
  private long copyReads;
  private long copyWrites;
  private long firstTouch = Measure.NEVER;
  private long lastTouch = Measure.NEVER;
  private long lastRead = Measure.NEVER;
  private long firstWrite = Measure.NEVER;
  private long lastWrite = Measure.NEVER;
  private long lastCopyWrite = Measure.NEVER;
  private long reuses;
  private long reuseLaunches;
  private long reuseBytes;
  private long shortestReuse = Measure.NEVER;
  private long overwrites;

  // What outlives a flush.
  private long previousTouch = Measure.NEVER;
  private long previousClock;
  private long previousRead = Measure.NEVER;
  private long previousWrite = Measure.NEVER;
  private long overwrittenAt = Measure.NEVER;
  private Contents contents = Contents.UNTOUCHED;

  RangeEntry(AllocationRow row, long offset, long bytes) {
    this.row = row;
    this.offset = offset;
    this.bytes = bytes;
  }

  boolean is(AllocationRow otherRow, long otherOffset, long otherBytes) {
    return row == otherRow && offset == otherOffset && bytes == otherBytes;
  }

  /**
   * A launch touches it.
   *
   * @param before bytes that launches touched before this one
   * @param after the same with this one's
   */
  void touch(LaunchKind launch, AccessKind kind, long sequence, long before, long after) {
    if (previousTouch != sequence) {
      touches++;
      if (previousTouch != Measure.NEVER && previousTouch < sequence) {
        reuses++;
        reuseLaunches += sequence - previousTouch;
        reuseBytes += before - previousClock;
        shortestReuse = Measure.Combination.LEAST.of(shortestReuse, before - previousClock);
      }
      firstTouch = Measure.Combination.LEAST.of(firstTouch, sequence);
      lastTouch = Math.max(lastTouch, sequence);
      previousTouch = sequence;
      previousClock = after;
    }
    boolean reads = kind == AccessKind.READ || kind == AccessKind.READ_WRITE;
    if (kind == AccessKind.UNKNOWN) {
      unknownTouches++;
    } else {
      count(launch, reads, kind.writes());
    }
    if (reads) {
      lastRead = Math.max(lastRead, sequence);
    }
    if (kind.writes()) {
      if (launch == LaunchKind.COPY) {
        lastCopyWrite = Math.max(lastCopyWrite, sequence);
      } else {
        firstWrite = Measure.Combination.LEAST.of(firstWrite, sequence);
        lastWrite = Math.max(lastWrite, sequence);
      }
    }
    carry(kind, sequence);
  }

  private void count(LaunchKind launch, boolean reads, boolean writes) {
    int read = reads ? 1 : 0;
    int write = writes ? 1 : 0;
    switch (launch) {
      case DECLARED, UNKNOWN -> {
        declaredReads += read;
        declaredWrites += write;
      }
      case KERNEL -> {
        provenReads += read;
        provenWrites += write;
      }
      case COPY -> {
        copyReads += read;
        copyWrites += write;
      }
    }
  }

  /** Follows whether what is overwritten was still of use to the launch that overwrites it. */
  private void carry(AccessKind kind, long sequence) {
    boolean reads = kind != AccessKind.WRITE;
    if (reads && overwrittenAt == sequence) {
      overwrites--; // the same launch reads it too
      overwrittenAt = Measure.NEVER;
    }
    if (kind == AccessKind.WRITE && previousRead != sequence && contents == Contents.READ) {
      overwrites++;
      overwrittenAt = sequence;
    }
    if (reads) {
      previousRead = sequence;
    }
    if (kind.writes()) {
      previousWrite = sequence;
    }
    contents = previousWrite == sequence ? Contents.WRITTEN : Contents.READ;
  }

  /** Adds what was counted to the blocks it covers, and counts anew. */
  void flush(Columns.Builder<BlockMeasure> columns) {
    if (touches == 0 && !counted()) {
      return;
    }
    long reads = declaredReads + provenReads;
    long writes = declaredWrites + provenWrites;
    boolean known = reads + writes + copyReads + copyWrites > 0;
    long end = offset + bytes;
    int last = row.block(end - 1);
    for (int block = row.block(offset); block <= last; block++) {
      long from = Math.max(offset, block * Blocks.BYTES);
      long to = Math.min(end, (block + 1) * Blocks.BYTES);
      long length = to - from;
      add(columns, BlockMeasure.TOUCHES, block, touches);
      add(columns, BlockMeasure.DECLARED_READS, block, declaredReads);
      add(columns, BlockMeasure.DECLARED_WRITES, block, declaredWrites);
      add(columns, BlockMeasure.PROVEN_READS, block, provenReads);
      add(columns, BlockMeasure.PROVEN_WRITES, block, provenWrites);
      add(columns, BlockMeasure.UNKNOWN_TOUCHES, block, unknownTouches);
      add(columns, BlockMeasure.COPY_READS, block, copyReads);
      add(columns, BlockMeasure.COPY_WRITES, block, copyWrites);
      add(columns, BlockMeasure.READ_BYTES, block, reads * length);
      add(columns, BlockMeasure.WRITTEN_BYTES, block, writes * length);
      add(columns, BlockMeasure.UNKNOWN_BYTES, block, unknownTouches * length);
      add(columns, BlockMeasure.COPY_READ_BYTES, block, copyReads * length);
      add(columns, BlockMeasure.COPY_WRITTEN_BYTES, block, copyWrites * length);
      add(columns, BlockMeasure.REUSES, block, reuses);
      add(columns, BlockMeasure.REUSE_LAUNCHES, block, reuseLaunches);
      add(columns, BlockMeasure.REUSE_BYTES, block, reuseBytes);
      add(columns, BlockMeasure.OVERWRITES, block, overwrites);
      place(columns, BlockMeasure.FIRST_TOUCH, block, firstTouch);
      place(columns, BlockMeasure.LAST_TOUCH, block, lastTouch);
      place(columns, BlockMeasure.LAST_READ, block, lastRead);
      place(columns, BlockMeasure.FIRST_WRITE, block, firstWrite);
      place(columns, BlockMeasure.LAST_WRITE, block, lastWrite);
      place(columns, BlockMeasure.LAST_COPY_WRITE, block, lastCopyWrite);
      place(columns, BlockMeasure.SHORTEST_REUSE_BYTES, block, shortestReuse);
      if (known) {
        columns.combine(BlockMeasure.KNOWN_PARTS, block, AllocationRow.parts(from, to));
      }
    }
    reset();
  }

  private boolean counted() {
    return declaredReads + declaredWrites + provenReads + provenWrites + unknownTouches > 0
        || copyReads + copyWrites > 0
        || overwrites != 0;
  }

  private static void add(
      Columns.Builder<BlockMeasure> columns, BlockMeasure measure, int block, long value) {
    if (value != 0) {
      columns.add(measure, block, value);
    }
  }

  private static void place(
      Columns.Builder<BlockMeasure> columns, BlockMeasure measure, int block, long value) {
    if (value != Measure.NEVER) {
      columns.combine(measure, block, value);
    }
  }

  private void reset() {
    touches = 0;
    declaredReads = 0;
    declaredWrites = 0;
    provenReads = 0;
    provenWrites = 0;
    unknownTouches = 0;
    copyReads = 0;
    copyWrites = 0;
    firstTouch = Measure.NEVER;
    lastTouch = Measure.NEVER;
    lastRead = Measure.NEVER;
    firstWrite = Measure.NEVER;
    lastWrite = Measure.NEVER;
    lastCopyWrite = Measure.NEVER;
    reuses = 0;
    reuseLaunches = 0;
    reuseBytes = 0;
    shortestReuse = Measure.NEVER;
    overwrites = 0;
  }
}
