package io.spillway.benchmarks.compare.policy;

import io.spillway.hint.Plan;

/**
 * Decides what is where: a launch comes in, a plan goes out.
 *
 * <p>One object serves one replay and keeps its own account of residency, as nothing tells it what
 * the driver did. Plans are applied on a thread of their own while the launch already starts, so a
 * plan must spare what the launch touches. Not thread-safe.
 */
public interface Policy {

  /**
   * What to advise once the host has filled memory, before the first launch. Advice only: the clock
   * does not run yet, so nothing may move.
   */
  Plan begin();

  /** What to do as {@code launch} starts; all launches before it are done. */
  Plan before(LaunchBlocks launch);
}
