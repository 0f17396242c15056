package io.spillway.evict;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What stays between its uses in a lap, and what goes: decided once for the whole lap, so that the
 * set that stays is stable.
 *
 * <p>Fetching whatever is used next as soon as anything used later can go would never stall for
 * want of a decision, but brings in all N pieces in each lap: the link, not the launches, then sets
 * the pace, and N - C would do. So a piece's stay from one use to the next is a thing to choose,
 * with a price saved (leaving and coming back) and room taken meanwhile; the room left at each time
 * is what the launch of that time touches and what is in flight. The stays that save most for their
 * room are taken first; among equals, those that spread evenly over the lap, so that the link is
 * busy throughout and not only behind what stays. For N equal pieces, C - w of them stay, w being
 * what one launch touches and what is in flight; around the turn of a training step the stays are
 * the short ones, as in Belady's choice. Immutable.
 */
public final class LapPlan {

  /** One use of a piece, until its next one, both counted in launches from the lap's start. */
  private record Stay(Piece piece, int from, int to, int index, double value, int spread) {}

  private final int[] first;
  private final BitSet stays;

  private LapPlan(int[] first, BitSet stays) {
    this.first = first;
    this.stays = stays;
  }

  /**
   * Decides for a lap.
   *
   * @param uses for each launch of the lap the pieces it uses
   * @param roomBytes bytes on the device
   * @param inFlightBytes bytes on their way while a launch runs
   */
  public static LapPlan of(
      List<List<Piece>> uses, long roomBytes, long inFlightBytes, Prices prices) {
    int length = uses.size();
    int[] first = new int[length + 1];
    long[] loads = new long[length];
    for (int at = 0; at < length; at++) {
      first[at + 1] = first[at] + uses.get(at).size();
      loads[at] = inFlightBytes;
      for (Piece piece : uses.get(at)) {
        loads[at] += piece.bytes();
      }
    }
    List<Stay> candidates = candidates(uses, first, prices);
    candidates.sort(
        Comparator.comparingDouble(Stay::value).reversed().thenComparingInt(Stay::spread));
    LoadTree load = new LoadTree(loads);
    BitSet stays = new BitSet(first[length]);
    for (Stay stay : candidates) {
      if (fits(load, stay, length, roomBytes)) {
        stays.set(stay.index());
      }
    }
    return new LapPlan(first, stays);
  }

  private static List<Stay> candidates(List<List<Piece>> uses, int[] first, Prices prices) {
    int length = uses.size();
    Map<Piece, Integer> nextUse = new HashMap<>();
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
        int next = nextUse.getOrDefault(piece, at + length);
        nextUse.put(piece, at);
        int index = first[at] + i;
        int spread = Integer.reverse(index) >>> 1; // 0, 1/2, 1/4, 3/4 ... of the lap
        candidates.add(new Stay(piece, at, next, index, prices.away(piece) / (next - at), spread));
      }
    }
    return candidates;
  }

  /** Takes the room from after the use until before the next, if there is so much. */
  private static boolean fits(LoadTree load, Stay stay, int length, long roomBytes) {
    int from = stay.from() + 1;
    int to = Math.min(stay.to(), length);
    int wrapped = Math.max(0, stay.to() - length);
    long most = Math.max(load.most(Math.min(from, to), to), load.most(0, wrapped));
    if (most + stay.piece().bytes() > roomBytes && (from < to || wrapped > 0)) {
      return false;
    }
    if (from < to) {
      load.add(from, to, stay.piece().bytes());
    }
    load.add(0, wrapped, stay.piece().bytes());
    return true;
  }

  /** Launches in the lap. */
  public int length() {
    return first.length - 1;
  }

  /**
   * Whether the piece stays until its next use.
   *
   * @param at the launch of the lap
   * @param i which of the pieces it uses
   */
  public boolean stays(int at, int i) {
    return stays.get(first[at] + i);
  }
}
