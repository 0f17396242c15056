package io.spillway.samples.profile;

import io.spillway.profile.FaultAccess;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.samples.device.Parts;
import java.util.BitSet;
import java.util.Map;

/**
 * What a kernel touched beside what was reported, in blocks and in parts.
 *
 * @param kernel which
 * @param touched the parts it touched
 * @param reported what was reported
 * @param blocks blocks of its range
 * @param blocksAlike blocks of which exactly the touched parts were reported
 * @param blocksToldRight blocks of which exactly the parts it writes were reported as written
 * @param blocksMissed blocks that were touched and of which nothing was reported
 * @param partsStray parts that were reported and not touched
 */
record Comparison(
    KnownKernel kernel,
    BitSet touched,
    ReportedAccesses reported,
    int blocks,
    int blocksAlike,
    int blocksToldRight,
    int blocksMissed,
    int partsStray) {

  static Comparison of(KnownKernel kernel, Parts parts, ReportedAccesses reported) {
    BitSet touched = new BitSet();
    for (AddressRange part : parts.ranges()) {
      touched.set(Math.toIntExact((part.address() - parts.range().address()) / Parts.BYTES));
    }
    int blocks = Math.toIntExact(parts.range().bytes() / Blocks.BYTES);
    BitSet written = kernel.access().writes() ? touched : new BitSet();
    int alike = 0;
    int toldRight = 0;
    int missed = 0;
    for (int block = 0; block < blocks; block++) {
      BitSet expected = ofBlock(touched, block);
      BitSet seen = ofBlock(reported.parts(), block);
      alike += expected.equals(seen) ? 1 : 0;
      toldRight += ofBlock(written, block).equals(ofBlock(reported.writtenParts(), block)) ? 1 : 0;
      missed += !expected.isEmpty() && seen.isEmpty() ? 1 : 0;
    }
    BitSet stray = (BitSet) reported.parts().clone();
    stray.andNot(touched);
    return new Comparison(
        kernel, touched, reported, blocks, alike, toldRight, missed, stray.cardinality());
  }

  private static BitSet ofBlock(BitSet parts, int block) {
    return parts.get(
        block * ReportedAccesses.PARTS_OF_BLOCK, (block + 1) * ReportedAccesses.PARTS_OF_BLOCK);
  }

  /** Faults that were reported as another access than the kernel's. */
  long mistaken() {
    return reported.faultsByAccess().entrySet().stream()
        .filter(each -> each.getKey() != kernel.access())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** All of its faults. */
  long faults() {
    return reported.faultsByAccess().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether all is as it has to be: every block, every part, every access. */
  boolean matches() {
    return reported.kernelRuns() == 1
        && blocksAlike == blocks
        && blocksToldRight == blocks
        && partsStray == 0
        && mistaken() == 0
        && reported.faultsOfNobody() == 0;
  }

  /** How its faults were reported, such as {@code 512 WRITE, 3 PREFETCH}. */
  String accesses() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<FaultAccess, Long> each : reported.faultsByAccess().entrySet()) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(each.getValue())
          .append(' ')
          .append(each.getKey());
    }
    return text.isEmpty() ? "none" : text.toString();
  }
}
