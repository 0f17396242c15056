package io.spillway.evict;

import io.spillway.evict.LapSchedule.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A stretch of a lap in which a part is not used though its contents matter.
 *
 * @param part which part
 * @param bytes its size
 * @param start the first launch that does not use it
 * @param end the next launch that does; of the lap after if not below the lap's length
 */
record LapGap(int part, long bytes, int start, int end) {

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
   * @param load what the device would hold at each launch if all stayed; what is chosen is taken off
   */
  static List<LapGap> choose(List<LapGap> gaps, LoadTree load, int length, long roomBytes) {
    List<List<LapGap>> starting = new ArrayList<>();
    for (int launch = 0; launch < length; launch++) {
      starting.add(new ArrayList<>());
    }
    for (LapGap gap : gaps) {
      if (gap.end > length) {
        starting.getFirst().add(new LapGap(gap.part, gap.bytes, gap.start - length, gap.end - length));
      }
      if (gap.start < length) {
        starting.get(gap.start).add(gap);
      }
    }
    PriorityQueue<LapGap> open =
        new PriorityQueue<>(
            Comparator.comparingInt(LapGap::end)
                .reversed()
                .thenComparingInt(LapGap::start)
                .thenComparingInt(LapGap::part));
    List<LapGap> chosen = new ArrayList<>();
    java.util.Set<LapGap> wrapped = new java.util.HashSet<>();
    for (int launch = 0; launch < length; launch++) {
      for (LapGap gap : starting.get(launch)) {
        if (!wrapped.contains(gap)) {
          open.add(gap);
        }
      }
      while (load.most(launch, launch + 1) > roomBytes
          && !open.isEmpty()
          && open.peek().end > launch) {
        LapGap gap = open.remove();
        if (gap.start < 0) {
          gap = new LapGap(gap.part, gap.bytes, gap.start + length, gap.end + length);
          wrapped.add(gap);
        }
        gap.addTo(load, length, -gap.bytes);
        chosen.add(gap);
      }
    }
    return chosen;
  }
}
