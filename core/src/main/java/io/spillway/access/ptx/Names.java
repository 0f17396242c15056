package io.spillway.access.ptx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** Numbers the distinct words of a text, from 0, without making strings of them. */
final class Names {

  /** Slots at first: a small module's words. A power of two. */
  private static final int FIRST_SLOTS = 1 << 10;

  /** Where a second hash multiplies: an odd 32-bit fraction of the golden ratio. */
  private static final int MIX = 0x9E37_79B9;

  // Another one each time, so that no text can be made of words that all collide.
  private final int seed = ThreadLocalRandom.current().nextInt();
  private final byte[] text;
  private int[] starts = new int[FIRST_SLOTS / 2];
  private int[] lengths = new int[FIRST_SLOTS / 2];
  private int[] hashes = new int[FIRST_SLOTS / 2];
  private int[] slots = new int[FIRST_SLOTS];
  private int count;
  private long probes;

  Names(byte[] text) {
    this.text = text;
  }

  /** The number of the word at {@code [start, end)}. */
  int of(int start, int end) {
    int hash = seed;
    for (int i = start; i < end; i++) {
      hash = (hash ^ text[i]) * MIX;
      hash ^= hash >>> 15;
    }
    int slot = hash & (slots.length - 1);
    // A step that depends on the hash and is odd, so that clusters do not form.
    int step = (hash >>> 16) | 1;
    while (slots[slot] != 0) {
      probes++;
      int known = slots[slot] - 1;
      if (hashes[known] == hash && same(known, start, end)) {
        return known;
      }
      slot = (slot + step) & (slots.length - 1);
    }
    return add(slot, start, end, hash);
  }

  private boolean same(int known, int start, int end) {
    int at = starts[known];
    return lengths[known] == end - start
        && Arrays.equals(text, at, at + lengths[known], text, start, end);
  }

  private int add(int slot, int start, int end, int hash) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      hashes = Arrays.copyOf(hashes, 2 * count);
    }
    starts[count] = start;
    lengths[count] = end - start;
    hashes[count] = hash;
    slots[slot] = ++count;
    if (2 * count >= slots.length) {
      grow();
    }
    return count - 1;
  }

  private void grow() {
    int[] larger = new int[2 * slots.length];
    for (int i = 0; i < count; i++) {
      int slot = hashes[i] & (larger.length - 1);
      int step = (hashes[i] >>> 16) | 1;
      while (larger[slot] != 0) {
        slot = (slot + step) & (larger.length - 1);
      }
      larger[slot] = i + 1;
    }
    slots = larger;
  }

  /** How many words there are. */
  int count() {
    return count;
  }

  /** How often a slot was looked at, as a measure of work. */
  long probes() {
    return probes;
  }

  /** The word of that number. */
  String text(int name) {
    return new String(text, starts[name], lengths[name], ISO_8859_1);
  }
}
