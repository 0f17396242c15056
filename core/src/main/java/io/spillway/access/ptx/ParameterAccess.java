package io.spillway.access.ptx;

import io.spillway.access.AccessKind;
import java.util.Optional;

/** What a kernel does with the memory behind an address it is given. */
public enum ParameterAccess {
  /** Neither reads nor writes it. */
  NOT_ACCESSED,
  /** Never writes it. */
  READ_ONLY,
  /** Never reads it. */
  WRITE_ONLY,
  /** Reads and writes it, or may. */
  READ_WRITE,
  /** Cannot be told: it may read it, write it, or keep the address. */
  UNKNOWN;

  /** What it does with memory that two such addresses lead to. */
  public ParameterAccess and(ParameterAccess other) {
    if (this == other || other == NOT_ACCESSED) {
      return this;
    }
    if (this == NOT_ACCESSED) {
      return other;
    }
    return this == UNKNOWN || other == UNKNOWN ? UNKNOWN : READ_WRITE;
  }

  /** The same for access events; empty if it is not accessed. */
  public Optional<AccessKind> kind() {
    return switch (this) {
      case NOT_ACCESSED -> Optional.empty();
      case READ_ONLY -> Optional.of(AccessKind.READ);
      case WRITE_ONLY -> Optional.of(AccessKind.WRITE);
      case READ_WRITE -> Optional.of(AccessKind.READ_WRITE);
      case UNKNOWN -> Optional.of(AccessKind.UNKNOWN);
    };
  }
}
