package io.spillway.advise;

import java.util.Optional;

/**
 * One reason for a hint. Rules are pure: they see a profile through {@link BlockView} and nothing
 * else, and judge one block at a time, so that an allocation is split where its parts deserve
 * different hints.
 */
public interface Rule {

  /** As written in a hints file. */
  String name();

  /** What is done where it fires. */
  Treatment treatment();

  /** Whether it fires for {@code block}, in the phase it is seen in, and what that saves. */
  Optional<Verdict> judge(BlockView block);

  /** Why it fired, in a sentence with the figures that made it. */
  String reason(SpanFigures figures);
}
