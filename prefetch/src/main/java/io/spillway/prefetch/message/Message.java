package io.spillway.prefetch.message;

import io.spillway.access.AccessKind;
import io.spillway.allocate.LiveAllocation;
import io.spillway.hint.Plan;
import io.spillway.predict.Touches;
import io.spillway.prefetch.move.Completions;
import io.spillway.range.AddressRange;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What the program's threads tell the mover's. */
public sealed interface Message {

  /** A launch is about to touch a range; its thread may be waiting for what is missing of it. */
  record Declared(
      long sequence,
      long site,
      long address,
      long bytes,
      AccessKind kind,
      @Nullable CountDownLatch waiting)
      implements Message {}

  /** A launch that was declared is never told to be issued: its thread declared another. */
  record Abandoned(long sequence) implements Message {}

  /** The thread of a launch that was declared waits for what is missing of it after all. */
  record Missed(long sequence, CountDownLatch waiting) implements Message {}

  /** A launch is in its stream; the touches go home when it has been heard of. */
  record Issued(
      long sequence, Touches touches, SpareTouches home, Completions.Marks marks, long nanoTime)
      implements Message {}

  /** What launches did until now, from the one with that number on; all are before the marks. */
  record TakenOver(WatchedLap lap, long firstSequence, Completions.Marks marks, long nanoTime)
      implements Message {}

  /** Launches went by untold. */
  record Rested() implements Message {}

  /** Managed memory was allocated. */
  record Allocated(LiveAllocation allocation) implements Message {}

  /** Memory is being freed. */
  record Freed(AddressRange range) implements Message {}

  /** The program asks for a range. */
  record Wanted(AddressRange range) implements Message {}

  /** Somebody else's plan took effect. */
  record Applied(Plan plan) implements Message {}

  /** The program says what it launches next. */
  record Upcoming(List<Touches> launches) implements Message {}
}
