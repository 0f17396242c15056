package io.spillway.evict;

import io.spillway.access.AccessKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What stays between its uses in a lap, what goes, and what never comes: decided once for the whole
 * lap, so that the set that stays is stable.
 *
 * <p>Fetching whatever is used next as soon as anything used later can go would never stall for
 * want of a decision, but brings in all N pieces in each lap: the link, not the launches, then sets
 * the pace, and N - C would do. So a piece's stay from one use to the next is a thing to choose,
 * with a price saved (leaving and coming back) and room taken meanwhile; the room left at each time
 * is what the launch of that time touches and what is in flight. The stays that save most for their
 * room are taken first; among equals, those that were taken before, then those that spread evenly
 * over the lap, so that the link is busy throughout and not only behind what stays. For N equal
 * pieces, C - w of them stay, w being what one launch touches and what is in flight; around the
 * turn of a training step the stays are the short ones, as in Belady's choice.
 *
 * <p>What would have to be written back each time it goes, at a quarter of the link's rate, is
 * better left on the host and accessed there, if that costs less than its moves in this lap; what
 * can be dropped may be, too, where the link is what the lap waits for. It then takes no room, and
 * what is left of the room goes round once more; there, such a piece can only have it for the whole
 * lap. Immutable.
 */
public final class LapPlan {

  /**
   * Room for a piece from after one launch until before another, both counted from the lap's start.
   *
   * @param uses after which it stays for that, by number
   * @param value nanoseconds saved for a byte's room during one launch
   */
  private record Stay(Piece piece, int from, int to, List<Integer> uses, double value, int spread) {

    /**
     * Whether it is no more than what has been decided before: of a piece that is used once in the
     * lap, so that it is the same stay wherever the lap begins.
     */
    boolean staysNow(int length) {
      return piece.stays() && uses.size() == 1 && to >= length;
    }

    Stay worth(double otherValue) {
      return new Stay(piece, from, to, uses, otherValue, spread);
    }
  }

  /** How many shares of what is cheaper on the host are tried there, beside none. */
  public static final int SHARES = 8;

  /** How often stays are valued anew where launches access data both ways: a judgement. */
  private static final int ROUNDS = 16;

  private final int[] first;
  private final BitSet stays;
  private final Set<Piece> inPlace;

  private LapPlan(int[] first, BitSet stays, Set<Piece> inPlace) {
    this.first = first;
    this.stays = stays;
    this.inPlace = inPlace;
  }

  /** What a launch of the lap may access in place. */
  @FunctionalInterface
  public interface InPlace {
    /** Whether {@code piece} may be, by the launch {@code at} launches from the lap's start. */
    boolean allowed(Piece piece, int at);

    /** Whether the device copy of {@code piece} can be dropped, now or when it has come again. */
    default boolean dropped(Piece piece) {
      return piece.droppable();
    }

    /** Whether that launch may have in place what can be dropped, too. */
    default boolean droppedToo(int at) {
      return false;
    }

    /** Which way over the link it goes what {@code uses} are in place; if not known, it comes. */
    default Crossings crossings(List<List<Piece>> uses) {
      return new Crossings(uses, (_, _) -> AccessKind.READ);
    }
  }

  /**
   * Decides for a lap.
   *
   * @param uses for each launch of the lap the pieces it uses
   * @param roomBytes bytes on the device
   * @param inFlightBytes bytes on their way while a launch runs
   * @param allowed which pieces may be left on the host
   */
  public static LapPlan of(
      List<List<Piece>> uses, long roomBytes, long inFlightBytes, Prices prices, InPlace allowed) {
    int[] first = Crossings.first(uses);
    Crossings crossings = allowed.crossings(uses);
    LapPlan moving = decide(uses, first, roomBytes, inFlightBytes, prices, Set.of(), crossings);
    Set<Piece> cheaperInPlace = cheaperInPlace(uses, moving, prices, allowed);
    return cheaperInPlace.isEmpty()
        ? moving
        : decide(uses, first, roomBytes, inFlightBytes, prices, cheaperInPlace, crossings);
  }

  /**
   * Decides for a lap with some on the host of what would be written back for more than it costs
   * there: where write-backs go on beside fetches and launches, a part of it may as well move.
   *
   * @param shares how much of it, in eighths: {@link #SHARES} for the plan of {@link #of}
   * @return a plan for each; those that leave as much there as the one before are left out
   */
  public static Map<Integer, LapPlan> choices(
      List<List<Piece>> uses,
      long roomBytes,
      long inFlightBytes,
      Prices prices,
      InPlace allowed,
      List<Integer> shares) {
    int[] first = Crossings.first(uses);
    Crossings crossings = allowed.crossings(uses);
    LapPlan moving = decide(uses, first, roomBytes, inFlightBytes, prices, Set.of(), crossings);
    List<Piece> writtenBack = new ArrayList<>();
    Set<Piece> onHost = new HashSet<>();
    for (Piece piece : cheaperInPlace(uses, moving, prices, allowed)) {
      if (allowed.dropped(piece)) {
        onHost.add(piece);
      } else {
        writtenBack.add(piece);
      }
    }
    Map<Integer, LapPlan> choices = new LinkedHashMap<>();
    int before = -1;
    for (int share : shares) {
      int count = (int) ((long) writtenBack.size() * share / SHARES);
      if (count != before) {
        Set<Piece> some = new HashSet<>(writtenBack.subList(0, count));
        some.addAll(onHost);
        choices.put(
            share,
            some.isEmpty()
                ? moving
                : decide(uses, first, roomBytes, inFlightBytes, prices, some, crossings));
      }
      before = count;
    }
    return choices;
  }

