package io.spillway.samples.programs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a program goes over, pass by pass, and what of it a budget lets no way spare the link.
 *
 * @param footprintBytes the most it has allocated at a time
 * @param alike its passes in order, as many together as go over as much
 */
record Passes(long footprintBytes, List<Alike> alike) {

  /** Copies the list. */
  Passes {
    alike = List.copyOf(alike);
  }

  /**
   * Passes that go over as much each.
   *
   * @param count how many
   * @param readBytes what each reads at the least
   * @param writtenBytes what each writes, apart from that
   */
  record Alike(long count, long readBytes, long writtenBytes) {

    /**
     * The bytes that have to cross the link one way in each. What the budget does not hold of what
     * is read comes in, and of what is written goes out; the budget may be full of what suits best
     * as a pass begins, may be split between the two in any way, and both directions run at once.
     */
    long linkBytes(long budgetBytes) {
      long beyond = readBytes + writtenBytes - budgetBytes;
      long oneWay = Math.max(readBytes, writtenBytes) - budgetBytes;
      return Math.max(0, Math.max(oneWay, beyond / 2));
    }
  }

  /** What a program's outcome tells of its passes. */
  static Passes of(JsonNode outcome) {
    List<Alike> alike = new ArrayList<>();
    for (JsonNode each : outcome.path("pass_bytes")) {
      alike.add(
          new Alike(
              each.path("count").asLong(),
              each.path("read").asLong(),
              each.path("written").asLong()));
    }
    return new Passes(outcome.path("footprint_bytes").asLong(), alike);
  }

  /** Device memory that the constrained ways may take. */
  long budgetBytes() {
    return footprintBytes / ProgramWay.RATIO;
  }

  /** What has to cross the link one way in all passes. */
  long linkBytes() {
    return alike.stream().mapToLong(each -> each.count() * each.linkBytes(budgetBytes())).sum();
  }

  /** What has to in one of the last. */
  long linkBytesOfLast() {
    return alike.isEmpty() ? 0 : alike.getLast().linkBytes(budgetBytes());
  }
}
