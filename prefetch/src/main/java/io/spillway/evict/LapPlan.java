package io.spillway.evict;

import io.spillway.access.AccessKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

  /** How many shares of what is cheaper on the host are tried there, beside none. */
  public static final int SHARES = 8;

  private final int[] first;
  private final BitSet stays;
  private final Set<Piece> inPlace;

  LapPlan(int[] first, BitSet stays, Set<Piece> inPlace) {
    this.first = first;
    this.stays = stays;
    this.inPlace = inPlace;
  }

  /** What is to be decided for. */
  record Lap(
      List<List<Piece>> uses,
      long roomBytes,
      long inFlightBytes,
      Prices prices,
      InPlace allowed,
      Crossings crossings) {

    Lap(
        List<List<Piece>> uses,
        long roomBytes,
        long inFlightBytes,
        Prices prices,
        InPlace allowed) {
      this(uses, roomBytes, inFlightBytes, prices, allowed, allowed.crossings(uses));
    }

    private LapPlan plan(Set<Piece> onHost) {
      return new StayChoice(this, onHost).choose();
    }
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

    /** Whether {@code piece} may be by that launch, droppable as it is or not. */
    default boolean mayBe(Piece piece, int at) {
      return (!dropped(piece) || droppedToo(at)) && allowed(piece, at);
    }

    /**
     * What that launch takes with all its data on the device, in nanoseconds: for so long what it
     * accesses in place comes and goes at no cost; 0 if that is not known.
     */
    default double residentNanos(int at) {
      return 0;
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
    Lap lap = new Lap(uses, roomBytes, inFlightBytes, prices, allowed);
    LapPlan moving = lap.plan(Set.of());
    List<Piece> cheaper = cheaperInPlace(lap, moving);
    return cheaper.isEmpty() ? moving : lap.plan(new HashSet<>(cheaper));
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
    Lap lap = new Lap(uses, roomBytes, inFlightBytes, prices, allowed);
    LapPlan moving = lap.plan(Set.of());
    List<Piece> writtenBack = new ArrayList<>();
    Set<Piece> onHost = new HashSet<>();
    for (Piece piece : cheaperInPlace(lap, moving)) {
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
        choices.put(share, some.isEmpty() ? moving : lap.plan(some));
      }
      before = count;
    }
    return choices;
  }

  /** Decides for a lap with these on the host, but for those of them that save most elsewhere. */
  public static LapPlan withOnHost(
      List<List<Piece>> uses,
      long roomBytes,
      long inFlightBytes,
      Prices prices,
      InPlace allowed,
      Set<Piece> onHost) {
    return new Lap(uses, roomBytes, inFlightBytes, prices, allowed).plan(onHost);
  }

  /** The pieces that all launches of a lap which use them may access in place. */
  public static Set<Piece> mayBeInPlace(List<List<Piece>> uses, InPlace allowed) {
    Set<Piece> may = new LinkedHashSet<>();
    Set<Piece> mayNot = new HashSet<>();
    for (int at = 0; at < uses.size(); at++) {
      for (Piece piece : uses.get(at)) {
        (allowed.mayBe(piece, at) ? may : mayNot).add(piece);
      }
    }
    may.removeAll(mayNot);
    return may;
  }

  /**
   * The pieces whose moves cost more than to access them on the host throughout: first those that
   * are there now, then evenly over the lap.
   */
  private static List<Piece> cheaperInPlace(Lap lap, LapPlan moving) {
    List<List<Piece>> uses = lap.uses();
    Prices prices = lap.prices();
    InPlace allowed = lap.allowed();
    Map<Piece, Double> saved = new LinkedHashMap<>();
    for (int at = 0; at < uses.size(); at++) {
      for (int i = 0; i < uses.get(at).size(); i++) {
        Piece piece = uses.get(at).get(i);
        double away = allowed.dropped(piece) ? prices.fetch() + prices.drop() : prices.away(piece);
        double moved = moving.stays(at, i) ? 0 : away;
        double gain =
            allowed.mayBe(piece, at) ? moved - prices.inPlace() : Double.NEGATIVE_INFINITY;
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
    return spread(cheaper);
  }

  private static List<Piece> spread(Collection<Piece> pieces) {
    Map<Piece, Integer> order = new HashMap<>();
    pieces.forEach(piece -> order.put(piece, StayChoice.spread(order.size())));
    List<Piece> spread = new ArrayList<>(pieces);
    spread.sort(
        Comparator.comparing((Piece piece) -> !piece.placed())
            .thenComparingInt(piece -> order.getOrDefault(piece, 0)));
    return spread;
  }

  /** Whether the piece is to be left on the host, and accessed there. */
  public boolean inPlace(Piece piece) {
    return inPlace.contains(piece);
  }

  /**
   * The same plan for the lap's pieces, of which it was made for stripes; null if it wants one
   * stripe of a piece in place and another not.
   *
   * @param stripes what it was made for
   * @param uses the pieces that these are of, launch by launch
   */
  public @Nullable LapPlan ofWhole(List<List<Piece>> stripes, List<List<Piece>> uses) {
    int[] wholeFirst = Crossings.first(uses);
    BitSet wholeStays = new BitSet();
    Set<Piece> wholeInPlace = new HashSet<>();
    for (int at = 0; at < uses.size(); at++) {
      int stripe = 0;
      for (int i = 0; i < uses.get(at).size(); i++) {
        Piece piece = uses.get(at).get(i);
        boolean isInPlace = inPlace(stripes.get(at).get(stripe));
        wholeStays.set(wholeFirst[at] + i, stays(at, stripe));
        for (long end = piece.address(); end < piece.end(); stripe++) {
          Piece part = stripes.get(at).get(stripe);
          if (inPlace(part) != isInPlace) {
            return null;
          }
          end = part.end();
        }
        if (isInPlace) {
          wholeInPlace.add(piece);
        }
      }
    }
    return new LapPlan(wholeFirst, wholeStays, wholeInPlace);
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
