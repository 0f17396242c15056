package io.spillway.hint;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.Location;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class PlanProperties {

  private static AddressRange blocks(int first, int count) {
    return new AddressRange((first + 1) * Blocks.BYTES, count * Blocks.BYTES);
  }

  @Provide
  Arbitrary<List<Hint>> hints() {
    Arbitrary<AddressRange> ranges =
        Combinators.combine(
                Arbitraries.integers().between(0, 10), Arbitraries.integers().between(1, 3))
            .as(PlanProperties::blocks);
    return ranges
        .flatMap(
            range ->
                Arbitraries.<Hint>of(
                    new Hint.Fetch(range),
                    new Hint.Drop(range),
                    new Hint.ReadMostly(range),
                    new Hint.Prefer(range, Location.HOST),
                    new Hint.Prefer(range, Location.device(0))))
        .list()
        .ofMaxSize(12);
  }

  /** Block by block, what is said and in which order stays the same, but for repetitions. */
  @Property
  void coalescingKeepsWhatEveryBlockIsTold(@ForAll("hints") List<Hint> hints) {
    Plan plan = new Plan(hints);
    Plan coalesced = plan.coalesced();

    assertThat(coalesced.hints()).hasSizeLessThanOrEqualTo(hints.size());
    for (int block = 0; block < 14; block++) {
      assertThat(toldTo(blocks(block, 1), coalesced)).isEqualTo(toldTo(blocks(block, 1), plan));
    }
  }

  private static List<Hint> toldTo(AddressRange block, Plan plan) {
    List<Hint> told = new ArrayList<>();
    for (Hint hint : plan.hints()) {
      if (hint.range().overlaps(block)
          && (told.isEmpty() || !told.getLast().equals(hint.on(block)))) {
        told.add(hint.on(block));
      }
    }
    return told;
  }

  @Example
  void mergesOnlyTheSameAdviceOnAdjoiningRanges() {
    Plan plan =
        Plan.of(
            new Hint.Fetch(blocks(0, 2)),
            new Hint.Fetch(blocks(2, 1)),
            new Hint.Fetch(blocks(4, 1)),
            new Hint.Drop(blocks(5, 1)),
            new Hint.Prefer(blocks(6, 1), Location.HOST),
            new Hint.Prefer(blocks(7, 1), Location.device(0)));

    assertThat(plan.coalesced())
        .isEqualTo(
            Plan.of(
                new Hint.Fetch(blocks(0, 3)),
                new Hint.Fetch(blocks(4, 1)),
                new Hint.Drop(blocks(5, 1)),
                new Hint.Prefer(blocks(6, 1), Location.HOST),
                new Hint.Prefer(blocks(7, 1), Location.device(0))));
  }
}
