package io.spillway.driver.sim;

import io.spillway.driver.Location;
import io.spillway.driver.RangeAttributes;
import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all blocks of a range have in common, as {@code cuMemRangeGetAttribute} says it. */
final class PolicySummary {

  private PolicySummary() {}

  static RangeAttributes of(List<Part> parts) {
    BlockState first = null;
    boolean readMostly = true;
    @Nullable Location preferred = null;
    @Nullable Location lastPrefetch = null;
    Set<Location> accessedBy = new HashSet<>();
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        BlockState block = touched.block();
        readMostly &= block.readMostly;
        if (first == null) {
          first = block;
          preferred = block.preferred;
          lastPrefetch = block.lastPrefetch;
          accessedBy.addAll(block.accessedBy);
        }
        preferred = Objects.equals(preferred, block.preferred) ? preferred : null;
        lastPrefetch = Objects.equals(lastPrefetch, block.lastPrefetch) ? lastPrefetch : null;
        accessedBy.retainAll(block.accessedBy);
      }
    }
    return new RangeAttributes(
        readMostly, Optional.ofNullable(preferred), accessedBy, Optional.ofNullable(lastPrefetch));
  }
}
