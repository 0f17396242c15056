package io.spillway.allocate;

/** What a {@link RedirectRule} says of a request. */
public sealed interface Decision {

  /** The one {@link Abstain}. */
  Decision ABSTAIN = new Abstain();

  /**
   * Serve it with managed memory.
   *
   * @param reason why, with the figures, for people
   */
  record Redirect(String reason) implements Decision {}

  /**
   * Serve it with plain device memory.
   *
   * @param reason why, for people
   */
  record Keep(String reason) implements Decision {}

  /** No opinion; the next rule decides, and where there is none, the request is kept. */
  record Abstain() implements Decision {}
}
