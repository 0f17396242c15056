package io.spillway.evict;

import io.spillway.evict.LapSchedule.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * A stretch of a lap in which a part is not used though its contents matter.
 *
 * @param part which part
 * @param bytes its size
 * @param start the first launch that does not use it
 * @param end the next launch that does; of the lap after if not below the lap's length
 */
record LapGap(int part, long bytes, int start, int end) {

  private static final Comparator<LapGap> LATEST_END =
      Comparator.comparingInt(LapGap::end)
          .reversed()
          .thenComparingInt(LapGap::start)
          .thenComparingInt(LapGap::part);

  /** All of a lap, by part and then by time. */
  static List<LapGap> of(List<Part> parts, int length) {
    List<LapGap> gaps = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      List<Integer> uses = part.uses();
      for (int use = 1; use < uses.size(); use++) {
        add(gaps, new LapGap(i, part.bytes(), uses.get(use - 1) + 1, uses.get(use)));
      }
      if (part.kept()) {
        add(gaps, new LapGap(i, part.bytes(), uses.getLast() + 1, uses.getFirst() + length));
      }
    }
    return gaps;
  }

  private static void add(List<LapGap> gaps, LapGap gap) {
    if (gap.start < gap.end) {
      gaps.add(gap);
    }
  }

  /** Adds to the load of the launches in it, of one lap. */
  void addTo(LoadTree load, int length, long added) {
    if (start < length) {
      load.add(start, Math.min(end, length), added);
    }
    load.add(Math.max(0, start - length), Math.max(0, end - length), added);
  }

  /**
   * The gaps to spend elsewhere, so that the rest fits: Belady's choice, launch by launch the one
   * that ends last. Least traffic for parts of one size in a lap that does not wrap around.
   *
   * @param load what each launch holds if all stays; what is chosen is taken off
   */
  static List<LapGap> choose(List<LapGap> gaps, LoadTree load, int length, long roomBytes) {
    List<List<LapGap>> starting = starting(gaps, length);
    PriorityQueue<LapGap> open = new PriorityQueue<>(LATEST_END);
    Set<LapGap> chosen = new LinkedHashSet<>();
    for (int launch = 0; launch < length; launch++) {
      for (LapGap gap : starting.get(launch)) {
        if (!chosen.contains(gap)) {
          open.add(gap);
        }
      }
      while (load.most(launch, launch + 1) > roomBytes
          && !open.isEmpty()
          && open.element().end > launch) {
        LapGap gap = open.remove();
        if (gap.start < 0) {
          gap = gap.later(length);
        }
        gap.addTo(load, length, -gap.bytes);
        chosen.add(gap);
      }
    }
    return List.copyOf(chosen);
  }

  /** By the launch with which they start; what wraps around also as of a lap before, with 0. */
  private static List<List<LapGap>> starting(List<LapGap> gaps, int length) {
    List<List<LapGap>> starting = new ArrayList<>();
    for (int launch = 0; launch < length; launch++) {
      starting.add(new ArrayList<>());
    }
    for (LapGap gap : gaps) {
      if (gap.end > length) {
        starting.getFirst().add(gap.later(-length));
      }
      if (gap.start < length) {
        starting.get(gap.start).add(gap);
      }
    }
    return starting;
  }

  private LapGap later(int launches) {
    return new LapGap(part, bytes, start + launches, end + launches);
  }
}
