package io.spillway.driver.sim;

/**
 * Which of a block's 512 pages of 4 KiB. Immutable; the empty and the full set are shared, so
 * blocks that are wholly in one state cost no memory, and what is made of two sets is one of them
 * if it can be.
 *
 * <p>The bits are in fields, not in an array: one object to fetch, in a simulation that has many
 * more of them than its processor's cache holds.
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

  /** The lowest bit of each 64 KiB part of a word. */
  private static final long PART_STARTS = 0x0001_0001_0001_0001L;

  private static final int WORD_PARTS = Long.SIZE / PART_PAGES;

  static final PageSet EMPTY = new PageSet(0, 0, 0, 0, 0, 0, 0, 0, 0);
  static final PageSet FULL = new PageSet(-1, -1, -1, -1, -1, -1, -1, -1, PAGES);

  // Pages 0 to 63, 64 to 127, and so on; the lowest bit is the first.
  private final long word0;
  private final long word1;
  private final long word2;
  private final long word3;
  private final long word4;
  private final long word5;
  private final long word6;
  private final long word7;
  private final int count;

  private PageSet(
      long word0,
      long word1,
      long word2,
      long word3,
      long word4,
      long word5,
      long word6,
      long word7,
      int count) {
    this.word0 = word0;
    this.word1 = word1;
    this.word2 = word2;
    this.word3 = word3;
    this.word4 = word4;
    this.word5 = word5;
    this.word6 = word6;
    this.word7 = word7;
    this.count = count;
  }

  private static PageSet of(
      long word0,
      long word1,
      long word2,
      long word3,
      long word4,
      long word5,
      long word6,
      long word7) {
    return EMPTY.orOneLike(EMPTY, word0, word1, word2, word3, word4, word5, word6, word7);
  }

  private static PageSet of(long[] words) {
    return of(words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7]);
  }

  /**
   * The set of these words; an old one if it is the same. It must be inside this set and the other,
   * or have both inside, so that as many pages are the same pages.
   */
  private PageSet orOneLike(
      PageSet other,
      long first,
      long second,
      long third,
      long fourth,
      long fifth,
      long sixth,
      long seventh,
      long eighth) {
    int pages =
        Long.bitCount(first)
            + Long.bitCount(second)
            + Long.bitCount(third)
            + Long.bitCount(fourth)
            + Long.bitCount(fifth)
            + Long.bitCount(sixth)
            + Long.bitCount(seventh)
            + Long.bitCount(eighth);
    if (pages == count) {
      return this;
    }
    if (pages == other.count) {
      return other;
    }
    if (pages == 0) {
      return EMPTY;
    }
    return pages == PAGES
        ? FULL
        : new PageSet(first, second, third, fourth, fifth, sixth, seventh, eighth, pages);
  }

  /** Pages {@code from} (inclusive) to {@code to} (exclusive). */
  static PageSet range(int from, int to) {
    return of(
        mask(0, from, to),
        mask(1, from, to),
        mask(2, from, to),
        mask(3, from, to),
        mask(4, from, to),
        mask(5, from, to),
        mask(6, from, to),
        mask(7, from, to));
  }

  /** Those bits of word {@code word} that are pages from {@code from} to before {@code to}. */
  private static long mask(int word, int from, int to) {
    int low = Math.max(from - word * Long.SIZE, 0);
    int high = Math.min(to - word * Long.SIZE, Long.SIZE);
    return low >= high ? 0 : -1L >>> (Long.SIZE - (high - low)) << low;
  }

  /** Every page of the 64 KiB parts in {@code parts}: bit i is the i-th. */
  static PageSet ofParts(int parts) {
    return of(
        wordOfParts(parts),
        wordOfParts(parts >>> WORD_PARTS),
        wordOfParts(parts >>> (2 * WORD_PARTS)),
        wordOfParts(parts >>> (3 * WORD_PARTS)),
        wordOfParts(parts >>> (4 * WORD_PARTS)),
        wordOfParts(parts >>> (5 * WORD_PARTS)),
        wordOfParts(parts >>> (6 * WORD_PARTS)),
        wordOfParts(parts >>> (7 * WORD_PARTS)));
  }

  /** Every page of those parts that the lowest four bits of {@code parts} say. */
  private static long wordOfParts(int parts) {
    long apart = (parts & 1L) | (parts & 2L) << 15 | (parts & 4L) << 30 | (parts & 8L) << 45;
    return apart * PART_MASK;
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

  private long word(int index) {
    return switch (index) {
      case 0 -> word0;
      case 1 -> word1;
      case 2 -> word2;
      case 3 -> word3;
      case 4 -> word4;
      case 5 -> word5;
      case 6 -> word6;
      default -> word7;
    };
  }

  /** The lowest page; the set must not be empty. */
  int first() {
    int index = 0;
    while (word(index) == 0) {
      index++;
    }
    return index * Long.SIZE + Long.numberOfTrailingZeros(word(index));
  }

  /** Which 64 KiB parts of the block have a page in the set: bit i is the i-th. */
  int parts() {
    return partsOfWord(word0)
        | partsOfWord(word1) << WORD_PARTS
        | partsOfWord(word2) << (2 * WORD_PARTS)
        | partsOfWord(word3) << (3 * WORD_PARTS)
        | partsOfWord(word4) << (4 * WORD_PARTS)
        | partsOfWord(word5) << (5 * WORD_PARTS)
        | partsOfWord(word6) << (6 * WORD_PARTS)
        | partsOfWord(word7) << (7 * WORD_PARTS);
  }

  private static int partsOfWord(long word) {
    // The lowest bit of each part becomes the part's, and the four are moved together.
    long some = word | word >>> 8;
    some |= some >>> 4;
    some |= some >>> 2;
    some = (some | some >>> 1) & PART_STARTS;
    return (int) (some | some >>> 15 | some >>> 30 | some >>> 45) & ((1 << WORD_PARTS) - 1);
  }

  boolean contains(int page) {
    return (word(page / Long.SIZE) & (1L << page)) != 0;
  }

  boolean containsAll(PageSet other) {
    if (this == other || other.count == 0 || count == PAGES) {
      return true;
    }
    if (count < other.count) {
      return false;
    }
    long outside =
        (other.word0 & ~word0)
            | (other.word1 & ~word1)
            | (other.word2 & ~word2)
            | (other.word3 & ~word3)
            | (other.word4 & ~word4)
            | (other.word5 & ~word5)
            | (other.word6 & ~word6)
            | (other.word7 & ~word7);
    return outside == 0;
  }

  /** How many pages from {@code from} (inclusive) to {@code to} (exclusive) are in the set. */
  int countIn(int from, int to) {
    if (count == 0 || count == PAGES) {
      return count == 0 ? 0 : to - from;
    }
    if (to - from == PAGES) {
      return count;
    }
    int found = 0;
    for (int word = from / Long.SIZE; word * Long.SIZE < to; word++) {
      found += Long.bitCount(word(word) & mask(word, from, to));
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
    return Long.bitCount(word0 & ~other.word0)
        + Long.bitCount(word1 & ~other.word1)
        + Long.bitCount(word2 & ~other.word2)
        + Long.bitCount(word3 & ~other.word3)
        + Long.bitCount(word4 & ~other.word4)
        + Long.bitCount(word5 & ~other.word5)
        + Long.bitCount(word6 & ~other.word6)
        + Long.bitCount(word7 & ~other.word7);
  }

  PageSet or(PageSet other) {
    if (this == other || other.count == 0 || count == PAGES) {
      return this;
    }
    if (count == 0 || other.count == PAGES) {
      return other;
    }
    return orOneLike(
        other,
        word0 | other.word0,
        word1 | other.word1,
        word2 | other.word2,
        word3 | other.word3,
        word4 | other.word4,
        word5 | other.word5,
        word6 | other.word6,
        word7 | other.word7);
  }

  PageSet and(PageSet other) {
    if (this == other || count == 0 || other.count == PAGES) {
      return this;
    }
    if (other.count == 0 || count == PAGES) {
      return other;
    }
    return orOneLike(
        other,
        word0 & other.word0,
        word1 & other.word1,
        word2 & other.word2,
        word3 & other.word3,
        word4 & other.word4,
        word5 & other.word5,
        word6 & other.word6,
        word7 & other.word7);
  }

  PageSet minus(PageSet other) {
    if (count == 0 || other.count == 0) {
      return this;
    }
    if (this == other || other.count == PAGES) {
      return EMPTY;
    }
    return orOneLike(
        this,
        word0 & ~other.word0,
        word1 & ~other.word1,
        word2 & ~other.word2,
        word3 & ~other.word3,
        word4 & ~other.word4,
        word5 & ~other.word5,
        word6 & ~other.word6,
        word7 & ~other.word7);
  }

  /** About {@code density} of a block's pages, spread evenly; all of them for 1. */
  static PageSet spread(double density) {
    if (density >= 1) {
      return FULL;
    }
    long[] result = new long[PAGES / Long.SIZE];
    for (int page = 0; page < PAGES; page++) {
      if (page == 0 || (int) (page * density) != (int) ((page - 1) * density)) {
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
    long[] result = new long[PAGES / Long.SIZE];
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
    return other instanceof PageSet set && count == set.count && containsAll(set);
  }

  @Override
  public int hashCode() {
    long hash = 0;
    for (int index = 0; index < PAGES / Long.SIZE; index++) {
      hash = 31 * hash + word(index);
    }
    return Long.hashCode(hash);
  }

  @Override
  public String toString() {
    return count + " of " + PAGES + " pages";
  }
}
