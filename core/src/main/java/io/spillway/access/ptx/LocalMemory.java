package io.spillway.access.ptx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * What is kept in frames: parameters, results and local variables.
 *
 * <p>Each eight bytes of a frame that are accessed at an offset that is known are a value of their
 * own, the <em>word</em>; and each four bytes that are stored alone are another, the <em>half</em>.
 * What is stored somewhere in a frame is kept in its <em>spread</em>, and all that is stored in it
 * also in its <em>sum</em>; the same for all frames together. A kernel's parameters are never
 * written.
 */
final class LocalMemory {

  private static final int WORD = Long.BYTES;
  private static final int HALF = Integer.BYTES;

  /** No entry in a list of readers. */
  private static final int NONE = -1;

  private final Origins origins;
  private final Slots slots;
  private final int parameters;
  private final IntConsumer changed;

  private final int firstSpread;
  private final int frames;
  private final Map<Long, Integer> words = new HashMap<>();
  private final Map<Long, Integer> halves = new HashMap<>();

  // Rules that read a value, as lists: where each begins, and then rule and next entry.
  private int[] readers;
  private int[] readerRules = new int[16];
  private int[] readerNext = new int[16];
  private int readerCount;

  // Where each rule read last, so that it is entered once.
  private final Map<Integer, Long> lastReads = new HashMap<>();

  // Whether the rule at hand reads there for the first time.
  private boolean fresh;

  private final Origin part = new Origin();
  private final Origin high = new Origin();
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

  private int half(int frame, int index) {
    return known(halves, frame, index);
  }

  private int word(int frame, int index) {
    return known(words, frame, index);
  }

  private int known(Map<Long, Integer> values, int frame, int index) {
    long key = place(frame, index);
    Integer known = values.get(key);
    if (known == null) {
      known = origins.add();
      values.put(key, known);
      if (known >= readers.length) {
        int before = readers.length;
        readers = Arrays.copyOf(readers, 2 * known);
        Arrays.fill(readers, before, readers.length, NONE);
      }
      if (frame < parameters) {
        Origin initial = new Origin();
        int bit = slots.bit(frame, index);
        initial.whole = bit == Slots.NONE ? 0 : 1L << bit;
        // Smaller than an address, but who joins two of them has one.
        initial.kinds = bit == Slots.NONE ? Origin.UNKNOWN : 0;
        origins.join(known, initial, scratch);
      }
    }
    return known;
  }

  /** Lets {@code into} come from what a rule reads, and has it applied again when that changes. */
  void load(int rule, Origin address, int width, Origin into) {
    fresh = enter(rule, address);
    int frame = address.frame;
    if (frame < 0) {
      read(rule, sum(frames), width, into);
    } else if (address.offset == Origin.ANY_OFFSET) {
      read(rule, sum(frame), width, into);
      if (frame >= parameters) {
        read(rule, spread(frames), width, into);
      }
    } else {
      int last = last(address.offset, width);
      for (int i = Math.floorDiv(address.offset, WORD); i <= last; i++) {
        read(rule, word(frame, i), width, into);
      }
      if (frame >= parameters) {
        read(rule, spread(frame), width, into);
        read(rule, spread(frames), width, into);
        readHalves(rule, address, width, into);
      } else if (width >= WORD && Math.floorMod(address.offset, WORD) != 0) {
        // An address where the arguments of a launch are not searched for any.
        into.kinds |= Origin.UNKNOWN;
      }
    }
  }

  /** What was stored in halves, put together in pairs. */
  private void readHalves(int rule, Origin address, int width, Origin into) {
    int first = Math.floorDiv(address.offset, HALF);
    int last = (int) Math.floorDiv((long) address.offset + width - 1, HALF);
    for (int i = first; i <= last; i += 2) {
      subscribe(rule, half(address.frame, i));
      origins.get(half(address.frame, i), part);
      if (i == last) {
        if (width < HALF) {
          part.narrow();
        }
      } else {
        subscribe(rule, half(address.frame, i + 1));
        origins.get(half(address.frame, i + 1), high);
        boolean aligned = Math.floorMod(address.offset, HALF) == 0;
        if (aligned && !part.none() && !high.none()) {
          part.pack(high);
        } else {
          part.mangle();
          high.mangle();
          part.join(high);
        }
      }
      into.join(part);
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

  private void read(int rule, int value, int width, Origin into) {
    subscribe(rule, value);
    origins.get(value, part);
    if (width < WORD) {
      part.piece();
    }
    into.join(part);
  }

  private void subscribe(int rule, int value) {
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
  }

  /** Stores {@code content}, which is overwritten. */
  void store(Origin address, int width, Origin content) {
    int frame = address.frame;
    boolean placed = frame >= 0 && address.offset != Origin.ANY_OFFSET;
    boolean half = placed && width == HALF && Math.floorMod(address.offset, HALF) == 0;
    if (half) {
      write(half(frame, Math.floorDiv(address.offset, HALF)), content);
    }
    if (width < WORD) {
      content.mangle();
    }
    write(sum(frames), content);
    if (frame < 0) {
      write(spread(frames), content);
      return;
    }
    write(sum(frame), content);
    if (!placed) {
      write(spread(frame), content);
    } else if (!half) {
      int last = last(address.offset, width);
      for (int i = Math.floorDiv(address.offset, WORD); i <= last; i++) {
        write(word(frame, i), content);
      }
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
