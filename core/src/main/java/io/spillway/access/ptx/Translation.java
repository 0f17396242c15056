package io.spillway.access.ptx;

/** Translates instructions into rules, one by one: what moves and computes data, here. */
final class Translation {

  /** The width of an address: modules of 32-bit addresses are not read. */
  private static final int ADDRESS_BITS = 64;

  private final Emitter emitter;
  private final MemoryTranslation memory;
  private final CallTranslation calls;
  private Opcode opcode = Opcode.of("");
  private Operands operands = new Operands();

  Translation(FunctionCode code) {
    this.emitter = new Emitter(code);
    this.calls = new CallTranslation(emitter);
    this.memory = new MemoryTranslation(emitter, calls);
  }

  /** The instruction whose operands are read next. */
  void begin(Opcode instruction, Operands itsOperands, int line) {
    opcode = instruction;
    operands = itsOperands;
    emitter.at(line);
  }

  /** A variable for an argument or a result. */
  int newArgument() {
    return calls.newArgument();
  }

  /** A value that is where a frame of this function begins. */
  int frame(int index) {
    return emitter.frame(index);
  }

  /** A value that is {@code value} and a literal. */
  int sum(int value, long literal) {
    return literal == 0
        ? value
        : emitter.temporary(Rule.ADD_IMMEDIATE, value, Constant.NUMBER.value(), literal);
  }

  /** The value becomes a number. */
  void number(int target) {
    emitter.emit(Rule.COPY, target, Constant.NUMBER.value(), 0);
  }

  void call(int function, String name, CallArguments call) {
    calls.call(function, name, call);
  }

  /** Translates the instruction begun, now that its operands are there. */
  void translate() {
    switch (opcode.form()) {
      case LOAD,
          STORE,
          ATOMIC,
          REDUCE,
          PREFETCH,
          DISCARD,
          ASYNC_COPY,
          SHARED,
          TEXTURE,
          SURFACE_READ,
          SURFACE_WRITE,
          TENSOR_MAP,
          MULTICAST ->
          memory.translate(opcode, operands);
      case NUMBER -> numbers();
      case STACK_ALLOCATION -> {
        need(1);
        // Somewhere in a frame of its own.
        int frame = emitter.frame(emitter.code().newFrame());
        emitter.emit(Rule.ADD, target(), frame, Constant.NUMBER.value());
      }
      default -> {
        need(2);
        computation();
      }
    }
  }

  private void computation() {
    if (opcode.has("pred")) {
      numbers();
      return;
    }
    switch (opcode.form()) {
      case MOVE -> move();
      case COPY -> toAll(Rule.COPY, 1, 1);
      case CONVERT_ADDRESS -> convertAddress();
      case CONVERT -> convert();
      case ADD -> add(source(1), 2);
      case SUBTRACT -> subtract();
      case MULTIPLY -> multiply(target());
      case MULTIPLY_ADD -> multiplyAdd();
      case SHIFT_LEFT -> shiftLeft();
      case SHIFT_RIGHT -> shiftRight();
      case DIVIDE -> wide(Rule.SHRINK);
      case REMAINDER -> wide(Rule.NARROW);
      case AND -> and();
      case OR -> integer(Rule.ADD);
      case EXCLUSIVE_OR -> integer(Rule.EXCLUSIVE_OR);
      case SELECT -> toAll(Rule.COPY, 1, 2);
      case MINIMUM -> wide(Rule.COPY);
      case COMPUTE -> compute();
      default -> throw emitter.unreadable("an instruction that is not known");
    }
  }

  private void need(int count) {
    if (operands.count() < count) {
      throw emitter.unreadable(
          "%d operands where there should be %d".formatted(operands.count(), count));
    }
    for (int i = 0; i < operands.count(); i++) {
      if (operands.address(i)) {
        throw emitter.unreadable("an address where none should be");
      }
    }
  }

  private int target() {
    return operands.size(0) == 1 ? operands.raw(0, 0) : Operands.SINK;
  }

  private int source(int operand) {
    if (operands.size(operand) != 1) {
      throw emitter.unreadable("a vector where none should be");
    }
    return operands.source(operand, 0);
  }

  private boolean literal(int operand) {
    return operands.size(operand) == 1 && operands.literal(operand, 0);
  }

  private long literalOf(int operand) {
    return operands.number(operand, 0);
  }

  private void numbers() {
    for (int i = 0; i < (operands.count() == 0 ? 0 : operands.size(0)); i++) {
      number(operands.raw(0, i));
    }
  }

  /** Applies a rule from every element of some operands to every element of the first. */
  private void toAll(Rule rule, int from, int to) {
    int targets = operands.size(0);
    // By way of one value, or vectors would cost the product of their lengths.
    int hub = targets == 1 ? operands.raw(0, 0) : emitter.code().newValue();
    for (int i = from; i <= Math.min(to, operands.count() - 1); i++) {
      for (int j = 0; j < operands.size(i); j++) {
        emitter.emit(rule, hub, operands.source(i, j), 0);
      }
    }
    for (int i = 0; targets > 1 && i < targets; i++) {
      emitter.emit(Rule.COPY, operands.raw(0, i), hub, 0);
    }
  }

  /** Any computation from all sources. */
  private void compute() {
    toAll(opcode.narrow() ? Rule.NARROW : Rule.MANGLE, 1, operands.count() - 1);
  }

  /** One of integers of 64 bits with a rule of its own for each source; others are any. */
  private void wide(Rule rule) {
    if (integers()) {
      toAll(rule, 1, 2);
    } else {
      compute();
    }
  }

