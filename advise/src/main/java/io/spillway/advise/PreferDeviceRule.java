package io.spillway.advise;

import io.spillway.range.ByteSize;
import java.util.Optional;

/**
 * What most launches of a lap use should live on the device. That protects it from no eviction
 * (driver reference, finding 4); it makes the first fault bring the whole block, and keeps the
 * driver from leaving it elsewhere when host and device take turns. What that saves was never
 * measured, so the rule claims nothing: only the replay can keep the hint.
 */
final class PreferDeviceRule implements Rule {

  /** One launch in two: below, more launches do without it than not. */
  private static final int LAUNCHES_PER_TOUCH = 2;

  @Override
  public String name() {
    return "prefer-device";
  }

  @Override
  public Treatment treatment() {
    return Treatment.PREFER_DEVICE;
  }

  @Override
  public Optional<Verdict> judge(BlockView block) {
    int launches = block.lap().phase().schedule().length();
    boolean hot = block.touches() > 1 && block.touches() * LAUNCHES_PER_TOUCH >= launches;
    return hot && block.lap().traffic().exceedsBudget()
        ? Optional.of(new Verdict(block.onlyRead().orElse(Basis.OBSERVED), Saving.NONE))
        : Optional.empty();
  }

  @Override
  public String reason(SpanFigures figures) {
    return "hot: %d touches a lap, while laps exceed the budget; %s of it comes in each lap"
        .formatted(figures.touchesPerLap(), ByteSize.format(figures.bytesInPerLap()));
  }
}
