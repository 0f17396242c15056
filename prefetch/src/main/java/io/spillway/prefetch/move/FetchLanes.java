package io.spillway.prefetch.move;

import io.spillway.SessionContext;
import io.spillway.driver.DriverException;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.PlanApplier;
import java.util.ArrayList;
import java.util.List;

/**
 * The lanes that fetch, each with a context as far as there is room for that. Whoever fetches takes
 * them in turn, and of each its streams in turn.
 */
final class FetchLanes implements AutoCloseable {

  private final List<FetchLane> lanes = new ArrayList<>();
  private final int writingBack;

  /**
   * Opens them.
   *
   * @param pieceBytes bytes of a call at most
   * @param inFlight fetches on their way by each at most
   */
  FetchLanes(SessionContext context, long pieceBytes, int inFlight) {
    try {
      ContextShare share = open(context, pieceBytes, inFlight);
      writingBack = ownContexts() ? share.writingBack() : 0;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private ContextShare open(SessionContext context, long pieceBytes, int inFlight) {
    long freeBytes = context.driver().memoryInfo().freeBytes();
    lanes.add(lane(context, sibling(context.driver()), pieceBytes, inFlight));
    long takenBytes = freeBytes - context.driver().memoryInfo().freeBytes();
    ContextShare share = ContextShare.of(context.driver(), takenBytes);
    while (ownContexts() && lanes.size() < share.fetching()) {
      try {
        lanes.add(lane(context, context.driver().openSibling(), pieceBytes, inFlight));
      } catch (DriverException e) {
        log("data is fetched by one thread: {0}", e);
        return new ContextShare(lanes.size());
      }
    }
    return share;
  }

  private boolean ownContexts() {
    return lanes.getFirst().driver().ownsContext();
  }

  private static FetchLane lane(
      SessionContext context, UnifiedMemoryDriver driver, long pieceBytes, int inFlight) {
    PlanApplier applier = context.applier().through(driver).withPieces(pieceBytes);
    return FetchLane.of(driver, applier, inFlight);
  }

  /** Where there is no room for a sibling, moves go by the driver's own calls. */
  private static UnifiedMemoryDriver sibling(UnifiedMemoryDriver driver) {
    try {
      return driver.openSibling();
    } catch (DriverException e) {
      log(
          "data is moved in the program's own context, and its launches wait for calls that"
              + " move: {0}",
          e);
      return SiblingDriver.of(driver);
    }
  }

  private static void log(String line, DriverException e) {
    System.getLogger(FetchLanes.class.getName())
        .log(System.Logger.Level.INFO, line.replace("'", "''"), e.getMessage());
  }

  /** How many there are. */
  int size() {
    return lanes.size();
  }

  /** The lane of the fetch of that number. */
  FetchLane lane(int number) {
    return lanes.get(number % lanes.size());
  }

  /** The stream of the fetch of that number, in which the last one has come. */
  StreamHandle stream(int number) {
    return lane(number).stream(number / lanes.size());
  }

  /** Whether fetches are called for by threads of their own. */
  boolean threaded() {
    return lanes.getFirst().threaded();
  }

  /** How many contexts there is room for beside theirs, to write back with. */
  int writingBack() {
    return writingBack;
  }

  @Override
  public void close() {
    lanes.forEach(FetchLane::close);
  }
}
