package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Three numbers say of the batches of a launch what a list of them does. */
class FaultBatchesProperties {

  private record Batch(FaultAccess access, long start, long end) {}

  @Property(tries = 500)
  void aTransferIsWhatTheBatchesItOverlapsAreOrElseTheNearest(@ForAll Random random) {
    FaultBatches batches = new FaultBatches(3);
    List<Batch> list = new ArrayList<>();
    long now = 0;
    for (int step = 0; step < 40; step++) {
      now += random.nextInt(4);
      if (random.nextBoolean()) {
        FaultAccess access = FaultAccess.values()[random.nextInt(5)];
        Batch batch = new Batch(access, now, now + random.nextInt(12));
        list.add(batch);
        batches.served(1, access, batch.end());
      } else {
        assertThat(batches.served(1, now)).isEqualTo(expected(list, now));
      }
    }
    assertThat(batches.served(0, now)).isEqualTo(FaultAccess.UNKNOWN);
    assertThat(batches.served(2, now)).isEqualTo(FaultAccess.UNKNOWN);
    FaultBatches others = new FaultBatches(2);
    others.copy(0, batches, 1);
    assertThat(others.served(0, now)).isEqualTo(expected(list, now));
    others.clear(0);
    assertThat(others.served(0, now)).isEqualTo(FaultAccess.UNKNOWN);
    assertThat(batches.served(1, now)).isEqualTo(expected(list, now));
  }

  private static FaultAccess expected(List<Batch> batches, long start) {
    List<Batch> candidates =
        batches.stream().filter(each -> each.start() <= start && start < each.end()).toList();
    if (candidates.isEmpty()) {
      long last = batches.stream().mapToLong(Batch::end).max().orElse(0);
      candidates = batches.stream().filter(each -> each.end() == last).toList();
    }
    if (candidates.stream().anyMatch(each -> each.access().writes())) {
      return FaultAccess.WRITE;
    }
    return !candidates.isEmpty()
            && candidates.stream().allMatch(each -> each.access() == FaultAccess.READ)
        ? FaultAccess.READ
        : FaultAccess.UNKNOWN;
  }

  @Example
  void whatTouchesTheEndDoesNotOverlapIt() {
    FaultBatches batches = new FaultBatches(1);
    batches.served(0, FaultAccess.WRITE, 10);
    batches.served(0, FaultAccess.READ, 20);
    assertThat(batches.served(0, 9)).isEqualTo(FaultAccess.WRITE);
    assertThat(batches.served(0, 10)).isEqualTo(FaultAccess.READ);
    assertThat(batches.served(0, 25)).isEqualTo(FaultAccess.READ);
  }
}
