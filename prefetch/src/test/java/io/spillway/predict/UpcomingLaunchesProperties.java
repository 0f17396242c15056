package io.spillway.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The named launches against lists that are gone through from the start each time. */
final class UpcomingLaunchesProperties {

  private static final int STEPS = 200;

  /** Launches named at once, at most: more than the ring has room for at first. */
  private static final int MOST_NAMED = 20;

  private final UpcomingLaunches launches = new UpcomingLaunches();
  private final List<Integer> named = new ArrayList<>();
  private int strangers;

  /** What is expected without names. */
  private final List<Integer> expected = new ArrayList<>();

  private void observe(int launch) {
    int at = named.indexOf(launch);
    boolean asNamed = named.isEmpty() || at == 0;
    boolean foreseen = !expected.isEmpty() && expected.getFirst() == launch;
    if (at >= 0) {
      named.subList(0, at + 1).clear();
      strangers = 0;
    } else if (!named.isEmpty() && ++strangers > named.size()) {
      named.clear();
      strangers = 0;
    }
    assertThat(launches.observe(launch)).isEqualTo(!asNamed);
    if (foreseen) {
      expected.removeFirst();
    }
    if (!asNamed || !foreseen) {
      launches.compareAnew();
    }
  }

  private void name(List<Integer> next) {
    named.clear();
    named.addAll(next);
    strangers = 0;
    launches.replace(next.stream().mapToInt(Integer::intValue).toArray(), next.size());
  }

  private int foreseen() {
    int foreseen = 0;
    for (int i = 0; i < named.size() && foreseen < expected.size(); i++) {
      foreseen += named.get(i).equals(expected.get(foreseen)) ? 1 : 0;
    }
    return foreseen;
  }

  @Property(tries = 300)
  void whatIsNamedAndWhatOfItIsForeseenIsTheSame(
      @ForAll @IntRange(min = 2, max = 12) int kinds, @ForAll long seed) {
    Random random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      while (expected.size() < random.nextInt(MOST_NAMED)) {
        expected.add(random.nextInt(kinds));
      }
      switch (random.nextInt(6)) {
        case 0 -> name(random.ints(random.nextInt(MOST_NAMED), 0, kinds).boxed().toList());
        case 1 -> name(expected.subList(0, random.nextInt(expected.size() + 1)));
        case 2 -> {
          List<Integer> more = new ArrayList<>(named);
          IntStream.range(0, random.nextInt(4)).forEach(_ -> more.add(random.nextInt(kinds)));
          name(more);
        }
        case 3 -> observe(random.nextInt(kinds));
        default -> observe(named.isEmpty() ? random.nextInt(kinds) : named.getFirst());
      }
      launches.compare(ahead -> expected.get(ahead - 1), expected.size());

      assertThat(IntStream.range(0, launches.size()).map(launches::get).boxed().toList())
          .isEqualTo(named);
      assertThat(launches.foreseen()).isEqualTo(foreseen());
    }
  }
}
