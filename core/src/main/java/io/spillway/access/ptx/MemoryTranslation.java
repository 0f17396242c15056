package io.spillway.access.ptx;

/** Translates the instructions that access memory. */
final class MemoryTranslation {

  private final Emitter emitter;
  private final CallTranslation calls;
  private Opcode opcode = Opcode.of("");
  private Operands operands = new Operands();

  MemoryTranslation(Emitter emitter, CallTranslation calls) {
    this.emitter = emitter;
    this.calls = calls;
  }

  void translate(Opcode instruction, Operands itsOperands) {
    opcode = instruction;
    operands = itsOperands;
    switch (opcode.form()) {
      case LOAD -> load();
      case STORE -> store(0, 1, operands.count() - 1);
      case ATOMIC -> atomic();
      case REDUCE -> {
        read(0);
        store(0, 1, operands.count() - 1);
      }
      case PREFETCH -> read(0);
      case DISCARD -> overwrite(0);
      case ASYNC_COPY -> asyncCopy();
      case SHARED -> {
        unknownTargets();
        escapeFrom(operands.address(0) ? 0 : 1);
      }
      case TEXTURE -> {
        unknownTargets();
        emitter.effect(Rule.READ_ANYWHERE, Constant.NUMBER.value());
      }
      case SURFACE_READ -> unknownTargets();
      case SURFACE_WRITE -> escapeFrom(0);
      case TENSOR_MAP -> tensorMap();
      case MULTICAST -> multicast();
      default -> throw emitter.unreadable("an instruction that is not known");
    }
  }

  private int width() {
    return Math.max(1, opcode.bits() / Byte.SIZE);
  }

  private void needAddress(int operand) {
    if (!operands.address(operand)) {
      throw emitter.unreadable("no address where one should be");
    }
  }

  private void noArgument(int operand) {
    if (operands.argument(operand)) {
      throw emitter.unreadable("a parameter of a call, used as memory");
    }
  }

  private void load() {
    needAddress(1);
    Space space = opcode.space();
    for (int i = 0; i < operands.size(0); i++) {
      int target = operands.raw(0, i);
      if (operands.argument(1)) {
        calls.readResult(target, operands.raw(1, 0), offset(1, i), width());
      } else if (space == Space.SHARED || space == Space.CONSTANT) {
        emitter.emit(Rule.COPY, target, Emitter.loaded(width()), 0);
      } else {
        emitter.load(target, operands.raw(1, 0), offset(1, i), width(), space);
      }
    }
  }

  private long offset(int operand, int element) {
    return operands.number(operand, 0) + (long) element * width();
  }

  /** Stores the elements of some operands where another says. */
  private void store(int address, int from, int to) {
    needAddress(address);
    Space space = opcode.space();
    for (int i = from; i <= to; i++) {
      for (int j = 0; j < operands.size(i); j++) {
        int source = operands.source(i, j);
        if (operands.argument(address)) {
          calls.setArgument(operands.raw(address, 0), offset(address, j), source, width());
        } else if (space == Space.SHARED) {
          emitter.effect(Rule.ESCAPE, source);
        } else {
          emitter.store(operands.raw(address, 0), offset(address, j), source, width(), space);
        }
      }
    }
  }

  private void atomic() {
    needAddress(1);
    noArgument(1);
    load();
    store(1, 2, operands.count() - 1);
  }

  /** Memory is read where an operand says. */
  private void read(int address) {
    needAddress(address);
    noArgument(address);
    if (opcode.space() != Space.SHARED) {
      readIn(address, opcode.space());
    }
  }

  private void readIn(int address, Space space) {
    emitter.load(Operands.SINK, operands.raw(address, 0), operands.number(address, 0), 1, space);
  }

  /** Memory is written where an operand says, with what was in memory before. */
  private void overwrite(int address) {
    needAddress(address);
    noArgument(address);
    overwriteIn(address, opcode.space());
  }

  private void overwriteIn(int address, Space space) {
    emitter.store(
        operands.raw(address, 0),
        operands.number(address, 0),
        Constant.UNKNOWN.value(),
        Long.BYTES,
        space);
  }

  private void unknownTargets() {
    if (operands.count() > 0 && !operands.address(0)) {
      for (int i = 0; i < operands.size(0); i++) {
        emitter.emit(Rule.COPY, operands.raw(0, i), Constant.UNKNOWN.value(), 0);
      }
    }
  }

  /** Every value from an operand on, but for addresses, is given away. */
  private void escapeFrom(int operand) {
    for (int i = operand; i < operands.count(); i++) {
      for (int j = 0; !operands.address(i) && j < operands.size(i); j++) {
        emitter.effect(Rule.ESCAPE, operands.source(i, j));
      }
    }
  }

  private void asyncCopy() {
    boolean reduces = opcode.has("reduce");
    if (opcode.has("mbarrier") || !operands.address(0)) {
      // Waits, and arrivals at a barrier in shared memory.
      return;
    }
    noArgument(0);
    noArgument(1);
    if (opcode.has("tensor")) {
      // The address is inside a tensor map.
      readIn(0, Space.GENERIC);
      boolean writes = !opcode.has("prefetch") && opcode.space() == Space.GLOBAL;
      if (!writes || reduces) {
        emitter.effect(Rule.READ_ANYWHERE, Constant.NUMBER.value());
      }
      if (writes) {
        emitter.effect(Rule.WRITE_ANYWHERE, Constant.NUMBER.value());
      }
    } else if (opcode.has("prefetch")) {
      readIn(0, Space.GLOBAL);
    } else {
      needAddress(1);
      if (opcode.spaces().size() != 2) {
        throw emitter.unreadable("a copy from and to spaces that are not known");
      }
      if (opcode.spaces().get(0) == Space.GLOBAL) {
        overwriteIn(0, Space.GLOBAL);
        if (reduces) {
          readIn(0, Space.GLOBAL);
        }
      }
      if (opcode.spaces().get(1) == Space.GLOBAL) {
        readIn(1, Space.GLOBAL);
      }
    }
  }

  private void tensorMap() {
    needAddress(0);
    for (int i = 0; i < operands.count(); i++) {
      if (operands.address(i)) {
        noArgument(i);
        readIn(i, Space.GENERIC);
        overwriteIn(i, Space.GENERIC);
      }
    }
    escapeFrom(0);
  }

  /** What is behind such an address has other addresses as well. */
  private void multicast() {
    unknownTargets();
    escapeFrom(operands.address(0) ? 0 : 1);
    for (int i = 0; i < operands.count(); i++) {
      if (operands.address(i)) {
        noArgument(i);
        readIn(i, Space.GLOBAL);
        if (!opcode.has("ld_reduce")) {
          overwriteIn(i, Space.GLOBAL);
        }
      }
    }
    emitter.effect(Rule.READ_ANYWHERE, Constant.NUMBER.value());
    if (!opcode.has("ld_reduce")) {
      emitter.effect(Rule.WRITE_ANYWHERE, Constant.NUMBER.value());
    }
  }
}
