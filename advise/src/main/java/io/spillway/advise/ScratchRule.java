package io.spillway.advise;

import io.spillway.profile.BlockMeasure;
import io.spillway.range.ByteSize;
import java.util.Optional;

/**
 * What each lap writes anew is dead from its last read on: discarded there, it would neither be
 * written back nor brought in. Discarding changes results where a read was missed, so this is a
 * proposal to the program's author. Discarding costs 6.5 us a block (measurements h200: {@code
 * discard}), which is a hundredth of moving it and not counted.
 */
final class ScratchRule implements Rule {

  @Override
  public String name() {
    return "scratch";
  }

  @Override
  public Treatment treatment() {
    return Treatment.DISCARD_AFTER_READ;
  }

  @Override
  public Optional<Verdict> judge(BlockView block) {
    long overwrites = block.count(BlockMeasure.OVERWRITES);
    boolean everyLap = overwrites > 0 && overwrites >= block.lap().phase().observedLaps();
    if (!everyLap || block.bytesOutPerLap() == 0 || block.count(BlockMeasure.UNKNOWN_TOUCHES) > 0) {
      return Optional.empty();
    }
    Prices prices = block.lap().prices();
    double in = block.bytesInPerLap();
    double out = block.bytesOutPerLap();
    Basis basis =
        block.count(BlockMeasure.PROVEN_WRITES) > 0
                && block.count(BlockMeasure.DECLARED_WRITES) == 0
            ? Basis.PROVEN
            : Basis.DECLARED;
    return Optional.of(
        new Verdict(
            basis,
            new Saving(
                (prices.faultIn(in) + prices.writeBack(out)) * block.laps(),
                Math.round(in * block.laps()),
                Math.round(out * block.laps()))));
  }

  @Override
  public String reason(SpanFigures figures) {
    return "written over %d times in %d laps after its last read, and until then %s a lap are written back for nothing; discard it after that read if nothing else reads it"
        .formatted(figures.overwrites(), figures.laps(), ByteSize.format(figures.bytesOutPerLap()));
  }
}
