package io.spillway.driver;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which {@linkplain Capability capabilities} are there, and for each that is not, why not.
 *
 * @param missing the absent capabilities, each with its reason in words
 */
public record Capabilities(Map<Capability, String> missing) {

  /** Copies the map. */
  public Capabilities {
    missing = Map.copyOf(missing);
  }

  /** Everything is there. */
  public static Capabilities all() {
    return new Capabilities(Map.of());
  }

  /** Nothing is there, all for one reason. */
  public static Capabilities none(String reason) {
    Map<Capability, String> missing = new EnumMap<>(Capability.class);
    for (Capability capability : Capability.values()) {
      missing.put(capability, reason);
    }
    return new Capabilities(missing);
  }

  /** Whether {@code capability} is there. */
  public boolean has(Capability capability) {
    return !missing.containsKey(capability);
  }

  /** Why {@code capability} is absent; empty if it is there. */
  public Optional<String> whyNot(Capability capability) {
    return Optional.ofNullable(missing.get(capability));
  }

  /** Whether every one of {@code required} is there. */
  public boolean hasAll(Iterable<Capability> required) {
    for (Capability capability : required) {
      if (!has(capability)) {
        return false;
      }
    }
    return true;
  }
}
