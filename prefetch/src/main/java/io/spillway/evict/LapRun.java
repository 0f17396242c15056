package io.spillway.evict;

import io.spillway.evict.LapSchedule.Link;
import io.spillway.evict.LapSchedule.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Runs a lap on a clock until it is steady, to find when what is away leaves and comes back.
 *
 * <p>Everything leaves with the start of its gap, in that order. Before each launch, what is away
 * and needed next is sent for as long as the link would otherwise rest during the launch, if there
 * is room for it at every launch up to its use. Not thread-safe.
 */
final class LapRun {

  /** Laps until the waits repeat; the last one counts. */
  private static final int LAPS = 3;

  /** An absence, with times. */
  private static final class Absence {
    final LapGap gap;

    /** Launches from the first lap's start. */
    final int start;

    final int end;

    /** When it is off the device. */
    double gone;

    /** By which launch that was thought to be. */
    int goneBy;

    /** The launch that sends for it. */
    int sentFor = NOT_YET;

    /** When it is there again. */
    double there;

    Absence(LapGap gap, int lap, int length) {
      this.gap = gap;
      start = gap.start() + lap * length;
      end = gap.end() + lap * length;
    }
  }

  private static final int NOT_YET = -1;

  private final double[] nanos;
  private final double[] before;
  private final int length;
  private final long roomBytes;
  private final Link link;
  private final LoadTree load;
  private final List<List<Absence>> starting = new ArrayList<>();
  private final List<List<Absence>> ending = new ArrayList<>();
  private final Deque<Absence> leaving = new ArrayDeque<>();
  private final PriorityQueue<Absence> away =
      new PriorityQueue<>(
          Comparator.comparingInt((Absence absence) -> absence.end)
              .thenComparingInt(absence -> absence.start)
              .thenComparingInt(absence -> absence.gap.part()));
  private final List<Move> moves = new ArrayList<>();
  private double now;
  private double inFree;
  private double outFree;
  private double lapNanos;

  /**
   * Runs it.
   *
   * @param loads bytes held at each launch of the lap, without what is away
   */
  LapRun(double[] nanos, long[] loads, List<LapGap> gaps, long roomBytes, Link link) {
    this.nanos = nanos;
    this.roomBytes = roomBytes;
    this.link = link;
    length = nanos.length;
    before = new double[(LAPS + 1) * length + 1];
    long[] all = new long[(LAPS + 1) * length];
    for (int at = 0; at < all.length; at++) {
      before[at + 1] = before[at] + nanos[at % length];
      all[at] = loads[at % length];
      starting.add(new ArrayList<>());
      ending.add(new ArrayList<>());
    }
    load = new LoadTree(all);
    for (int lap = -1; lap < LAPS; lap++) {
      for (LapGap gap : gaps) {
        Absence absence = new Absence(gap, lap, length);
        if (absence.start >= 0) {
          starting.get(absence.start).add(absence);
          ending.get(absence.end).add(absence);
        } else if (absence.end > 0) {
          ending.get(absence.end).add(absence);
          away.add(absence);
        }
      }
    }
    for (int at = 0; at < LAPS * length; at++) {
      if (at == (LAPS - 1) * length) {
        lapNanos = -now;
      }
      launch(at);
    }
    lapNanos += now;
    record();
  }

  /** The last lap's moves; by launch, what leaves before what comes, that in the order of need. */
  private void record() {
    List<Absence> fetched = new ArrayList<>();
    for (int at = (LAPS - 1) * length; at < LAPS * length; at++) {
      for (Absence absence : starting.get(at)) {
        moves.add(new Move(absence.start % length, absence.gap.part(), false));
      }
      fetched.addAll(ending.get(at));
    }
    fetched.sort(Comparator.comparingInt(absence -> absence.end - absence.sentFor));
    for (Absence absence : fetched) {
      moves.add(new Move(Math.floorMod(absence.sentFor, length), absence.gap.part(), true));
    }
    moves.sort(Comparator.comparingInt(Move::launch).thenComparing(Move::in));
  }

  private void launch(int at) {
    for (Absence absence : starting.get(at)) {
      leave(absence, at);
    }
    settle(at);
    while (load.most(at, at + 1) > roomBytes && !leaving.isEmpty()) {
      now = Math.max(now, leaving.getFirst().gone);
      settle(at);
    }
    sendFor(at);
    double start = now;
    for (Absence absence : ending.get(at)) {
      if (absence.sentFor == NOT_YET) {
        away.remove(absence);
        sendFor(absence, at);
      }
      start = Math.max(start, absence.there);
    }
    now = start;
    settle(at);
    sendFor(at);
    now += nanos[at % length];
  }

  private void leave(Absence absence, int at) {
    outFree = Math.max(outFree, now) + absence.gap.bytes() / link.out();
    absence.gone = outFree;
    int by = Arrays.binarySearch(before, at, before.length, before[at] + outFree - now);
    absence.goneBy = Math.min(absence.end, by >= 0 ? by : -by - 1);
    load.add(at, Math.min(absence.goneBy, before.length - 1), absence.gap.bytes());
    leaving.add(absence);
  }

  /** Notes what has left by now. */
  private void settle(int at) {
    while (!leaving.isEmpty() && leaving.getFirst().gone <= now) {
      Absence absence = leaving.remove();
      if (absence.goneBy > at) {
        load.add(at, Math.min(absence.goneBy, before.length - 1), -absence.gap.bytes());
      }
      if (absence.sentFor == NOT_YET) {
        away.add(absence);
      }
    }
  }

  private void sendFor(int at) {
    while (!away.isEmpty() && inFree < now + nanos[at % length]) {
      Absence next = away.peek();
      int end = Math.min(next.end, before.length - 1);
      if (load.most(at, end) + next.gap.bytes() > roomBytes) {
        return;
      }
      load.add(at, end, next.gap.bytes());
      away.remove();
      sendFor(next, at);
    }
  }

  private void sendFor(Absence absence, int at) {
    inFree = Math.max(Math.max(inFree, now), absence.gone) + absence.gap.bytes() / link.in();
    absence.there = inFree;
    absence.sentFor = at;
  }

  List<Move> moves() {
    return List.copyOf(moves);
  }

  double lapNanos() {
    return lapNanos;
  }
}
