package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Events come out of a window in order if none was too late, and all of them in any case. */
class EventWindowProperties {

  private record Event(long time, long number) {}

  private final List<Event> passed = new ArrayList<>();

  private EventWindow window(int events) {
    return new EventWindow(
        events,
        (rows, at) -> passed.add(new Event(rows[at + EventRow.TIME], rows[at + EventRow.ADDRESS])));
  }

  private static void add(EventWindow window, Event event) {
    int at = window.next();
    window.rows()[at + EventRow.TIME] = event.time();
    window.rows()[at + EventRow.ADDRESS] = event.number();
    window.added();
  }

  /** Close together, so that some are equal; any at all, as those of a broken clock. */
  @Provide
  Arbitrary<Long> times() {
    return Arbitraries.frequencyOf(
        Tuple.of(9, Arbitraries.longs().between(0, 20)), Tuple.of(1, Arbitraries.longs()));
  }

  @Property
  void whatFitsTheWindowIsSortedAndEqualTimesKeepTheirOrder(
      @ForAll @Size(max = 64) List<@From("times") Long> times) {
    EventWindow window = window(64);
    List<Event> events = new ArrayList<>();
    times.forEach(time -> events.add(new Event(time, events.size())));
    events.forEach(event -> add(window, event));
    window.drain();
    List<Event> sorted = new ArrayList<>(events);
    sorted.sort(Comparator.comparingLong(Event::time));
    assertThat(passed).isEqualTo(sorted);
    assertThat(window.late()).isZero();
    passed.clear();
  }

  @Property
  void whatIsDisplacedByLessThanHalfTheWindowIsSorted(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 7) int bits) {
    int size = 1 << bits;
    EventWindow window = window(size);
    List<Long> displaced = new ArrayList<>();
    LongStream.range(0, 1000).forEach(displaced::add);
    // Blocks of half the window, each shuffled: displaced by less than that.
    for (int from = 0; from < displaced.size(); from += size / 2) {
      List<Long> block = displaced.subList(from, Math.min(displaced.size(), from + size / 2));
      Collections.shuffle(block, random);
    }
    displaced.forEach(time -> add(window, new Event(time, time)));
    window.drain();
    assertThat(passed.stream().map(Event::time)).isSorted().hasSize(1000);
    assertThat(window.late()).isZero();
    passed.clear();
  }

  @Property
  void whatIsTooLateIsCountedAndPassedOn(
      @ForAll @Size(max = 200) List<@LongRange(min = 0) Long> times) {
    EventWindow window = window(4);
    times.forEach(time -> add(window, new Event(time, time)));
    window.drain();
    assertThat(passed.stream().map(Event::time)).containsExactlyInAnyOrderElementsOf(times);
    long backwards = 0;
    for (int i = 1; i < passed.size(); i++) {
      backwards += passed.get(i).time() < passed.get(i - 1).time() ? 1 : 0;
    }
    assertThat(backwards).isLessThanOrEqualTo(window.late());
    passed.clear();
  }
}
