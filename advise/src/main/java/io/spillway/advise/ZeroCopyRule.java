package io.spillway.advise;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.Optional;

/**
 * What kernels read once a lap, or sparsely, is cheaper read in place than moved (measurements
 * h200: {@code zerocopy.managed} reads at 51.2 GB/s, {@code fault.h2d} at 5.6 to 11.9). How often a
 * kernel reads it is bounded by the time it ran ({@link LapTraffic#inPlaceBytes}); where no
 * kernel's time is recorded, this rule keeps silent. Writes in place were not measured, so it is
 * for reads only.
 */
final class ZeroCopyRule implements Rule {

  @Override
  public String name() {
    return "zero-copy";
  }

  @Override
  public Treatment treatment() {
    return Treatment.ZERO_COPY;
  }

  @Override
  public Optional<Verdict> judge(BlockView block) {
    if (block.bytesInPerLap() == 0 || Double.isInfinite(block.inPlaceBytesPerLap())) {
      return Optional.empty();
    }
    return block.onlyRead().map(basis -> new Verdict(basis, saving(block)));
  }

  /** What leaving it on the host saves, turns of the host included. */
  static Saving saving(BlockView block) {
    Prices prices = block.lap().prices();
    double turns = block.hostTurnsPerLap() * Blocks.BYTES;
    double in = block.bytesInPerLap() + turns;
    double out = block.bytesOutPerLap() + turns;
    double inPlace = block.inPlaceBytesPerLap();
    double perLap = prices.faultIn(in) + prices.writeBack(out) - inPlace / prices.zeroCopy();
    return new Saving(
        perLap * block.laps() - block.fillOnHostSeconds(),
        Math.round((in - inPlace) * block.laps()),
        Math.round(out * block.laps()));
  }

  @Override
  public String reason(SpanFigures figures) {
    return "%s; %d touches a lap, by the kernels' times at most %s read in place, against %s in and %s out"
        .formatted(
            known(figures),
            figures.touchesPerLap(),
            ByteSize.format(figures.inPlaceBytesPerLap()),
            ByteSize.format(figures.bytesInPerLap()),
            ByteSize.format(figures.bytesOutPerLap()));
  }

  static String known(SpanFigures figures) {
    return switch (figures.basis()) {
      case DECLARED -> "declared as only read";
      case PROVEN -> "proven from PTX to be only read";
      case OBSERVED -> figures.observed();
    };
  }
}
