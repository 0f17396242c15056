package io.spillway.driver.sim;

import java.util.Arrays;

/**
 * Which of a block's 512 pages of 4 KiB. Immutable; the empty and the full set are shared, so
 * blocks that are wholly in one state cost no memory.
 */
@SuppressWarnings("ReferenceEquality") // Identity is a shortcut; unequal identities are compared.
final class PageSet {

  /** Pages per block: 2 MiB / 4 KiB. */
  static final int PAGES = 512;

  /** Bytes per page: the x86 page size. */
  static final long PAGE_BYTES = 4096;

  /** Pages per 64 KiB part, the driver's big page: 64 KiB / 4 KiB. */
  static final int PART_PAGES = 16;

  /** 64 KiB parts per block. */
  static final int PARTS = PAGES / PART_PAGES;

  private static final long PART_MASK = (1L << PART_PAGES) - 1;

  private static final int WORDS = PAGES / Long.SIZE;

  static final PageSet EMPTY = new PageSet(new long[WORDS], 0);
  static final PageSet FULL = new PageSet(ones(), PAGES);

  private final long[] words;
  private final int count;

  private PageSet(long[] words, int count) {
    this.words = words;
    this.count = count;
  }

  private static long[] ones() {
    long[] words = new long[WORDS];
    Arrays.fill(words, -1L);
    return words;
  }

  private static PageSet of(long[] words) {
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    if (count == 0) {
      return EMPTY;
    }
    return count == PAGES ? FULL : new PageSet(words, count);
  }

  /** Pages {@code from} (inclusive) to {@code to} (exclusive). */
  static PageSet range(int from, int to) {
    if (from == 0 && to == PAGES) {
      return FULL;
    }
    long[] words = new long[WORDS];
    for (int word = from / Long.SIZE; word * Long.SIZE < to; word++) {
      words[word] = mask(word, from, to);
    }
    return of(words);
  }

  /** Those bits of word {@code word} that are pages from {@code from} to before {@code to}. */
  private static long mask(int word, int from, int to) {
    int low = Math.max(from - word * Long.SIZE, 0);
    int high = Math.min(to - word * Long.SIZE, Long.SIZE);
    return low >= high ? 0 : -1L >>> (Long.SIZE - (high - low)) << low;
  }

  /** Every page of the 64 KiB parts in {@code parts}: bit i is the i-th. */
  static PageSet ofParts(int parts) {
    if (parts == -1) {
      return FULL;
    }
    long[] words = new long[WORDS];
    for (int left = parts; left != 0; left &= left - 1) {
      int page = Integer.numberOfTrailingZeros(left) * PART_PAGES;
      words[page / Long.SIZE] |= PART_MASK << page % Long.SIZE;
    }
    return of(words);
  }

  /** The single page {@code page}. */
  static PageSet page(int page) {
    return range(page, page + 1);
  }

  int count() {
    return count;
  }

  long bytes() {
    return count * PAGE_BYTES;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The lowest page; the set must not be empty. */
  int first() {
    int word = 0;
    while (words[word] == 0) {
      word++;
    }
    return word * Long.SIZE + Long.numberOfTrailingZeros(words[word]);
  }

  /** Which 64 KiB parts of the block have a page in the set: bit i is the i-th. */
  int parts() {
    int parts = 0;
    for (int part = 0; part < PARTS; part++) {
      int shift = part * PART_PAGES % Long.SIZE;
      if ((words[part * PART_PAGES / Long.SIZE] >>> shift & PART_MASK) != 0) {
        parts |= 1 << part;
      }
    }
    return parts;
  }

  boolean contains(int page) {
    return (words[page / Long.SIZE] & (1L << page)) != 0;
  }

  boolean containsAll(PageSet other) {
    if (this == other || other.count == 0 || count == PAGES) {
      return true;
    }
    if (count < other.count) {
      return false;
    }
    for (int i = 0; i < WORDS; i++) {
      if ((other.words[i] & ~words[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  /** How many pages from {@code from} (inclusive) to {@code to} (exclusive) are in the set. */
  int countIn(int from, int to) {
    if (count == 0 || count == PAGES) {
      return count == 0 ? 0 : to - from;
    }
    int found = 0;
    for (int word = from / Long.SIZE; word * Long.SIZE < to; word++) {
      found += Long.bitCount(words[word] & mask(word, from, to));
    }
    return found;
  }

  /** How many pages of the set are not in {@code other}. */
  int countOutside(PageSet other) {
    if (this == other || other.count == PAGES) {
      return 0;
    }
    if (other.count == 0) {
      return count;
    }
    int found = 0;
    for (int i = 0; i < WORDS; i++) {
      found += Long.bitCount(words[i] & ~other.words[i]);
    }
    return found;
  }

  PageSet or(PageSet other) {
    if (this == other || other.count == 0 || count == PAGES) {
      return this;
    }
    if (count == 0 || other.count == PAGES) {
      return other;
    }
    long[] result = words.clone();
    for (int i = 0; i < WORDS; i++) {
      result[i] |= other.words[i];
    }
    return of(result);
  }

  PageSet and(PageSet other) {
    if (this == other || count == 0 || other.count == PAGES) {
      return this;
    }
    if (other.count == 0 || count == PAGES) {
      return other;
    }
    long[] result = words.clone();
    for (int i = 0; i < WORDS; i++) {
      result[i] &= other.words[i];
    }
    return of(result);
  }

  PageSet minus(PageSet other) {
    if (count == 0 || other.count == 0) {
      return this;
    }
    if (this == other || other.count == PAGES) {
      return EMPTY;
    }
    long[] result = words.clone();
    for (int i = 0; i < WORDS; i++) {
      result[i] &= ~other.words[i];
    }
    return of(result);
  }

  /** About {@code density} of the pages, spread evenly over the block; all of them for 1. */
  PageSet sparse(double density) {
    if (density >= 1 || count == 0) {
      return this;
    }
    long[] result = new long[WORDS];
    for (int page = 0; page < PAGES; page++) {
      boolean chosen = page == 0 || (int) (page * density) != (int) ((page - 1) * density);
      if (chosen && contains(page)) {
        result[page / Long.SIZE] |= 1L << page;
      }
    }
    return of(result);
  }

  /** At most {@code most} pages of the set, every {@code stride}-th first, then the next offset. */
  PageSet interleaved(int most, int stride) {
    if (count <= most) {
      return this;
    }
    long[] result = new long[WORDS];
    int taken = 0;
    for (int offset = 0; offset < stride; offset++) {
      for (int page = offset; page < PAGES; page += stride) {
        if (taken == most) {
          return of(result);
        }
        if (contains(page)) {
          result[page / Long.SIZE] |= 1L << page;
          taken++;
        }
      }
    }
    return of(result);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PageSet set && Arrays.equals(words, set.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return count + " of " + PAGES + " pages";
  }
}
