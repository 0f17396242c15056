package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spillway.evict.LapSchedule.Link;
import io.spillway.evict.LapSchedule.Move;
import io.spillway.evict.LapSchedule.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a schedule says is what happens on a plain model of the link, within the room. */
final class LapScheduleProperties {

  private static final Link LINK = new Link(1, 1);

  /** A lap and what it has room for. */
  private record Lap(double[] nanos, List<Part> parts, long room) {

    LapSchedule schedule() {
      return LapSchedule.of(nanos, parts, room, LINK);
    }

    double computing() {
      return Arrays.stream(nanos).sum();
    }
  }

  private static Lap random(int length, int count, int percent, long seed) {
    Random random = new Random(seed);
    double[] nanos = random.doubles(length, 0, 300).toArray();
    List<Part> parts = new ArrayList<>();
    long[] needed = new long[length];
    long all = 0;
    for (int part = 0; part < count; part++) {
      List<Integer> uses =
          IntStream.range(0, length).filter(_ -> random.nextInt(4) == 0).boxed().toList();
      if (!uses.isEmpty()) {
        long bytes = 1 + random.nextInt(100);
        parts.add(new Part(bytes, uses.getFirst(), uses, random.nextBoolean()));
        uses.forEach(use -> needed[use] += bytes);
        all += bytes;
      }
    }
    long most = Arrays.stream(needed).max().orElse(0);
    return new Lap(nanos, parts, Math.max(1, most + (all - most) * percent / 100));
  }

  /** Laps of this schedule, one after the other, on links that take one thing at a time. */
  private static final class Model {
    private final Lap lap;
    private final List<List<Move>> moves = new ArrayList<>();
    private final boolean[] here;
    private final double[] there;
    private final Deque<Integer> leaving = new ArrayDeque<>();
    private final Deque<Double> gone = new ArrayDeque<>();
    private double now;
    private double inFree;
    private double outFree;

    Model(Lap lap, LapSchedule schedule) {
      this.lap = lap;
      here = new boolean[lap.parts.size()];
      there = new double[lap.parts.size()];
      for (int launch = 0; launch < lap.nanos.length; launch++) {
        moves.add(new ArrayList<>());
      }
      schedule.moves().forEach(move -> moves.get(move.launch()).add(move));
      // A kept part begins where its last move of a lap leaves it.
      for (int part = 0; part < here.length; part++) {
        here[part] = lap.parts.get(part).kept();
      }
      schedule.moves().forEach(move -> here[move.part()] = move.in());
      for (int part = 0; part < here.length; part++) {
        here[part] &= lap.parts.get(part).kept();
      }
    }

    double lap() {
      double start = now;
      for (int launch = 0; launch < lap.nanos.length; launch++) {
        launch(launch);
      }
      return now - start;
    }

    private void launch(int launch) {
      for (int part = 0; part < here.length; part++) {
        if (!lap.parts.get(part).kept() && lap.parts.get(part).from() == launch) {
          here[part] = true;
        }
      }
      for (Move move : moves.get(launch)) {
        if (!move.in()) {
          assertThat(here[move.part()]).as("part %d leaves from the device", move.part()).isTrue();
          here[move.part()] = false;
          outFree = Math.max(outFree, now) + lap.parts.get(move.part()).bytes() / LINK.out();
          leaving.add(move.part());
          gone.add(outFree);
        }
      }
      for (Move move : moves.get(launch)) {
        if (move.in()) {
          assertThat(here[move.part()]).as("part %d comes from the host", move.part()).isFalse();
          here[move.part()] = true;
          inFree = Math.max(inFree, now) + lap.parts.get(move.part()).bytes() / LINK.in();
          there[move.part()] = inFree;
        }
      }
      while (held() > lap.room) {
        assertThat(leaving).as("launch %d: %d bytes of %d", launch, held(), lap.room).isNotEmpty();
        leaving.remove();
        now = Math.max(now, gone.remove());
      }
      for (int part = 0; part < here.length; part++) {
        if (lap.parts.get(part).uses().contains(launch)) {
          assertThat(here[part]).as("launch %d has part %d", launch, part).isTrue();
          now = Math.max(now, there[part]);
        }
        if (!lap.parts.get(part).kept() && lap.parts.get(part).uses().getLast() == launch) {
          here[part] = false;
        }
      }
      now += lap.nanos[launch];
      while (!gone.isEmpty() && gone.getFirst() <= now) {
        gone.remove();
        leaving.remove();
      }
    }

    private long held() {
      return IntStream.range(0, here.length)
              .filter(part -> here[part])
              .mapToLong(part -> lap.parts.get(part).bytes())
              .sum()
          + leaving.stream().mapToLong(part -> lap.parts.get(part).bytes()).sum();
    }
  }

