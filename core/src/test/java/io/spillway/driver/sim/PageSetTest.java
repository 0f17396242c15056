package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PageSetTest {

  @Test
  void operationsAreThoseOfBitSets() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      PageSet one = any(random);
      PageSet other = any(random);
      BitSet or = bits(one);
      or.or(bits(other));
      BitSet and = bits(one);
      and.and(bits(other));
      BitSet minus = bits(one);
      minus.andNot(bits(other));
      assertThat(bits(one.or(other))).isEqualTo(or);
      assertThat(bits(one.and(other))).isEqualTo(and);
      assertThat(bits(one.minus(other))).isEqualTo(minus);
      assertThat(one.count()).isEqualTo(bits(one).cardinality());
      assertThat(one.countOutside(other)).isEqualTo(minus.cardinality());
      assertThat(one.containsAll(other)).isEqualTo(or.equals(bits(one)));
      assertThat(one.equals(other)).isEqualTo(bits(one).equals(bits(other)));
      int from = random.nextInt(PageSet.PAGES);
      int to = from + 1 + random.nextInt(PageSet.PAGES - from);
      assertThat(one.countIn(from, to)).isEqualTo(bits(one).get(from, to).cardinality());
      if (!one.isEmpty()) {
        assertThat(one.first()).isEqualTo(bits(one).nextSetBit(0));
      }
    }
  }

  @Test
  void partsAreThoseWithAPage() {
    Random random = new Random(8);
    for (int i = 0; i < 500; i++) {
      PageSet set = any(random);
      int parts = 0;
      for (int part = 0; part < PageSet.PARTS; part++) {
        int from = part * PageSet.PART_PAGES;
        if (set.countIn(from, from + PageSet.PART_PAGES) > 0) {
          parts |= 1 << part;
        }
      }
      assertThat(set.parts()).isEqualTo(parts);
      assertThat(PageSet.ofParts(parts).containsAll(set)).isTrue();
      assertThat(PageSet.ofParts(parts).count())
          .isEqualTo(Integer.bitCount(parts) * PageSet.PART_PAGES);
      assertThat(PageSet.ofParts(parts).parts()).isEqualTo(parts);
    }
  }

  @Test
  void whatIsLikeAnOldSetIsTheOldSet() {
    PageSet part = PageSet.range(3, 400);
    PageSet inside = PageSet.range(70, 90);
    assertThat(part.or(inside)).isSameAs(part);
    assertThat(inside.or(part)).isSameAs(part);
    assertThat(part.and(inside)).isSameAs(inside);
    assertThat(inside.and(part)).isSameAs(inside);
    assertThat(inside.minus(PageSet.range(100, 200))).isSameAs(inside);
    assertThat(inside.minus(part)).isSameAs(PageSet.EMPTY);
    assertThat(part.or(PageSet.range(0, 3)).or(PageSet.range(390, 512))).isSameAs(PageSet.FULL);
    assertThat(PageSet.ofParts(-1)).isSameAs(PageSet.FULL);
    assertThat(PageSet.range(9, 9)).isSameAs(PageSet.EMPTY);
  }

  @Test
  void aSpreadIsAsDenseAsAsked() {
    assertThat(PageSet.spread(1)).isSameAs(PageSet.FULL);
    assertThat(PageSet.spread(1e-6)).isEqualTo(PageSet.page(0));
    PageSet half = PageSet.spread(0.5);
    assertThat(bits(half).stream()).contains(0, 2, 4, 510).allMatch(page -> page % 2 == 0);
  }

  /** A few ranges joined; often empty, full, or of whole parts. */
  private static PageSet any(Random random) {
    PageSet set = random.nextInt(8) == 0 ? PageSet.ofParts(random.nextInt()) : PageSet.EMPTY;
    for (int i = random.nextInt(4); i > 0; i--) {
      int from = random.nextInt(PageSet.PAGES);
      set = set.or(PageSet.range(from, from + 1 + random.nextInt(PageSet.PAGES - from)));
    }
    return random.nextInt(8) == 0 ? PageSet.FULL.minus(set) : set;
  }

  private static BitSet bits(PageSet set) {
    BitSet bits = new BitSet(PageSet.PAGES);
    IntStream.range(0, PageSet.PAGES).filter(set::contains).forEach(bits::set);
    return bits;
  }
}
