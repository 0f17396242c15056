package io.spillway.access.ptx;

import java.util.Arrays;

/**
 * The operands of one instruction, refilled for each. An operand is one value or a vector of them,
 * or an address: then its first element is the base, and has an offset. Each element is a value, a
 * {@link Constant}, or a literal.
 */
final class Operands {

  /** In place of a value: the element is a literal. */
  static final int LITERAL = Integer.MIN_VALUE;

  /** In place of a value: what is written there is dropped. */
  static final int SINK = Integer.MIN_VALUE + 1;

  private static final int USUAL = 16;

  private int[] starts = new int[USUAL];
  private boolean[] addresses = new boolean[USUAL];
  private boolean[] arguments = new boolean[USUAL];
  private int count;

  private int[] values = new int[USUAL];
  private long[] literals = new long[USUAL];
  private int elements;

  void clear() {
    count = 0;
    elements = 0;
  }

  /**
   * Begins an operand, to which the elements added from now on belong.
   *
   * @param address whether it is in brackets
   */
  void begin(boolean address) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      addresses = Arrays.copyOf(addresses, 2 * count);
      arguments = Arrays.copyOf(arguments, 2 * count);
    }
    starts[count] = elements;
    addresses[count] = address;
    arguments[count] = false;
    count++;
  }

  /** The operand begun last is the address of the argument whose number its base is. */
  void markArgument() {
    arguments[count - 1] = true;
  }

  /**
   * Adds an element.
   *
   * @param literal its number, or an address's offset
   */
  void add(int value, long literal) {
    if (elements == values.length) {
      values = Arrays.copyOf(values, 2 * elements);
      literals = Arrays.copyOf(literals, 2 * elements);
    }
    values[elements] = value;
    literals[elements] = literal;
    elements++;
  }

  int count() {
    return count;
  }

  boolean address(int operand) {
    return operand < count && addresses[operand];
  }

  boolean argument(int operand) {
    return operand < count && arguments[operand];
  }

  /** How many elements an operand has. */
  int size(int operand) {
    return (operand + 1 < count ? starts[operand + 1] : elements) - starts[operand];
  }

  /** Whether an element is a literal of the text. */
  boolean literal(int operand, int element) {
    return values[starts[operand] + element] == LITERAL;
  }

  /** The number of a literal; the offset of an address. */
  long number(int operand, int element) {
    return literals[starts[operand] + element];
  }

  /** The value of an element that is none of literal and sink; the number of an argument. */
  int raw(int operand, int element) {
    return values[starts[operand] + element];
  }

  /** An element as the source of a rule. */
  int source(int operand, int element) {
    int value = raw(operand, element);
    return switch (value) {
      case LITERAL -> Constant.of(number(operand, element)).value();
      case SINK -> Constant.UNKNOWN.value();
      default -> value;
    };
  }

  /** Whether an element can be written. */
  boolean writable(int operand, int element) {
    return raw(operand, element) >= 0;
  }
}
