package io.spillway.driver;

import java.util.Optional;
import java.util.Set;

/**
 * What the driver says of a managed range ({@code cuMemRangeGetAttribute}). An attribute that is
 * not the same on all of the range reads as unset, as CUDA defines it.
 *
 * @param readMostly whether all of it is read-mostly
 * @param preferredLocation where all of it should live; where that is one NUMA node of the host,
 *     driver 580 reads it back as unset although it took the advice (seen on an H200)
 * @param accessedBy who has all of it mapped
 * @param lastPrefetch where all of it was last explicitly prefetched to
 */
public record RangeAttributes(
    boolean readMostly,
    Optional<Location> preferredLocation,
    Set<Location> accessedBy,
    Optional<Location> lastPrefetch) {

  /** Copies the set. */
  public RangeAttributes {
    accessedBy = Set.copyOf(accessedBy);
  }
}
