package io.spillway.evict;

import io.spillway.access.AccessKind;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which way over the link what a lap's launches access in place goes, and so how long that takes:
 * reads and writes of one launch go at the same time. Immutable.
 */
public final class Crossings {

  /**
   * How much longer a kernel takes that reads and writes as much in place than one that only reads,
   * as a part: 12.98 ms and 10.50 for 512 MiB on the H200 ({@code zerocopy.duplex} of its
   * calibration). With half as much written it is a quarter of that, of what is written a half.
   */
  private static final double BOTH_WAYS = 0.236;

  private final int[] first;
  private final BitSet comes;
  private final BitSet goes;

  /** How a launch of the lap uses a piece. */
  @FunctionalInterface
  public interface Kinds {
    /** How launch {@code at} uses piece {@code i} of its own; what is not known counts as read. */
    AccessKind of(int at, int i);
  }

  /**
   * Of a lap.
   *
   * @param uses for each launch the pieces it uses
   */
  public Crossings(List<List<Piece>> uses, Kinds kinds) {
    first = first(uses);
    comes = new BitSet(first[uses.size()]);
    goes = new BitSet(first[uses.size()]);
    for (int at = 0; at < uses.size(); at++) {
      for (int i = 0; i < uses.get(at).size(); i++) {
        AccessKind kind = kinds.of(at, i);
        comes.set(first[at] + i, kind != AccessKind.WRITE);
        goes.set(first[at] + i, kind.writes());
      }
    }
  }

  /** Where each launch's uses begin, all numbered in order; the last is how many there are. */
  static int[] first(List<List<Piece>> uses) {
    int[] first = new int[uses.size() + 1];
    for (int at = 0; at < uses.size(); at++) {
      first[at + 1] = first[at] + uses.get(at).size();
    }
    return first;
  }

  /** Bytes that a launch has in place. */
  record Bytes(long in, long out) {

    private double most() {
      return Math.max(in, out);
    }

    private double least() {
      return Math.min(in, out);
    }

    double nanos(double price) {
      return in + out == 0 ? 0 : price * (most() + BOTH_WAYS * least() * least() / most());
    }
  }

  /** What a launch has in place of the pieces it uses. */
  Bytes bytes(int at, List<Piece> used, Predicate<Piece> inPlace) {
    long in = 0;
    long out = 0;
    for (int i = 0; i < used.size(); i++) {
      if (inPlace.test(used.get(i))) {
        in += comes.get(first[at] + i) ? used.get(i).bytes() : 0;
        out += goes.get(first[at] + i) ? used.get(i).bytes() : 0;
      }
    }
    return new Bytes(in, out);
  }

  /**
   * How long the link is busy with what a launch has in place.
   *
   * @param at the launch of the lap
   * @param used the pieces it uses
   * @param inPlace which of them are
   * @param price of a byte that goes alone, in nanoseconds
   */
  public double nanos(int at, List<Piece> used, Predicate<Piece> inPlace, double price) {
    return bytes(at, used, inPlace).nanos(price);
  }

  /** Whether what use number {@code index} has in place comes over the link. */
  boolean comes(int index) {
    return comes.get(index);
  }

  /** Whether it goes back over the link. */
  boolean goes(int index) {
    return goes.get(index);
  }
}
