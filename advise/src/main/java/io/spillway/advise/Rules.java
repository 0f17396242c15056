package io.spillway.advise;

import java.util.List;

/** The rules that come with the library. */
public final class Rules {

  private Rules() {}

  /** All of them; where two save the same, the first wins. */
  public static List<Rule> standard() {
    return List.of(
        new ReadMostlyRule(),
        new ZeroCopyRule(),
        new PingPongRule(),
        new PreferDeviceRule(),
        new ScratchRule());
  }
}
