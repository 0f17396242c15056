package io.spillway.prefetch;

import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.plan.Planner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The launches whose threads wait for what they lack. The background thread's. */
final class WaitingLaunches {

  /** A launch whose thread waits. */
  private record Waiting(long sequence, CountDownLatch ready) {}

  private final Planner planner;
  private final Mover mover;
  private final List<Waiting> waiting = new ArrayList<>();

  WaitingLaunches(Planner planner, Mover mover) {
    this.planner = planner;
    this.mover = mover;
  }

  /** The thread of a launch waits until {@code ready}. */
  void add(long sequence, CountDownLatch ready) {
    waiting.add(new Waiting(sequence, ready));
  }

  /** Whether none waits. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /**
   * Lets launches go of which nothing is missing any more, or all where there is no more to do.
   *
   * @param more whether there may be
   * @param stopped whether none waits for lanes any more
   */
  void release(boolean more, boolean stopped) {
    waiting.removeIf(
        launch -> {
          boolean ready =
              (!more
                      || (!planner.advises()
                          && planner.declared().missing(launch.sequence()).isEmpty()))
                  && (stopped || !mover.calling(planner.declared().pieces(launch.sequence())));
          if (ready) {
            planner.declared().goesAhead(launch.sequence());
            launch.ready().countDown();
          }
          return ready;
        });
  }
}
