package io.spillway.access.ptx;

import java.util.List;
import java.util.Optional;

/**
 * What a program loads as one module: a text, or texts and perhaps other code linked together.
 *
 * @param texts the texts
 * @param alone whether there is nothing but one text. What is linked with others is followed within
 *     its own text only; and nothing is said of a kernel that another input may replace, or that
 *     calls a function which one may
 */
public record PtxProgram(List<PtxModule> texts, boolean alone) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is one text alone and not exactly one is given
   */
  public PtxProgram {
    texts = List.copyOf(texts);
    if (alone && texts.size() != 1) {
      throw new IllegalArgumentException("%d texts: one alone is one".formatted(texts.size()));
    }
  }

  /** What a kernel does; empty if that is not known. */
  public Optional<KernelEvidence> kernel(String name) {
    List<PtxModule> having = texts.stream().filter(text -> text.kernels().contains(name)).toList();
    return having.size() == 1 && (alone || !having.getFirst().replaceable(name))
        ? having.getFirst().kernel(name)
        : Optional.empty();
  }
}