  @Property(tries = 500)
  void everyLaunchHasWhatItUsesWithinTheRoom(
      @ForAll @IntRange(min = 1, max = 40) int length,
      @ForAll @IntRange(min = 1, max = 15) int count,
      @ForAll @IntRange(min = 0, max = 110) int percent,
      @ForAll long seed) {
    Lap lap = random(length, count, percent, seed);
    Model model = new Model(lap, lap.schedule());
    // The model's own assertions count.
    for (int i = 0; i < 3; i++) {
      assertThat(model.lap()).isGreaterThanOrEqualTo(lap.computing() - 1e-6);
    }
  }

  @Property(tries = 300)
  void neverMovesMoreThanMovingEverythingWould(
      @ForAll @IntRange(min = 1, max = 40) int length,
      @ForAll @IntRange(min = 1, max = 15) int count,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll long seed) {
    Lap lap = random(length, count, percent, seed);
    List<Move> moves = lap.schedule().moves();
    for (int i = 0; i < lap.parts.size(); i++) {
      int part = i;
      List<Move> own = moves.stream().filter(move -> move.part() == part).toList();
      long in = own.stream().filter(Move::in).count();
      int gaps = lap.parts.get(i).uses().size() - (lap.parts.get(i).kept() ? 0 : 1);
      assertThat(in).isLessThanOrEqualTo(gaps).isEqualTo(own.size() - in);
    }
  }

  @Property(tries = 100)
  void twoSchedulesAreTheSame(
      @ForAll @IntRange(min = 1, max = 40) int length,
      @ForAll @IntRange(min = 1, max = 15) int count,
      @ForAll long seed) {
    Lap lap = random(length, count, 50, seed);
    assertThat(lap.schedule().moves()).isEqualTo(lap.schedule().moves());
    assertThat(lap.schedule().lapNanos()).isEqualTo(lap.schedule().lapNanos());
  }

  @Property(tries = 100)
  void whatFitsStays(
      @ForAll @IntRange(min = 1, max = 40) int length,
      @ForAll @IntRange(min = 1, max = 15) int count,
      @ForAll long seed) {
    Lap lap = random(length, count, 101, seed);
    LapSchedule schedule = new Lap(lap.nanos, lap.parts, lap.room + lap.room / 256 + 1).schedule();
    assertThat(schedule.moves()).isEmpty();
    assertThat(schedule.lapNanos()).isCloseTo(lap.computing(), within(1e-6));
  }

  /** Layers there and back; each makes something that the way back takes. */
  private static Lap turn(int layers, double nanos, long room) {
    double[] each = new double[2 * layers];
    Arrays.fill(each, nanos);
    List<Part> parts = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      parts.add(new Part(100, layer, List.of(layer, 2 * layers - 1 - layer), false));
    }
    return new Lap(each, parts, room);
  }

  @Property(tries = 100)
  void aLinkThatKeepsPaceIsNeverWaitedFor(
      @ForAll @IntRange(min = 6, max = 60) int layers,
      @ForAll @IntRange(min = 4, max = 60) int room) {
    Lap lap = turn(layers, 100.001, room * 100L + room);
    LapSchedule schedule = lap.schedule();
    assertThat(schedule.lapNanos()).isCloseTo(lap.computing(), within(1e-6));
    Model model = new Model(lap, schedule);
    model.lap();
    assertThat(model.lap()).isCloseTo(lap.computing(), within(1e-6));
    long in = schedule.moves().stream().filter(Move::in).count();
    assertThat(in).isEqualTo(Math.max(0, layers - room));
  }

  @Property(tries = 100)
  void aSlowLinkIsBusyThroughout(
      @ForAll @IntRange(min = 20, max = 60) int layers,
      @ForAll @IntRange(min = 4, max = 8) int room) {
    // Computing takes a tenth of the transfers: both ways together are the lap.
    Lap lap = turn(layers, 10, room * 100L + room);
    double bound = 2.0 * (layers - room) * 100;
    assertThat(lap.schedule().lapNanos()).isBetween(bound, bound + 2.0 * room * 100);
  }

  @Property(tries = 100)
  void inALapOfEqualPartsAllButThePassingOneStay(
      @ForAll @IntRange(min = 2, max = 60) int layers,
      @ForAll @IntRange(min = 2, max = 30) int room) {
    double[] nanos = new double[layers];
    Arrays.fill(nanos, 300);
    List<Part> parts =
        IntStream.range(0, layers)
            .mapToObj(layer -> new Part(100, 0, List.of(layer), true))
            .toList();
    List<Move> moves = new Lap(nanos, parts, room * 100L + room).schedule().moves();
    assertThat(moves.stream().filter(Move::in).count())
        .isEqualTo(room >= layers ? 0 : layers - room + 1);
  }

  @Example
  void aPartWithoutUseIsRefused() {
    assertThatThrownBy(() -> new Part(1, 0, List.of(), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no launch uses");
    assertThatThrownBy(() -> new Link(0, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
