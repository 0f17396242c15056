package io.spillway.prefetch.message;

import io.spillway.predict.Touches;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a launching thread fills for each launch comes back to it from the mover's thread, to be
 * filled again: a launch that finds no garbage to make finds its memory in the processor's cache as
 * well. One thread takes, one gives back; neither waits.
 */
public final class SpareTouches {

  /** Launches that may be on their way to the mover before new ones are made: a judgement. */
  private static final int MOST = 64;

  private final AtomicReferenceArray<@Nullable Touches> spare = new AtomicReferenceArray<>(MOST);

  // Where the one who takes and the one who gives back look next.
  private int taken;
  private int given;

  /** Some that nobody else has. The launching thread. */
  public Touches take() {
    Touches found = spare.getAcquire(taken);
    if (found == null) {
      return new Touches();
    }
    spare.setRelease(taken, null);
    taken = (taken + 1) % MOST;
    return found;
  }

  /** Gives back what was {@linkplain #take taken}. The mover's thread. */
  public void giveBack(Touches touches) {
    if (spare.getAcquire(given) == null) {
      spare.setRelease(given, touches);
      given = (given + 1) % MOST;
    }
  }
}
