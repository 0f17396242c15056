package io.spillway.benchmarks.trace;

import java.util.List;

/**
 * One request to a language model.
 *
 * @param arrivalNanos when it came
 * @param inputTokens its prompt's length
 * @param outputTokens its answer's length
 * @param promptBlocks by 512 prompt tokens, what identifies their keys and values: requests that
 *     begin alike have the same ones
 */
record ConversationRequest(
    long arrivalNanos, int inputTokens, int outputTokens, List<Long> promptBlocks) {

  /** Tokens of one block. */
  static final int BLOCK_TOKENS = 512;

  ConversationRequest {
    promptBlocks = List.copyOf(promptBlocks);
  }
}
