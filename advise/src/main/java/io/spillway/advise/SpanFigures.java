package io.spillway.advise;

import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures that made a rule fire for a span of blocks, summed over the span and one lap unless
 * said otherwise.
 *
 * @param basis how it is known what launches do with the span
 * @param laps whole laps recorded
 * @param touchesPerLap how often a lap touches a block, at most
 * @param bytesInPerLap bytes that come in without hints
 * @param bytesOutPerLap bytes that leave without hints
 * @param inPlaceBytesPerLap the most bytes read in place; 0 if that is not known
 * @param readFaults device faults on reads, all laps, in pages
 * @param writeFaults device faults on writes and atomic operations, all laps, in pages
 * @param hostTurns times host and device took turns, all laps
 * @param overwrites launches that wrote over what had been read, all laps
 */
public record SpanFigures(
    Basis basis,
    long laps,
    int touchesPerLap,
    long bytesInPerLap,
    long bytesOutPerLap,
    long inPlaceBytesPerLap,
    long readFaults,
    long writeFaults,
    long hostTurns,
    long overwrites) {

  /** The figures of {@code span}, of which some block has a verdict. */
  static SpanFigures of(LapView lap, int allocation, BlockSpan span, Basis basis) {
    int touches = 0;
    double in = 0;
    double out = 0;
    double inPlace = 0;
    for (int i = span.first(); i < span.end(); i++) {
      BlockView block = new BlockView(lap, allocation, i);
      touches = Math.max(touches, block.touches());
      in += block.bytesInPerLap();
      out += block.bytesOutPerLap();
      inPlace += block.touches() == 0 ? 0 : block.inPlaceBytesPerLap();
    }
    Columns<BlockMeasure> columns = lap.phase().blocks().get(allocation);
    return new SpanFigures(
        basis,
        lap.phase().laps(),
        touches,
        Math.round(in),
        Math.round(out),
        Double.isInfinite(inPlace) ? 0 : Math.round(inPlace),
        columns.total(BlockMeasure.GPU_READ_FAULTS, span.first(), span.end()),
        columns.total(BlockMeasure.GPU_WRITE_FAULTS, span.first(), span.end())
            + columns.total(BlockMeasure.GPU_ATOMIC_FAULTS, span.first(), span.end()),
        columns.total(BlockMeasure.HOST_TURNS, span.first(), span.end()),
        columns.total(BlockMeasure.OVERWRITES, span.first(), span.end()));
  }

  /** What was seen of a span that is not known to be only read. */
  String observed() {
    return readFaults == 0
        ? "by their PTX the kernels that are given it only read it, but others may write anywhere"
        : "%d read faults and no write fault in %d laps".formatted(readFaults, laps);
  }

  /** Each figure by its name, in the order above. */
  public Map<String, Long> byName() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("laps", laps);
    figures.put("touchesPerLap", (long) touchesPerLap);
    figures.put("bytesInPerLap", bytesInPerLap);
    figures.put("bytesOutPerLap", bytesOutPerLap);
    figures.put("inPlaceBytesPerLap", inPlaceBytesPerLap);
    figures.put("readFaults", readFaults);
    figures.put("writeFaults", writeFaults);
    figures.put("hostTurns", hostTurns);
    figures.put("overwrites", overwrites);
    return Collections.unmodifiableMap(figures);
  }
}
