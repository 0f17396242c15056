package io.spillway.advise;

import io.spillway.range.ByteSize;
import java.util.Optional;

/**
 * Host and device take turns, and each turn moves the block both ways. If the device only reads, it
 * can do so in place. The same figures as {@link ZeroCopyRule} decide; this one needs no budget to
 * be exceeded.
 */
final class PingPongRule implements Rule {

  /** Turns in a lap from which on host and device alternate: one each. */
  private static final double LEAST_TURNS_PER_LAP = 1;

  @Override
  public String name() {
    return "ping-pong";
  }

  @Override
  public Treatment treatment() {
    return Treatment.ZERO_COPY;
  }

  @Override
  public Optional<Verdict> judge(BlockView block) {
    if (block.hostTurnsPerLap() < LEAST_TURNS_PER_LAP
        || Double.isInfinite(block.inPlaceBytesPerLap())) {
      return Optional.empty();
    }
    return block.onlyRead().map(basis -> new Verdict(basis, ZeroCopyRule.saving(block)));
  }

  @Override
  public String reason(SpanFigures figures) {
    return "host and device took turns %d times in %d laps, the device %s; in place at most %s a lap"
        .formatted(
            figures.hostTurns(),
            figures.laps(),
            ZeroCopyRule.known(figures),
            ByteSize.format(figures.inPlaceBytesPerLap()));
  }
}
