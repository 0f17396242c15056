package io.spillway.advise;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How it is known what launches do with a range; from the surest to the least sure. */
public enum Basis {
  /** The program's own scopes say so. */
  DECLARED,
  /** Data flow through the kernels' PTX says so. */
  PROVEN,
  /**
   * Nothing else was seen over whole laps, which is no proof: it is tried out before it is used.
   */
  OBSERVED;

  /** As written in a hints file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The basis written {@code key}. */
  public static Optional<Basis> of(String key) {
    return Arrays.stream(values()).filter(each -> each.key().equals(key)).findFirst();
  }

  /** The less sure of the two. */
  Basis weaker(Basis other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
