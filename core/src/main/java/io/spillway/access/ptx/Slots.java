package io.spillway.access.ptx;

import java.util.ArrayList;
import java.util.List;

/**
 * A kernel's parameters, cut into what may be an address: eight bytes each. There are as many bits
 * as fit beside {@link Origin#SYMBOLS}; in a kernel with more slots, those of a parameter share a
 * bit, and the last parameters share one.
 */
final class Slots {

  static final int BYTES = Long.BYTES;

  /** How many bits of an {@link Origin} are for slots. */
  private static final int BITS = 61;

  /** A slot that is too small for an address. */
  static final int NONE = -1;

  private final List<FunctionCode.Variable> parameters;
  private final List<Integer> firstBits;
  private final boolean shared;

  Slots(List<FunctionCode.Variable> parameters) {
    this.parameters = parameters;
    int all = parameters.stream().mapToInt(Slots::count).sum();
    shared = all > BITS;
    firstBits = new ArrayList<>();
    int bit = 0;
    for (FunctionCode.Variable each : parameters) {
      firstBits.add(Math.min(bit, BITS - 1));
      bit += shared ? Math.min(1, count(each)) : count(each);
    }
  }

  /** How many slots a parameter has. */
  static int count(FunctionCode.Variable parameter) {
    return parameter.bytes() / BYTES;
  }

  /** The bit of a slot. */
  int bit(int parameter, int slot) {
    return slot < 0 || slot >= count(parameters.get(parameter))
        ? NONE
        : firstBits.get(parameter) + (shared ? 0 : slot);
  }

  /** The bits of all slots of a parameter. */
  long bits(int parameter) {
    long bits = 0;
    for (int i = 0; i < count(parameters.get(parameter)); i++) {
      bits |= 1L << bit(parameter, i);
    }
    return bits;
  }

  /** Whether a part of a parameter is in no slot. */
  boolean smaller(int parameter) {
    return parameters.get(parameter).bytes() % BYTES != 0;
  }

  /** The bits of parameters that say that they are pointers. */
  long pointers() {
    long bits = 0;
    for (int i = 0; i < parameters.size(); i++) {
      bits |= parameters.get(i).pointer() && !shared ? bits(i) : 0;
    }
    return bits;
  }
}
