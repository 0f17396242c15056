package io.spillway.evict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Fills the room of a lap with the stays that save most for what they take of it, one after the
 * other.
 *
 * <p>What a stay of data on the host saves depends on what else its launches have there: as long as
 * they compute for longer than that takes over the link, next to nothing; beyond that, all of it.
 * So it is valued anew when its turn comes, and waits for another if it has become less (lazy
 * greedy: Minoux, 1978, since what is saved mostly falls as more comes to stay).
 */
final class StayChoice {

  /**
   * What a byte over the link costs while its launch computes, as a part of what it costs one that
   * waits for it: it takes the link from moves, but nobody waits. A judgement.
   */
  private static final double HIDDEN = 0.1;

  /**
   * What counts as no less than another: each that is taken lowers all others of its launches a
   * little, and to have each of them wait for that takes time in their number squared.
   */
  private static final double AS_MUCH = 0.98;

  private final List<List<Piece>> uses;
  private final int[] first;
  private final LapPlan.Lap lap;
  private final Prices prices;
  private final Crossings crossings;
  private final Set<Piece> inPlace;
  private final BitSet stays;
  private final LoadTree load;
  private final int[] launchOf;
  private final long[] in;
  private final long[] out;

  /** Room for a piece from after one launch until before another, counted from the lap's start. */
  private static final class Stay {
    final Piece piece;
    final int from;
    final int to;

    /** After which it stays for that, by number. */
    final int[] uses;

    /** Its place among those that save as much. */
    final int spread;

    /** Nanoseconds saved for a byte's room during one launch, at most. */
    double value;

    Stay(Piece piece, int from, int to, int[] uses, int spread) {
      this.piece = piece;
      this.from = from;
      this.to = to;
      this.uses = uses;
      this.spread = spread;
    }

    double value() {
      return value;
    }

    int spread() {
      return spread;
    }

    /**
     * Whether it is no more than what has been decided before: of a piece that is used once in the
     * lap, so that it is the same stay wherever the lap begins.
     */
    boolean staysNow(int length) {
      return from >= 0 && piece.stays() && uses.length == 1 && to >= length;
    }
  }

  /**
   * Of a lap.
   *
   * @param onHost what is on the host unless it stays for the whole lap
   */
  StayChoice(LapPlan.Lap lap, Set<Piece> onHost) {
    this.lap = lap;
    uses = lap.uses();
    prices = lap.prices();
    crossings = lap.crossings();
    first = Crossings.first(uses);
    inPlace = new HashSet<>(onHost);
    stays = new BitSet(first[uses.size()]);
    launchOf = new int[first[uses.size()]];
    long[] loads = new long[uses.size()];
    in = new long[uses.size()];
    out = new long[uses.size()];
    for (int at = 0; at < uses.size(); at++) {
      Arrays.fill(launchOf, first[at], first[at + 1], at);
      loads[at] = lap.inFlightBytes();
      for (Piece piece : uses.get(at)) {
        loads[at] += onHost.contains(piece) ? 0 : piece.bytes();
      }
      Crossings.Bytes bytes = crossings.bytes(at, uses.get(at), onHost::contains);
      in[at] = bytes.in();
      out[at] = bytes.out();
    }
    load = new LoadTree(loads);
  }

  /** Chooses. */
  LapPlan choose() {
    Comparator<Stay> order =
        Comparator.comparingDouble(Stay::value)
            .reversed()
            .thenComparing(stay -> !stay.staysNow(uses.size()))
            .thenComparingInt(Stay::spread);
    PriorityQueue<Stay> left = new PriorityQueue<>(order);
    left.addAll(candidates());
    for (Stay best = left.poll(); best != null; best = left.poll()) {
      if (inPlace.contains(best.piece)) {
        best.value = saved(best);
      }
      if (!left.isEmpty() && best.value < AS_MUCH * left.peek().value) {
        left.add(best);
      } else if (fits(best)) {
        take(best);
      }
    }
    return new LapPlan(first, stays, inPlace);
  }

  private void take(Stay stay) {
    boolean wasInPlace = inPlace.remove(stay.piece);
    for (int use : stay.uses) {
      stays.set(use);
      if (wasInPlace) {
        int at = launchOf[use];
        in[at] -= crossings.comes(use) ? stay.piece.bytes() : 0;
        out[at] -= crossings.goes(use) ? stay.piece.bytes() : 0;
      }
    }
  }

  /** What it saves that it is not in place, for a byte's room during one launch. */
  private double saved(Stay stay) {
    long bytes = stay.piece.bytes();
    double nanos = 0;
    for (int use : stay.uses) {
      int at = launchOf[use];
      long comes = crossings.comes(use) ? bytes : 0;
      long goes = crossings.goes(use) ? bytes : 0;
      nanos += cost(at, in[at], out[at]) - cost(at, in[at] - comes, out[at] - goes);
    }
    return nanos / bytes / uses.size();
  }

  private double cost(int at, long inBytes, long outBytes) {
    double nanos = new Crossings.Bytes(inBytes, outBytes).nanos(prices.inPlace());
    return Math.max(HIDDEN * nanos, nanos - lap.allowed().residentNanos(at));
  }

  private List<Stay> candidates() {
    int length = uses.size();
    Map<Piece, Integer> nextUse = new HashMap<>();
    Map<Piece, List<Integer>> usesOnHost = new LinkedHashMap<>();
    for (int at = length - 1; at >= 0; at--) {
      for (Piece piece : uses.get(at)) {
        nextUse.put(piece, at + length); // of a lap later, for the last use in this one
      }
    }
    List<Stay> candidates = new ArrayList<>();
    for (int at = length - 1; at >= 0; at--) {
      List<Piece> pieces = uses.get(at);
      for (int i = 0; i < pieces.size(); i++) {
        Piece piece = pieces.get(i);
        int index = first[at] + i;
        if (inPlace.contains(piece)) {
          usesOnHost.computeIfAbsent(piece, _ -> new ArrayList<>()).add(index);
          continue;
        }
        int next = nextUse.getOrDefault(piece, at + length);
        nextUse.put(piece, at);
        Stay stay = new Stay(piece, at, next, new int[] {index}, spread(index));
        stay.value = prices.away(piece) / (next - at);
        candidates.add(stay);
      }
    }
    usesOnHost.forEach(
        (piece, indexes) -> {
          int nth = (int) (piece.address() / piece.bytes()); // wherever the lap begins
          int[] all = indexes.stream().mapToInt(Integer::intValue).toArray();
          Stay whole = new Stay(piece, -1, length, all, spread(nth));
          whole.value = saved(whole);
          candidates.add(whole);
        });
    return candidates;
  }

  /** Orders uses at 0, 1/2, 1/4, 3/4 ... of the lap. */
  static int spread(int index) {
    return Integer.reverse(index) >>> 1;
  }

  /** Takes the room from after the use until before the next, if there is so much. */
  private boolean fits(Stay stay) {
    int length = uses.size();
    int from = stay.from + 1;
    int to = Math.min(stay.to, length);
    int wrapped = Math.max(0, stay.to - length);
    long most = Math.max(load.most(Math.min(from, to), to), load.most(0, wrapped));
    if (most + stay.piece.bytes() > lap.roomBytes() && (from < to || wrapped > 0)) {
      return false;
    }
    if (from < to) {
      load.add(from, to, stay.piece.bytes());
    }
    load.add(0, wrapped, stay.piece.bytes());
    return true;
  }
}
