package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.launch.Window;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What others do with memory that a planner accounts for: the program, which asks for a range or
 * says that it is dead, and whoever moves data or advises beside the engine. Not thread-safe.
 */
public final class OthersMoves {

  private final Predictor predictor;
  private final Pieces pieces;
  private final Demands demands;
  private final Outcomes outcomes;
  private final Room room;
  private final Window window;
  private final Consumer<Piece> gone;
  private final List<Piece> scratch = new ArrayList<>();

  /**
   * For one planner, whose these are.
   *
   * @param gone enters that a piece is not on the device any more
   */
  OthersMoves(
      Predictor predictor,
      Pieces pieces,
      Demands demands,
      Outcomes outcomes,
      Room room,
      Window window,
      Consumer<Piece> gone) {
    this.predictor = predictor;
    this.pieces = pieces;
    this.demands = demands;
    this.outcomes = outcomes;
    this.room = room;
    this.window = window;
    this.gone = gone;
  }

  /** The program asks for a range. */
  public void bring(AddressRange range, long limitBytes) {
    scratch.clear();
    pieces.cover(range.address(), range.bytes(), scratch);
    scratch.forEach(Piece::want);
    if (scratch.stream().mapToLong(Piece::bytes).sum() <= limitBytes) {
      scratch.forEach(demands::add);
    }
  }

  /**
   * Somebody took read-mostly back, because of a write to come; of these pieces that leaves the
   * host's copy alone.
   */
  public List<Piece> expectWrite(AddressRange range) {
    List<Piece> collapsed = new ArrayList<>();
    for (Piece piece : pieces.within(range)) {
      if (piece.resident() && piece.droppable()) {
        gone.accept(piece);
        collapsed.add(piece);
      }
      piece.expectWrite(predictor.position());
    }
    return collapsed;
  }

  /**
   * The owner of a range said that what it holds is dead: nothing of it is fetched before it is
   * used again, and it leaves first. What a launch that is not issued yet uses is left alone.
   */
  public void discarded(AddressRange range) {
    Blocks.inside(range)
        .ifPresent(
            blocks -> {
              scratch.clear();
              pieces.cover(blocks.address(), blocks.bytes(), scratch);
              for (Piece piece : scratch) {
                if (blocks.contains(piece.range()) && !piece.held()) {
                  outcomes.gone(piece);
                  piece.discard();
                  room.discarded(piece);
                }
              }
              window.follow();
              window.slide();
            });
  }

  /** What is advised of a range has changed: asks anew which of its pieces can be dropped. */
  public void adviceChanged(AddressRange range, Predicate<AddressRange> droppable) {
    // Advice is about whole blocks: those that it leaves out make pieces of their own.
    Blocks.inside(range).ifPresent(pieces::within);
    for (Piece piece : pieces.within(range)) {
      piece.setDroppable(droppable.test(piece.range()));
    }
  }

  /** Memory was brought to the device, or taken from it, by somebody else; in these pieces. */
  public List<Piece> moved(AddressRange range, boolean toDevice) {
    List<Piece> covered = new ArrayList<>();
    pieces.cover(range.address(), range.bytes(), covered);
    for (Piece piece : covered) {
      if (toDevice) {
        pieces.arrive(piece);
      } else {
        gone.accept(piece);
      }
    }
    return covered;
  }
}
