package io.spillway.access.ptx;

import java.util.List;

/**
 * What a kernel does with the memory that a parameter leads to.
 *
 * @param index the parameter's position, from 0
 * @param offset where it begins in a buffer of all parameters, in bytes
 * @param bytes its size
 * @param words each eight bytes of it, in order; none if it is smaller, and so holds no address
 */
public record ParameterEvidence(int index, int offset, int bytes, List<WordEvidence> words) {

  /** Makes {@code words} immutable. */
  public ParameterEvidence {
    words = List.copyOf(words);
  }

  /** What it does with all memory that any of its words leads to. */
  public ParameterAccess access() {
    return words.stream()
        .map(WordEvidence::access)
        .reduce(ParameterAccess.NOT_ACCESSED, ParameterAccess::and);
  }

  /**
   * What it does with the memory behind the address at {@code within} bytes of it; unknown where no
   * word begins.
   */
  public ParameterAccess at(int within) {
    int word = within / Long.BYTES;
    return within % Long.BYTES == 0 && within >= 0 && word < words.size()
        ? words.get(word).access()
        : ParameterAccess.UNKNOWN;
  }
}
