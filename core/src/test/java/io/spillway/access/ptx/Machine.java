package io.spillway.access.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The memory that a random program runs on: a few allocations, far from each other. */
final class Machine {

  /** Bytes of each allocation. */
  static final int BYTES = 256;

  private static final int WORD = 8;
  private static final int HALF = 4;

  /** How allocations are used. */
  enum Kind {
    /** A parameter points to it. */
    ARGUMENT,
    /** Only memory, or an argument in another form, points to it. */
    HIDDEN,
    /** A block's or a thread's own. */
    OWN
  }

  /** One allocation, and what happened to it. */
  static final class Allocation {
    final long address;
    final Kind kind;
    boolean read;
    boolean written;

    Allocation(long address, Kind kind) {
      this.address = address;
      this.kind = kind;
    }
  }

  private final List<Allocation> allocations = new ArrayList<>();
  private final Map<Long, Value> halves = new HashMap<>();
  private final SplittableRandom random;

  Machine(SplittableRandom random) {
    this.random = random;
  }

  /** A new allocation; half of the address spaces are as of managed memory, half are low. */
  int allocate(Kind kind) {
    long page = random.nextLong(1L << 32);
    long address = (random.nextBoolean() ? 0x7F00_0000_0000L : 0x3_0000_0000L) + page * BYTES;
    allocations.add(new Allocation(address, kind));
    return allocations.size() - 1;
  }

  Allocation get(int allocation) {
    return allocations.get(allocation);
  }

  List<Allocation> all() {
    return allocations;
  }

  /** Fills an allocation with small numbers, or with addresses of any. */
  void fill(int allocation, boolean addresses) {
    for (int at = 0; at < BYTES; at += WORD) {
      long word = random.nextInt(BYTES / WORD);
      int taint = 0;
      if (addresses) {
        int target = random.nextInt(allocations.size());
        word = get(target).address + (long) WORD * random.nextInt(4);
        taint = Value.HIDDEN;
      }
      put(get(allocation).address + at, Value.of(word, Value.NONE, taint), WORD);
    }
  }

  /** The allocation at an address; {@link Value#NONE} if none is there. */
  int find(long address) {
    for (int i = 0; i < allocations.size(); i++) {
      if (address >= get(i).address && address < get(i).address + BYTES) {
        return i;
      }
    }
    return Value.NONE;
  }

  /** Whether all of that was written, or filled. */
  boolean holds(long address, int bytes) {
    return halves.containsKey(address) && halves.containsKey(address + bytes - HALF);
  }

  /** What is at an address. */
  Value get(long address, int bytes) {
    Value low = halves.getOrDefault(address, Value.number(0));
    if (bytes == HALF) {
      return low;
    }
    return join(low, halves.getOrDefault(address + HALF, Value.number(0)));
  }

  void put(long address, Value value, int bytes) {
    halves.put(address, bytes == HALF ? value : half(value, 0));
    if (bytes == WORD) {
      halves.put(address + HALF, half(value, 1));
    }
  }

  /** A half of a value. */
  static Value half(Value value, int which) {
    long bits = which == 0 ? value.bits() & 0xFFFF_FFFFL : value.bits() >>> 32;
    return new Value(bits, value.object(), value.taint(), value.bits(), which);
  }

  /** Two halves as one value: what they were halves of, if it is the same. */
  static Value join(Value low, Value high) {
    long bits = (low.bits() & 0xFFFF_FFFFL) | high.bits() << 32;
    boolean same =
        low.half() == 0
            && high.half() == 1
            && low.source() == high.source()
            && low.object() == high.object();
    return Value.of(bits, same ? low.object() : Value.NONE, low.taint() | high.taint());
  }
}