  /** One of integers of 64 bits with a rule for both sources together; others are any. */
  private void integer(Rule rule) {
    if (integers()) {
      emitter.emit(rule, target(), source(1), source(2));
    } else {
      compute();
    }
  }

  private boolean integers() {
    boolean integers = opcode.bits() == ADDRESS_BITS && !opcode.real();
    if (integers && operands.count() < 3) {
      throw emitter.unreadable("an operand is missing");
    }
    return integers;
  }

  private void move() {
    int to = operands.size(0);
    int from = operands.size(1);
    if (to == 1 && from == 2 && opcode.bits() == ADDRESS_BITS) {
      emitter.emit(Rule.PACK, target(), operands.source(1, 0), operands.source(1, 1));
    } else if (from == 1 && to == 2 && opcode.bits() == ADDRESS_BITS) {
      toAll(Rule.PIECE, 1, 1);
    } else if (to == from || (opcode.bits() > ADDRESS_BITS && Math.max(to, from) == 2)) {
      // The elements of a vector are not told apart.
      toAll(Rule.COPY, 1, 1);
    } else {
      compute();
    }
  }

  private void convertAddress() {
    boolean toSpace = opcode.has("to");
    if (!toSpace && opcode.space() == Space.SHARED) {
      // Whatever it was made of: at times, a number of 32 bits.
      emitter.emit(Rule.COPY, target(), Constant.SHARED.value(), 0);
    } else {
      toAll(Rule.COPY, 1, 1);
    }
    if (toSpace) {
      emitter.effect(Rule.POINTER, source(1));
    }
  }

  private void convert() {
    boolean narrow = opcode.narrow() || opcode.sourceBits() <= Integer.SIZE;
    boolean real = opcode.real() || opcode.has("f64");
    toAll(narrow ? Rule.NARROW : real ? Rule.MANGLE : Rule.COPY, 1, operands.count() - 1);
  }

  /** The sum of {@code left} and an operand. */
  private void add(int left, int operand) {
    if ((opcode.bits() != ADDRESS_BITS && !opcode.has("wide")) || opcode.real()) {
      compute();
      return;
    }
    if (operands.count() <= operand) {
      throw emitter.unreadable("an operand is missing");
    }
    if (literal(operand) && Constant.small(literalOf(operand))) {
      emitter.emit(Rule.ADD_IMMEDIATE, target(), left, Constant.NUMBER.value(), literalOf(operand));
    } else if (operand == 2 && literal(1) && Constant.small(literalOf(1))) {
      emitter.emit(Rule.ADD_IMMEDIATE, target(), source(2), Constant.NUMBER.value(), literalOf(1));
    } else {
      emitter.emit(Rule.ADD, target(), left, source(operand));
    }
  }

  private void subtract() {
    if (!integers()) {
      compute();
    } else if (literal(2) && Constant.small(literalOf(2))) {
      emitter.emit(Rule.ADD_IMMEDIATE, target(), source(1), Constant.NUMBER.value(), -literalOf(2));
    } else {
      emitter.emit(Rule.SUBTRACT, target(), source(1), source(2));
    }
  }

  private void multiplyAdd() {
    if (operands.count() < 4) {
      throw emitter.unreadable("an operand is missing");
    }
    boolean wide = opcode.has("wide") && opcode.bits() == Integer.SIZE;
    if (!wide && (opcode.bits() != ADDRESS_BITS || opcode.real())) {
      compute();
      return;
    }
    int product = emitter.code().newValue();
    multiply(product);
    add(product, 3);
  }

  private void multiply(int target) {
    boolean wide = opcode.has("wide") && opcode.bits() == Integer.SIZE;
    if (!wide && (!integers() || opcode.has("hi"))) {
      compute(target);
    } else if (literal(1) && literal(2)) {
      emitter.emit(Rule.COPY, target, Constant.NUMBER.value(), 0);
    } else if (literal(1) || literal(2)) {
      int variable = literal(1) ? 2 : 1;
      emitter.emit(Rule.SCALE, target, factor(variable, wide), 0, literalOf(3 - variable));
    } else {
      emitter.emit(Rule.PRODUCT, target, factor(1, wide), factor(2, wide));
    }
  }

  /** A factor; of a product of 64 bits from 32, it is of 32 bits itself. */
  private int factor(int operand, boolean wide) {
    return wide
        ? emitter.temporary(Rule.NARROW, source(operand), Constant.NUMBER.value(), 0)
        : source(operand);
  }

  private void compute(int target) {
    for (int i = 1; i <= 2; i++) {
      emitter.emit(opcode.narrow() ? Rule.NARROW : Rule.MANGLE, target, source(i), 0);
    }
  }

  private void shiftLeft() {
    if (!integers()) {
      compute();
    } else if (literal(2) && literalOf(2) >= 0) {
      long factor = literalOf(2) < ADDRESS_BITS - 1 ? 1L << literalOf(2) : Long.MAX_VALUE;
      emitter.emit(Rule.SCALE, target(), source(1), 0, factor);
    } else {
      toAll(Rule.MANGLE, 1, 2);
    }
  }

  private void shiftRight() {
    if (!integers()) {
      compute();
    } else {
      boolean half = literal(2) && literalOf(2) >= Integer.SIZE;
      toAll(half ? Rule.NARROW : Rule.SHRINK, 1, 1);
    }
  }

  private void and() {
    if (!integers()) {
      compute();
    } else if (literal(1) || literal(2)) {
      int variable = literal(1) ? 2 : 1;
      emitter.emit(Rule.MASK, target(), source(variable), 0, literalOf(3 - variable));
    } else {
      toAll(Rule.BLUR, 1, 2);
    }
  }
}
