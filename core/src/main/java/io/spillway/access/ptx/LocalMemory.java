package io.spillway.access.ptx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * What is kept in frames: parameters, results and local variables. Each eight bytes of a frame that
 * are accessed at an offset that is known are a value of their own. What is stored somewhere in a
 * frame is kept in its <em>spread</em>, and all that is stored in it also in its <em>sum</em>; the
 * same for all frames together.
 */
final class LocalMemory {

  private static final int WORD = Long.BYTES;

  /** No entry in a list of readers. */
  private static final int NONE = -1;

  private final Origins origins;
  private final Slots slots;
  private final int parameters;
  private final IntConsumer changed;

  private final int firstSpread;
  private final int frames;
  private final Map<Long, Integer> words = new HashMap<>();

  // Rules that read a value, as lists: where each begins, and then rule and next entry.
  private int[] readers;
  private int[] readerRules = new int[16];
  private int[] readerNext = new int[16];
  private int readerCount;

  // Where each rule read last, so that it is entered once.
  private final Map<Integer, Long> lastReads = new HashMap<>();

  private final Origin part = new Origin();
  private final Origin scratch = new Origin();
  private long steps;

  /**
   * The memory of a kernel.
   *
   * @param parameters how many of the first frames are the kernel's parameters
   * @param changed told which rule to apply again
   */
  LocalMemory(Origins origins, int frames, Slots slots, int parameters, IntConsumer changed) {
    this.origins = origins;
    this.frames = frames;
    this.slots = slots;
    this.parameters = parameters;
    this.changed = changed;
    // Two for each frame, and two for all.
    firstSpread = origins.add();
    for (int i = 1; i < 2 * frames + 2; i++) {
      origins.add();
    }
    readers = new int[firstSpread + 2 * frames + 2];
    Arrays.fill(readers, NONE);
    for (int i = 0; i < parameters; i++) {
      part.clear();
      part.whole = slots.bits(i);
      part.kinds = slots.smaller(i) ? Origin.UNKNOWN : 0;
      origins.join(sum(i), part, scratch);
      origins.join(sum(frames), part, scratch);
    }
  }

  /** What was stored somewhere in a frame, or in any for the number of frames. */
  private int spread(int frame) {
    return firstSpread + 2 * frame;
  }

  /** What was stored in a frame, or in any for the number of frames. */
  private int sum(int frame) {
    return firstSpread + 2 * frame + 1;
  }

  private static long place(int frame, int offset) {
    return ((long) frame << Integer.SIZE) | Integer.toUnsignedLong(offset);
  }

  private int word(int frame, int index) {
    long key = place(frame, index);
    Integer known = words.get(key);
    if (known == null) {
      known = origins.add();
      words.put(key, known);
      if (known >= readers.length) {
        int before = readers.length;
        readers = Arrays.copyOf(readers, 2 * known);
        Arrays.fill(readers, before, readers.length, NONE);
      }
      if (frame < parameters) {
        part.clear();
        int bit = slots.bit(frame, index);
        part.whole = bit == Slots.NONE ? 0 : 1L << bit;
        // Smaller than an address, but who joins two of them has one.
        part.kinds = bit == Slots.NONE ? Origin.UNKNOWN : 0;
        origins.join(known, part, scratch);
      }
    }
    return known;
  }

  /** Everything is in frames of this kernel: whatever is not told is in any of them. */
  private static boolean anywhere(Origin address) {
    return address.frame < 0;
  }

  /** Lets {@code into} come from what a rule reads, and has it applied again when that changes. */
  void load(int rule, Origin address, int width, Origin into) {
    boolean fresh = enter(rule, address);
    if (anywhere(address)) {
      read(rule, sum(frames), width, into, fresh);
      return;
    }
    int frame = address.frame;
    read(rule, spread(frames), width, into, fresh);
    if (address.offset == Origin.ANY_OFFSET) {
      read(rule, sum(frame), width, into, fresh);
      return;
    }
    read(rule, spread(frame), width, into, fresh);
    int last = last(address.offset, width);
    for (int i = Math.floorDiv(address.offset, WORD); i <= last; i++) {
      read(rule, word(frame, i), width, into, fresh);
    }
    if (frame < parameters && width >= WORD && Math.floorMod(address.offset, WORD) != 0) {
      // An address where the arguments of a launch are not searched for any.
      into.kinds |= Origin.UNKNOWN;
    }
  }

  private static int last(int offset, int width) {
    return (int) Math.floorDiv((long) offset + width - 1, WORD);
  }

  private boolean enter(int rule, Origin address) {
    long place = place(address.frame, address.offset);
    Long before = lastReads.put(rule, place);
    return before == null || before != place;
  }

  private void read(int rule, int value, int width, Origin into, boolean fresh) {
    steps++;
    if (fresh) {
      if (readerCount == readerRules.length) {
        readerRules = Arrays.copyOf(readerRules, 2 * readerCount);
        readerNext = Arrays.copyOf(readerNext, 2 * readerCount);
      }
      readerRules[readerCount] = rule;
      readerNext[readerCount] = readers[value];
      readers[value] = readerCount++;
    }
    origins.get(value, part);
    if (!part.none()) {
      part.read(width);
      into.join(part);
    }
  }

  /** Stores {@code content}, which is overwritten. */
  void store(Origin address, int width, Origin content) {
    content.stored(width);
    write(sum(frames), content);
    if (anywhere(address)) {
      write(spread(frames), content);
      return;
    }
    int frame = address.frame;
    write(sum(frame), content);
    if (address.offset == Origin.ANY_OFFSET) {
      write(spread(frame), content);
      return;
    }
    int last = last(address.offset, width);
    for (int i = Math.floorDiv(address.offset, WORD); i <= last; i++) {
      write(word(frame, i), content);
    }
  }

  private void write(int value, Origin content) {
    steps++;
    if (origins.join(value, content, scratch)) {
      for (int i = readers[value]; i != NONE; i = readerNext[i]) {
        steps++;
        changed.accept(readerRules[i]);
      }
    }
  }

  long steps() {
    return steps;
  }
}
