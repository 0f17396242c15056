package io.spillway.benchmarks.compare.g10;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Compares with a list of pages in the order of arrival. */
final class PageTableProperties {

  private static final int PAGES = 12;
  private static final int FRAMES = 5;

  private static PageTable table() {
    TrainingIteration iteration =
        new TrainingIteration(
            "t",
            List.of(
                new Tensor(0, 3 * 4096, Kind.ACTIVATION, 0, 1),
                new Tensor(1, 0, Kind.ACTIVATION, 0, 1),
                new Tensor(2, 9 * 4096, Kind.ACTIVATION, 0, 1)),
            List.of());
    return new PageTable(iteration, new G10Machine(FRAMES * 4096, 100 * 4096, false));
  }

  @Property(tries = 300)
  void keepsTheOrderOfArrival(
      @ForAll @Size(max = 80) List<@IntRange(min = 0, max = PAGES - 1) Integer> steps) {
    PageTable table = table();
    List<Integer> naive = new ArrayList<>();
    for (int page : steps) {
      if (table.onGpu(page)) {
        table.leave(page, PageTable.HOST);
        naive.remove((Integer) page);
        assertThat(table.place(page)).isEqualTo(PageTable.HOST);
      } else {
        if (table.isGpuFull()) {
          int oldest = table.pageIn(table.head());
          assertThat(oldest).isEqualTo(naive.removeFirst());
          table.leave(oldest, PageTable.ABSENT);
        }
        table.arrive(page);
        naive.add(page);
      }
      List<Integer> order = new ArrayList<>();
      for (int frame = table.head(); frame != PageTable.NONE; frame = table.after(frame)) {
        order.add(table.pageIn(frame));
      }
      assertThat(order).isEqualTo(naive);
      assertThat(table.isGpuFull()).isEqualTo(naive.size() == FRAMES);
    }
  }

  @Example
  void pagesBelongToTheirTensor() {
    PageTable table = table();
    List<Integer> owners = new ArrayList<>();
    for (int page : new int[] {0, 11, 3, 2, 3, 1, 4}) {
      owners.add(table.tensorOf(page));
    }
    assertThat(owners).containsExactly(0, 2, 2, 0, 2, 0, 2);
  }

  @Example
  void theNextCandidateStartsOverWhenItLeaves() {
    PageTable table = table();
    for (int page = 0; page < 3; page++) {
      table.arrive(page);
    }
    table.setCandidate(table.after(table.head()));
    table.leave(1, PageTable.HOST);
    assertThat(table.candidate()).isEqualTo(table.head());
    table.leave(2, PageTable.HOST);
    assertThat(table.candidate()).isEqualTo(table.head());
  }

  @Property(tries = 200)
  void queuesLikeAQueue(
      @ForAll @Size(max = 60) List<@IntRange(min = -9, max = 2000) Integer> steps) {
    PageQueue queue = new PageQueue();
    Deque<Integer> naive = new ArrayDeque<>();
    for (int step : steps) {
      if (step < 0) {
        while (!naive.isEmpty() && naive.size() > -step) {
          assertThat(queue.peek()).isEqualTo(naive.peek());
          assertThat(queue.remove()).isEqualTo(naive.remove());
        }
      } else {
        for (int page = 0; page < step; page++) {
          queue.add(page * 7);
          naive.add(page * 7);
        }
      }
      assertThat(queue.size()).isEqualTo(naive.size());
      assertThat(queue.isEmpty()).isEqualTo(naive.isEmpty());
    }
  }
}
