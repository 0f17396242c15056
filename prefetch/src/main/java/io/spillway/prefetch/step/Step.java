package io.spillway.prefetch.step;

import io.spillway.driver.Location;
import io.spillway.evict.Piece;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One thing to do: let some pieces go, then bring others in. The account of residency has it done
 * already.
 *
 * @param leaving what goes, when the launches up to {@code afterSequence} are done
 * @param coming what comes
 * @param readMostly which of these turned out to be only read: said of what comes before it does,
 *     of what leaves as it does, which costs nothing beside its copy
 * @param notReadMostly which no longer are, since a launch may write them
 * @param placing which the device is to access in place from now on
 * @param unplacing which no longer are
 * @param afterSequence the last launch that uses any of the leaving
 * @param demanded whether a launch that is about to be issued needs it
 */
public record Step(
    List<Piece> leaving,
    List<Piece> coming,
    List<Piece> readMostly,
    List<Piece> notReadMostly,
    List<Piece> placing,
    List<Piece> unplacing,
    long afterSequence,
    boolean demanded) {

  /** A step that moves, and says what it can of what comes. */
  public static Step moving(
      List<Piece> leaving,
      List<Piece> coming,
      List<Piece> readMostly,
      List<Piece> unplacing,
      boolean demanded) {
    long after =
        leaving.stream()
            .filter(piece -> !piece.dead())
            .mapToLong(Piece::lastSequence)
            .max()
            .orElse(Piece.NOT_YET);
    return new Step(leaving, coming, readMostly, List.of(), List.of(), unplacing, after, demanded);
  }

  /** A step that moves nothing. */
  public static Step advising(
      List<Piece> notReadMostly, List<Piece> placing, List<Piece> unplacing) {
    return new Step(
        List.of(), List.of(), List.of(), notReadMostly, placing, unplacing, Piece.NOT_YET, true);
  }

  private static final Comparator<Piece> BY_ADDRESS = Comparator.comparingLong(Piece::address);

  /** What makes the room; what is dead the driver takes by itself. */
  public Plan leave() {
    return leave(leaving);
  }

  /** The same for some of what leaves. */
  public Plan leave(List<Piece> some) {
    List<Hint> hints =
        some.stream()
            .filter(piece -> !piece.dead())
            .sorted(BY_ADDRESS)
            .<Hint>map(
                piece ->
                    readMostly.contains(piece)
                        ? new Hint.EvictReadMostly(piece.range())
                        : new Hint.Evict(piece.range()))
            .toList();
    return new Plan(hints).coalesced();
  }

  /** The last launch that goes ahead with something in place that no longer is. */
  public long inPlaceUpTo() {
    return unplacing.stream().mapToLong(Piece::lastRelier).max().orElse(Piece.NOT_YET);
  }

  /**
   * What could leave has left, and some of it is read-mostly from now on.
   *
   * @param told whether the driver took that of a piece
   */
  public void left(Predicate<Piece> told) {
    for (Piece piece : leaving) {
      if (readMostly.contains(piece) && told.test(piece)) {
        toldReadMostly(piece);
      }
    }
  }

  /**
   * What is said before anything comes.
   *
   * @param device where launches run
   */
  public Plan advise(Location device) {
    List<Hint> hints = new ArrayList<>();
    hints.addAll(plan(unplacing, range -> new Hint.NotAccessedBy(range, device)).hints());
    hints.addAll(plan(unplacing, Hint.PreferNowhere::new).hints());
    hints.addAll(plan(notReadMostly, Hint.NotReadMostly::new).hints());
    hints.addAll(plan(notReadMostly, Hint.PreferNowhere::new).hints());
    List<Piece> before = readMostlyBeforeTheyCome();
    hints.addAll(plan(before, Hint.ReadMostly::new).hints());
    hints.addAll(plan(before, range -> new Hint.Prefer(range, Location.HOST)).hints());
    List<Piece> readMostlyBefore = placing.stream().filter(Piece::droppable).toList();
    hints.addAll(plan(readMostlyBefore, Hint.NotReadMostly::new).hints());
    hints.addAll(plan(placing, range -> new Hint.Prefer(range, Location.HOST)).hints());
    hints.addAll(plan(placing, range -> new Hint.AccessedBy(range, device)).hints());
    return new Plan(hints);
  }

  /** What comes. */
  public Plan come() {
    return plan(coming, Hint.Fetch::new);
  }

  private List<Piece> readMostlyBeforeTheyCome() {
    return readMostly.stream().filter(piece -> !leaving.contains(piece)).toList();
  }

  /** What something is said of. */
  public List<Piece> advised() {
    return Stream.of(readMostly, notReadMostly, placing, unplacing).flatMap(List::stream).toList();
  }

  /** Whether there is something to say. */
  public boolean advises() {
    return !(readMostlyBeforeTheyCome().isEmpty()
        && notReadMostly.isEmpty()
        && placing.isEmpty()
        && unplacing.isEmpty());
  }

  private static Plan plan(List<Piece> pieces, Function<AddressRange, Hint> hint) {
    List<Hint> hints =
        pieces.stream().sorted(BY_ADDRESS).map(piece -> hint.apply(piece.range())).toList();
    return new Plan(hints).coalesced();
  }

  /**
   * The driver was told what {@link #advise} says. If it refused a part, each piece may still be
   * read-mostly, and is taken back before it might be written; and each may not be in place.
   *
   * @param complete whether it took all of it
   */
  public void advised(boolean complete) {
    if (complete) {
      notReadMostly.forEach(Piece::takeBack);
    }
    readMostlyBeforeTheyCome().forEach(Step::toldReadMostly);
    for (Piece piece : placing) {
      if (complete) {
        piece.suspendReadMostly();
      } else {
        piece.setPlaced(false);
        piece.setSuitsInPlace(false);
      }
    }
  }

  private static void toldReadMostly(Piece piece) {
    if (piece.suspended()) {
      piece.resumeReadMostly();
    } else {
      piece.adviseReadMostly();
    }
  }

  /** Bytes that come. */
  public long bytes() {
    return coming.stream().mapToLong(Piece::bytes).sum();
  }
}