  /**
   * The pieces whose moves cost more than to access them on the host throughout: first those that
   * are there now, then evenly over the lap.
   */
  private static Set<Piece> cheaperInPlace(
      List<List<Piece>> uses, LapPlan moving, Prices prices, InPlace allowed) {
    Map<Piece, Double> saved = new LinkedHashMap<>();
    for (int at = 0; at < uses.size(); at++) {
      for (int i = 0; i < uses.get(at).size(); i++) {
        Piece piece = uses.get(at).get(i);
        double away = allowed.dropped(piece) ? prices.fetch() + prices.drop() : prices.away(piece);
        double moved = moving.stays(at, i) ? 0 : away;
        double gain =
            (!allowed.dropped(piece) || allowed.droppedToo(at)) && allowed.allowed(piece, at)
                ? moved - prices.inPlace()
                : Double.NEGATIVE_INFINITY;
        saved.merge(piece, gain, Double::sum);
      }
    }
    List<Piece> cheaper = new ArrayList<>();
    saved.forEach(
        (piece, gain) -> {
          if (gain > 0) {
            cheaper.add(piece);
          }
        });
    Map<Piece, Integer> spread = new HashMap<>();
    cheaper.forEach(piece -> spread.put(piece, spread(spread.size())));
    cheaper.sort(
        Comparator.comparing((Piece piece) -> !piece.placed())
            .thenComparingInt(piece -> spread.getOrDefault(piece, 0)));
    return new LinkedHashSet<>(cheaper);
  }

  private static LapPlan decide(
      List<List<Piece>> uses,
      int[] first,
      long roomBytes,
      long inFlightBytes,
      Prices prices,
      Set<Piece> onHost,
      Crossings crossings) {
    int length = uses.size();
    long[] loads = new long[length];
    for (int at = 0; at < length; at++) {
      loads[at] = inFlightBytes;
      for (Piece piece : uses.get(at)) {
        loads[at] += onHost.contains(piece) ? 0 : piece.bytes();
      }
    }
    LoadTree load = new LoadTree(loads);
    BitSet stays = new BitSet(first[length]);
    Set<Piece> inPlace = new HashSet<>(onHost);
    List<Stay> left = candidates(uses, first, prices, onHost);
    int rounds = onHost.isEmpty() || !crossings.goBothWays() ? 1 : ROUNDS;
    for (int round = rounds; round > 0; round--) {
      if (rounds > 1) {
        left = valuedAnew(left, uses, first, inPlace, prices, crossings);
      }
      left.sort(
          Comparator.comparingDouble(Stay::value)
              .reversed()
              .thenComparing(stay -> !stay.staysNow(length))
              .thenComparingInt(Stay::spread));
      int some = Math.ceilDiv(left.size(), round);
      for (Stay stay : left.subList(0, some)) {
        if (fits(load, stay, length, roomBytes)) {
          for (int use : stay.uses()) {
            stays.set(use);
          }
          inPlace.remove(stay.piece());
        }
      }
      left = new ArrayList<>(left.subList(some, left.size()));
    }
    return new LapPlan(first, stays, inPlace);
  }

  /**
   * The same stays, of pieces on the host valued by what is in place beside them: of a launch that
   * reads more in place than it writes, what it reads counts for more.
   */
  private static List<Stay> valuedAnew(
      List<Stay> stays,
      List<List<Piece>> uses,
      int[] first,
      Set<Piece> inPlace,
      Prices prices,
      Crossings crossings) {
    Crossings.Bytes[] launches = new Crossings.Bytes[uses.size()];
    Arrays.setAll(launches, at -> crossings.bytes(at, uses.get(at), inPlace::contains));
    List<Stay> anew = new ArrayList<>(stays.size());
    for (Stay stay : stays) {
      anew.add(
          inPlace.contains(stay.piece())
              ? stay.worth(valueInPlace(stay.uses(), first, launches, prices, crossings))
              : stay);
    }
    return anew;
  }

  private static double valueInPlace(
      List<Integer> indexes,
      int[] first,
      Crossings.Bytes[] launches,
      Prices prices,
      Crossings crossings) {
    double value = 0;
    for (int index : indexes) {
      int found = Arrays.binarySearch(first, index);
      int at = found >= 0 ? found : -found - 2;
      value += crossings.counts(index, launches[at]) * prices.inPlace();
    }
    return value / launches.length;
  }

  private static List<Stay> candidates(
      List<List<Piece>> uses, int[] first, Prices prices, Set<Piece> onHost) {
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
        if (onHost.contains(piece)) {
          usesOnHost.computeIfAbsent(piece, _ -> new ArrayList<>()).add(index);
          continue;
        }
        int next = nextUse.getOrDefault(piece, at + length);
        nextUse.put(piece, at);
        candidates.add(
            new Stay(
                piece, at, next, List.of(index), prices.away(piece) / (next - at), spread(index)));
      }
    }
    usesOnHost.forEach(
        (piece, indexes) ->
            candidates.add(
                new Stay(
                    piece,
                    -1,
                    length,
                    indexes,
                    indexes.size() * prices.inPlace() / length,
                    spread(indexes.getLast()))));
    return candidates;
  }

  /** Orders uses at 0, 1/2, 1/4, 3/4 ... of the lap. */
  private static int spread(int index) {
    return Integer.reverse(index) >>> 1;
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

  /** Whether the piece is to be left on the host, and accessed there. */
  public boolean inPlace(Piece piece) {
    return inPlace.contains(piece);
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
