package io.spillway.advise;

import java.util.Arrays;
import java.util.Optional;

/** What may be done with a range of an allocation. A block gets at most one. */
public enum Treatment {
  /** Host and device may both hold it; the device's copy leaves without a transfer. */
  READ_MOSTLY("read-mostly", true),
  /** It stays on the host, where the device reads it in place. */
  ZERO_COPY("zero-copy", true),
  /** It should live on the device. */
  PREFER_DEVICE("prefer-device", true),
  /**
   * Its contents are dead from its last read to its next write. Only the program's author can know
   * that for certain, since being wrong changes results: proposed, never applied.
   */
  DISCARD_AFTER_READ("discard-after-read", false);

  private final String key;
  private final boolean applicable;

  Treatment(String key, boolean applicable) {
    this.key = key;
    this.applicable = applicable;
  }

  /** As written in a hints file. */
  public String key() {
    return key;
  }

  /** Whether Spillway applies it; else it is for the program's author to do. */
  public boolean applicable() {
    return applicable;
  }

  /** The treatment written {@code key}. */
  public static Optional<Treatment> of(String key) {
    return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
  }
}
