package io.spillway.profile;

import io.spillway.SessionContext;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.DriverException;
import io.spillway.driver.StreamHandle;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanOutcome;
import java.util.List;

/**
 * Takes everything managed off the device at the start of each lap, so that what a lap touches
 * faults once in every lap, and what it does not touch does not.
 *
 * <p>The launch that begins a lap waits until its stream and the legacy default one are done and
 * the device is empty. What runs in other streams is not waited for, and brings back what it uses.
 * Safe for use by any thread.
 */
final class LapSurvey {

  private final SessionContext context;
  private final LapDetector laps = new LapDetector();
  private long last = Attributed.NOBODY;
  private long surveyed;
  private long bytes;
  private long nanos;
  private long refused;

  /**
   * What surveying cost.
   *
   * @param laps how many laps began cold
   * @param bytes managed bytes that were taken off the device, resident or not
   * @param nanos how long the launches that began laps waited for that
   * @param refused hints that the driver refused: what they were about stayed
   */
  record Cost(long laps, long bytes, long nanos, long refused) {}

  LapSurvey(SessionContext context) {
    this.context = context;
  }

  /** {@code launch} is about to be made; what it touches is told range by range. */
  synchronized void declared(Launch launch, RangeAccess access) {
    if (launch.sequence() != last) {
      last = launch.sequence();
      laps.add(symbol(launch, access));
      if (laps.position() == 0) {
        beginCold(launch.stream());
      }
    }
  }

  /** Launches of the same label that begin with the same range do the same. */
  private static long symbol(Launch launch, RangeAccess access) {
    long hash = Hashes.mix(launch.label().hashCode(), access.range().address());
    return Hashes.mix(hash, access.range().bytes());
  }

  private void beginCold(StreamHandle stream) {
    long begun = System.nanoTime();
    try {
      context.driver().synchronize(stream);
      List<Hint> hints =
          context.ledger().snapshot().stream()
              .filter(allocation -> allocation.kind() == MemoryKind.MANAGED)
              .map(LiveAllocation::range)
              .<Hint>map(Hint.Evict::new)
              .toList();
      PlanOutcome outcome = context.apply().apply(new Plan(hints));
      context.driver().synchronize(StreamHandle.DEFAULT);
      surveyed++;
      bytes += outcome.bytes();
      refused += outcome.refused();
    } catch (DriverException | IllegalStateException e) {
      refused++; // the driver fails, or the session ends: the lap begins as it is
    }
    nanos += System.nanoTime() - begun;
  }

  synchronized Cost cost() {
    return new Cost(surveyed, bytes, nanos, refused);
  }
}
