package io.spillway.access.ptx;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the names of a text stand for, in the module and in the nested blocks of a function. */
final class Scopes {

  /** What a name may stand for. */
  enum Kind {
    /** A value of the function. */
    VALUE,
    /** A frame of the function. */
    FRAME,
    /** A variable that holds an argument or a result of a call. */
    ARGUMENT,
    /** A {@link Constant}, by its number. */
    CONSTANT,
    FUNCTION
  }

  private static final int FIRST = 256;

  private @Nullable Kind[] kinds = new @Nullable Kind[FIRST];
  private int[] indices = new int[FIRST];

  // What to put back at the end of a block: name, kind, index.
  private int[] hiddenNames = new int[FIRST];
  private @Nullable Kind[] hiddenKinds = new @Nullable Kind[FIRST];
  private int[] hiddenIndices = new int[FIRST];
  private int hidden;

  private int[] blocks = new int[FIRST];
  private int depth;

  /** Begins a block. */
  void enter() {
    if (depth == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * depth);
    }
    blocks[depth++] = hidden;
  }

  /** Ends the innermost block, and what its names stood for. */
  void exit() {
    int from = blocks[--depth];
    while (hidden > from) {
      hidden--;
      kinds[hiddenNames[hidden]] = hiddenKinds[hidden];
      indices[hiddenNames[hidden]] = hiddenIndices[hidden];
    }
  }

  /** How many blocks are open. */
  int depth() {
    return depth;
  }

  /** Ends blocks until {@code outer} are open. */
  void exitTo(int outer) {
    while (depth > outer) {
      exit();
    }
  }

  /** Lets a name stand for something until the innermost block ends. */
  void bind(int name, Kind kind, int index) {
    if (name >= kinds.length) {
      int length = Math.max(name + 1, 2 * kinds.length);
      kinds = Arrays.copyOf(kinds, length);
      indices = Arrays.copyOf(indices, length);
    }
    if (depth > 0) {
      if (hidden == hiddenNames.length) {
        hiddenNames = Arrays.copyOf(hiddenNames, 2 * hidden);
        hiddenKinds = Arrays.copyOf(hiddenKinds, 2 * hidden);
        hiddenIndices = Arrays.copyOf(hiddenIndices, 2 * hidden);
      }
      hiddenNames[hidden] = name;
      hiddenKinds[hidden] = kinds[name];
      hiddenIndices[hidden] = indices[name];
      hidden++;
    }
    kinds[name] = kind;
    indices[name] = index;
  }

  /** What kind of thing a name stands for; null if it is not bound. */
  @Nullable Kind kind(int name) {
    return name < kinds.length ? kinds[name] : null;
  }

  /** Which one. */
  int index(int name) {
    return indices[name];
  }
}
