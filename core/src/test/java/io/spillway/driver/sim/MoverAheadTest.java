package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.EventHandle;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * A thread that issues moves without waiting for them runs ahead of the device's clock: what its
 * moves wait for is waited for once.
 */
class MoverAheadTest {

  private static final Location GPU = Location.device(0);
  private static final StreamHandle STREAM = StreamHandle.DEFAULT;

  /** The smallest move that is handed to the driver's thread, so that the call returns at once. */
  private static final long PIECE = 64 * Blocks.BYTES;

  private static final int PIECES_THAT_FIT = 2;

  private final SimulatedDriver driver;
  private final List<AddressRange> pieces = new ArrayList<>();

  MoverAheadTest() {
    driver = SimulatedDriver.builder(GpuModel.h200()).deviceBytes(PIECES_THAT_FIT * PIECE).open();
    AddressRange all = driver.allocateManaged(4 * PIECE);
    driver.hostTouch(all, TouchKind.WRITE);
    for (long at = 0; at < all.bytes(); at += PIECE) {
      pieces.add(all.slice(at, PIECE));
    }
    // Once round, so that host pages are unmapped and a full device is the usual state.
    pieces.forEach(piece -> driver.prefetch(piece, GPU, STREAM));
    driver.synchronize(STREAM);
  }

  /** Nanoseconds until {@code moves} moves are done, each pushing out what came two before it. */
  private long nanos(int moves, boolean waiting) {
    long start = driver.clock().nanoTime();
    for (int i = 0; i < moves; i++) {
      driver.prefetch(pieces.get(i % pieces.size()), GPU, STREAM);
      if (waiting) {
        driver.synchronize(STREAM);
      }
    }
    driver.synchronize(STREAM);
    return driver.clock().nanoTime() - start;
  }

  @Test
  void theTenthMoveTakesAsLongAsTheFirst() {
    List<EventHandle> done = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      driver.prefetch(pieces.get(i % pieces.size()), GPU, STREAM);
      EventHandle event = driver.createEvent();
      driver.record(event, STREAM);
      done.add(event);
    }
    List<Long> ends = new ArrayList<>();
    for (EventHandle event : done) {
      driver.await(event);
      ends.add(driver.clock().nanoTime());
    }
    long first = ends.get(2) - ends.get(1);
    for (int i = 3; i < ends.size(); i++) {
      assertThat(ends.get(i) - ends.get(i - 1)).as("move %d", i).isEqualTo(first);
    }
  }

  @Property(tries = 20)
  void issuingAheadIsNeverSlowerThanWaiting(@ForAll @IntRange(min = 1, max = 12) int moves) {
    long waited = new MoverAheadTest().nanos(moves, true);
    long ahead = new MoverAheadTest().nanos(moves, false);
    assertThat(ahead).isLessThanOrEqualTo(waited);
  }

  @Property(tries = 20)
  void noMoveIsFasterThanTheLink(@ForAll @IntRange(min = 1, max = 12) int moves) {
    GpuModel model = driver.model();
    long linkNanos = GpuModel.nanos(moves * PIECE, model.prefetchLinkGBps());
    assertThat(new MoverAheadTest().nanos(moves, false)).isGreaterThanOrEqualTo(linkNanos);
  }
}
