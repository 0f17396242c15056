package io.spillway.advise.apply;

import io.spillway.SessionContext;
import io.spillway.access.Launch;
import io.spillway.allocate.LiveAllocation;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.zip.CRC32C;

/**
 * Whether kernels leave a range as it is, tried on a few of its blocks before all of it is called
 * read-mostly. The driver tells nobody of writes to what is resident, and a wrong hint makes a
 * block take 42 ms (measurements h200: {@code readmostly.gpuwrite}, 0.05 GB/s); so a few blocks are
 * made read-mostly, and after some launches their contents are compared with what they were.
 *
 * <p>Safe for use by any thread.
 */
final class WriteTrial {

  /** Blocks tried, spread evenly: wrong, they cost a sixth of a second once. */
  private static final int BLOCKS = 4;

  /** Launches on the range that have to leave it alone. A judgement. */
  private static final int LAUNCHES = 4;

  /** How far a trial has come. */
  enum State {
    /** No launch has come yet. */
    NOT_BEGUN,
    /** Some blocks are read-mostly, and launches use them. */
    RUNNING,
    /** They were left as they were. */
    PASSED,
    /** They were not. */
    FOUND_WRITES,
    /** Contents cannot be compared here. */
    IMPOSSIBLE
  }

  private final SessionContext context;
  private final LiveAllocation allocation;
  private final Set<WriteTrial> running;
  private final List<AddressRange> blocks = new ArrayList<>();
  private long before;
  private long lastLaunch = -1;
  private int launchesLeft = LAUNCHES;
  private volatile State state = State.NOT_BEGUN;

  /**
   * Prepares a trial.
   *
   * @param range a part of {@code allocation}
   * @param running where the trial is as long as it has to learn of launches
   */
  WriteTrial(
      SessionContext context,
      LiveAllocation allocation,
      AddressRange range,
      Set<WriteTrial> running) {
    this.context = context;
    this.allocation = allocation;
    this.running = running;
    long count = range.bytes() / Blocks.BYTES;
    long tried = Math.min(BLOCKS, count);
    for (long i = 0; i < tried; i++) {
      blocks.add(range.slice(i * count / tried * Blocks.BYTES, Blocks.BYTES));
    }
  }

  State state() {
    return state;
  }

  /** {@code launch} is about to touch the range for the first time. */
  synchronized void begin(Launch launch) {
    if (blocks.isEmpty()) {
      state = State.IMPOSSIBLE;
      return;
    }
    try {
      before = contents();
    } catch (UnsupportedOperationException | DriverException e) {
      state = State.IMPOSSIBLE;
      return;
    }
    for (AddressRange block : blocks) {
      context
          .applier()
          .apply(
              Plan.of(new Hint.Prefer(block, Location.HOST), new Hint.ReadMostly(block)),
              StreamHandle.DEFAULT);
    }
    state = State.RUNNING;
    lastLaunch = launch.sequence();
    running.add(this);
  }

  /** {@code launch} is about to touch the range again. */
  synchronized void touched(Launch launch) {
    lastLaunch = launch.sequence();
  }

  /** {@code launch} is in its stream. */
  synchronized void issued(Launch launch) {
    if (state != State.RUNNING || launch.sequence() != lastLaunch || launchesLeft == 0) {
      return;
    }
    launchesLeft--;
    if (launchesLeft == 0) {
      running.remove(this);
      EventHandle event = context.driver().createEvent();
      context.driver().record(event, launch.stream());
      try {
        context.background().execute(() -> compare(event));
      } catch (RejectedExecutionException e) {
        state = State.IMPOSSIBLE;
      }
    }
  }

  /** In the background: waits for the launches, and holds the allocation while reading it. */
  private void compare(EventHandle event) {
    if (!allocation.tryPin()) {
      state = State.IMPOSSIBLE;
      return;
    }
    try {
      context.driver().await(event);
      context.driver().destroyEvent(event);
      state = contents() == before ? State.PASSED : State.FOUND_WRITES;
    } catch (DriverException e) {
      state = State.IMPOSSIBLE; // Its context is gone, or an earlier launch failed.
    } finally {
      allocation.unpin();
    }
  }

  /** Reading read-mostly memory on the host moves nothing. */
  private long contents() {
    CRC32C sum = new CRC32C();
    for (AddressRange block : blocks) {
      sum.update(context.driver().hostView(block).asByteBuffer());
    }
    return sum.getValue();
  }

  /** The range is about to be gone. */
  void close() {
    running.remove(this);
  }
}
