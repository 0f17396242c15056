package io.spillway.advise;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.Optional;

/**
 * What kernels only read leaves the device without a transfer, and comes back at the rate of
 * duplicating faults. Only where no device write was seen: a wrong hint costs a thousandfold
 * (measurements h200: {@code readmostly.gpuwrite}), and what every lap copies or writes into by the
 * host would be taken back in every lap ({@code readmostly.hostwrite}).
 */
final class ReadMostlyRule implements Rule {

  @Override
  public String name() {
    return "read-mostly";
  }

  @Override
  public Treatment treatment() {
    return Treatment.READ_MOSTLY;
  }

  @Override
  public Optional<Verdict> judge(BlockView block) {
    if (!block.moves() || block.copiedInto() || block.hostWrites()) {
      return Optional.empty();
    }
    return block.onlyRead().map(basis -> new Verdict(basis, saving(block)));
  }

  private static Saving saving(BlockView block) {
    Prices prices = block.lap().prices();
    double turns = block.hostTurnsPerLap() * Blocks.BYTES;
    double in = block.bytesInPerLap();
    double out = block.bytesOutPerLap();
    double perLap =
        prices.faultIn(in + turns) + prices.writeBack(out + turns) - in / prices.readMostlyFaults();
    return new Saving(
        perLap * block.laps() - Blocks.BYTES / prices.readMostlySet() - block.fillOnHostSeconds(),
        Math.round(turns * block.laps()),
        Math.round((out + turns) * block.laps()));
  }

  @Override
  public String reason(SpanFigures figures) {
    String known =
        switch (figures.basis()) {
          case DECLARED -> "the program declares that launches only read it";
          case PROVEN -> "the kernels' PTX proves that launches only read it";
          case OBSERVED -> figures.observed() + ", which is tried out before it is used";
        };
    return "%s; without the hint each lap brings %s in and writes %s back, for nothing"
        .formatted(
            known,
            ByteSize.format(figures.bytesInPerLap()),
            ByteSize.format(figures.bytesOutPerLap()));
  }
}
