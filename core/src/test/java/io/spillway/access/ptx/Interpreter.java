package io.spillway.access.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the little of PTX that {@link RandomProgram} writes, one instruction a line, and notes which
 * allocations are read and written. It shares nothing with the analysis.
 *
 * <p>A program may do what the analysis takes for granted that none does. Then the run proves
 * nothing, and is void.
 */
final class Interpreter {

  private static final Pattern LINE =
      Pattern.compile("(?:@(!?)(%p\\d+) )?([a-z][\\w.:]*)(?: (.*))?;");
  private static final Pattern ADDRESS = Pattern.compile("\\[([%\\w]+)(?:\\+(-?\\d+))?]");
  private static final Pattern PLACES = Pattern.compile("\\{[^}]*}|\\[[^]]*]|\\([^)]*\\)|[^,\\s]+");

  /** More steps than any program without an error takes. */
  private static final int MOST_STEPS = 5000;

  private final Map<String, List<String>> functions = new HashMap<>();
  private final Machine machine;
  private final SplittableRandom random;
  private final Map<String, Integer> variables;
  private boolean isVoid;
  private int steps;

  /** Ends a run, as a fault does. */
  private static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * An interpreter.
   *
   * @param variables the allocations that variables of the program stand for
   */
  Interpreter(
      String program, Machine machine, Map<String, Integer> variables, SplittableRandom random) {
    this.machine = machine;
    this.variables = variables;
    this.random = random;
    List<String> body = new ArrayList<>();
    for (String line : program.lines().toList()) {
      Matcher header = Pattern.compile("\\.(?:visible \\.entry|func).* (\\w+)\\(.*").matcher(line);
      if (header.matches()) {
        body = new ArrayList<>();
        functions.put(header.group(1), body);
      } else if (!line.isBlank() && !line.startsWith(".") && !line.matches("[{}()]")) {
        body.add(line.strip());
      }
    }
  }

  /** Whether the run proves nothing. */
  boolean isVoid() {
    return isVoid;
  }

  /** Runs a function with parameters by name, until it returns or faults. */
  void run(String function, Map<String, Value> parameters) {
    try {
      call(function, parameters);
    } catch (Fault e) {
      // What was done before was done.
    }
  }

  private Map<String, Value> call(String function, Map<String, Value> parameters) {
    Map<String, Value> registers = new HashMap<>(parameters);
    List<String> body = functions.get(function);
    int next = 0;
    while (next < body.size()) {
      if (++steps > MOST_STEPS) {
        throw new Fault("too long");
      }
      String line = body.get(next++);
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        continue;
      }
      boolean taken =
          matcher.group(2) == null
              || (registers.get(matcher.group(2)).bits() != 0) != matcher.group(1).equals("!");
      String operation = matcher.group(3);
      List<String> operands = new ArrayList<>();
      Matcher each = PLACES.matcher(matcher.group(4) == null ? "" : matcher.group(4));
      while (each.find()) {
        operands.add(each.group());
      }
      checkAddresses(operation, operands, registers);
      if (taken && operation.startsWith("bra")) {
        next = body.indexOf(operands.getFirst() + ":");
      } else if (taken && !operation.equals("ret")) {
        execute(operation, operands, registers);
      }
    }
    return registers;
  }

  /** An instruction that uses a number as an address makes the run void, executed or not. */
  private void checkAddresses(
      String operation, List<String> operands, Map<String, Value> registers) {
    for (String operand : operands) {
      Matcher address = ADDRESS.matcher(operand);
      if (address.matches() && registers.containsKey(address.group(1))) {
        Value base = registers.get(address.group(1));
        isVoid |= base.has(Value.INTEGER) && !base.has(Value.POINTER | Value.HIDDEN);
      }
    }
    if (operation.startsWith("cvta.to")) {
      isVoid |= value(operands.get(1), registers).object() == Value.NONE;
    }
  }

  private Value value(String operand, Map<String, Value> registers) {
    if (registers.containsKey(operand)) {
      return registers.get(operand);
    }
    if (variables.containsKey(operand)) {
      int allocation = variables.get(operand);
      return Value.of(machine.get(allocation).address, allocation, Value.POINTER);
    }
    if (operand.startsWith("%tid")) {
      return Value.number(random.nextInt(4));
    }
    return Value.number(Long.parseLong(operand));
  }

  private void execute(String operation, List<String> operands, Map<String, Value> registers) {
    if (operation.startsWith("ld.param")) {
      Matcher place = ADDRESS.matcher(operands.get(1));
      place.matches();
      registers.put(operands.getFirst(), registers.get(place.group(1)));
    } else if (operation.startsWith("st.param")) {
      Matcher place = ADDRESS.matcher(operands.getFirst());
      place.matches();
      registers.put(place.group(1), value(operands.get(1), registers));
    } else if (operation.startsWith("call")) {
      callFunction(operands, registers);
    } else if (operation.startsWith("ld.")) {
      load(operation, operands, registers);
    } else if (operation.startsWith("st.")) {
      store(operation, operands.getFirst(), operands.get(1), registers);
    } else if (operation.startsWith("atom")) {
      load(operation, operands, registers);
      store(operation, operands.get(1), operands.get(2), registers);
    } else if (operation.equals("mov.b64") && operands.getFirst().startsWith("{")) {
      List<String> halves = elements(operands.getFirst());
      Value whole = value(operands.get(1), registers);
      registers.put(halves.get(0), Machine.half(whole, 0));
      registers.put(halves.get(1), Machine.half(whole, 1));
    } else if (operation.equals("mov.b64") && operands.get(1).startsWith("{")) {
      List<String> halves = elements(operands.get(1));
      registers.put(
          operands.getFirst(),
          Machine.join(value(halves.get(0), registers), value(halves.get(1), registers)));
    } else {
      List<Value> sources = new ArrayList<>();
      for (String operand : operands.subList(1, operands.size())) {
        sources.add(value(operand, registers));
      }
      Value result = compute(operation, sources);
      registers.put(
          operands.getFirst(),
          operation.equals("add.u32") || operation.equals("shl.b32") ? low(result) : result);
    }
  }

  private static Value low(Value value) {
    return new Value(
            value.bits() & 0xFFFF_FFFFL, Value.NONE, value.taint(), value.bits(), Value.NONE)
        .crushed();
  }

  private static List<String> elements(String vector) {
    return List.of(vector.substring(1, vector.length() - 1).split(",\\s*", -1));
  }

  private void callFunction(List<String> operands, Map<String, Value> registers) {
    List<String> results = elements(operands.get(0));
    List<String> arguments = elements(operands.get(2));
    String function = operands.get(1);
    Map<String, Value> parameters = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      parameters.put(function + "_" + i, registers.get(arguments.get(i)));
    }
    Map<String, Value> after = call(function, parameters);
    registers.put(results.getFirst(), after.getOrDefault(function + "_result", Value.number(0)));
  }

  /** Where an operand points; a fault if there is nothing. */
  private long locate(String operand, Map<String, Value> registers, int bytes, boolean write) {
    Matcher matcher = ADDRESS.matcher(operand);
    matcher.matches();
    Value base = value(matcher.group(1), registers);
    long address = base.bits() + (matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2)));
    isVoid |= base.object() == Value.NONE && base.has(Value.CRUSHED);
    int found = machine.find(address);
    if (found == Value.NONE || address % bytes != 0) {
      throw new Fault("no memory");
    }
    isVoid |= base.object() != Value.NONE && base.object() != found;
    Machine.Allocation allocation = machine.get(found);
    allocation.read |= !write;
    allocation.written |= write;
    return address;
  }

  private static int bytes(String operation) {
    return operation.endsWith("64") ? 8 : 4;
  }

  private boolean own(long address) {
    return address >= 0 && machine.get(machine.find(address)).kind == Machine.Kind.OWN;
  }

  private void load(String operation, List<String> operands, Map<String, Value> registers) {
    List<String> targets =
        operands.getFirst().startsWith("{")
            ? elements(operands.getFirst())
            : List.of(operands.getFirst());
    int bytes = bytes(operation);
    long address = locate(operands.get(1), registers, bytes * targets.size(), false);
    boolean followed = own(address) && !operation.contains("shared") && local(address);
    for (String target : targets) {
      // What a local variable holds before it is written is undefined.
      isVoid |= followed && !machine.holds(address, bytes);
      Value loaded = machine.get(address, bytes);
      // What memory that others see held is not known to be of any parameter.
      int taint =
          loaded.has(Value.POINTER)
              ? (loaded.taint() & ~Value.POINTER) | Value.HIDDEN
              : loaded.taint();
      registers.put(
          target,
          followed
              ? loaded
              : new Value(loaded.bits(), Value.NONE, taint, loaded.source(), loaded.half()));
      address += bytes;
    }
  }

  private boolean local(long address) {
    return variables.get("depot") == machine.find(address);
  }

  private void store(String operation, String place, String content, Map<String, Value> registers) {
    int bytes = bytes(operation);
    long address = locate(place, registers, bytes, true);
    machine.put(address, value(content, registers), bytes);
  }

  private Value compute(String operation, List<Value> in) {
    Value a = in.getFirst();
    Value b = in.size() > 1 ? in.get(1) : Value.number(0);
    int taint = a.taint() | b.taint();
    return switch (operation.replaceFirst("\\.[subf]\\d+$", "")) {
      case "mov", "cvta.to.global", "cvta.local", "cvta.shared" -> a;
      case "add", "or" ->
          sum(a, b, operation.startsWith("or") ? a.bits() | b.bits() : a.bits() + b.bits());
      case "sub" -> Value.of(a.bits() - b.bits(), b.addressed() ? Value.NONE : a.object(), taint);
      case "mad.lo" -> sum(product(a, b), in.get(2), a.bits() * b.bits() + in.get(2).bits());
      case "mul.lo" -> product(a, b);
      case "shl" -> Value.of(a.bits() << b.bits(), Value.NONE, a.taint());
      case "shr" -> Value.of(a.bits() >>> b.bits(), Value.NONE, a.taint());
      case "and" -> masked(a, b);
      case "xor" -> Value.of(a.bits() ^ b.bits(), Value.NONE, taint);
      case "not" -> Value.of(~a.bits(), Value.NONE, taint);
      case "neg" -> Value.of(-a.bits(), Value.NONE, taint);
      case "rem" -> Value.of(b.bits() == 0 ? 0 : a.bits() % b.bits(), Value.NONE, taint).crushed();
      case "min" -> a.bits() <= b.bits() ? a : b;
      case "max" -> a.bits() >= b.bits() ? a : b;
      case "selp" -> in.get(2).bits() != 0 ? a : b;
      case "setp.lt", "setp.lt.u64" -> Value.number(a.bits() < b.bits() ? 1 : 0);
      case "cvt.u32" -> Value.of(a.bits() & 0xFFFF_FFFFL, Value.NONE, a.taint()).crushed();
      case "cvt.u64" -> Value.of(a.bits() & 0xFFFF_FFFFL, Value.NONE, a.taint()).crushed();
      case "mul.wide" ->
          Value.of((a.bits() & 0xFFFF_FFFFL) * b.bits(), Value.NONE, a.taint()).crushed();
      default -> throw new AssertionError("the interpreter lacks " + operation);
    };
  }

  private static Value masked(Value a, Value b) {
    long bits = a.bits() & b.bits();
    // A mask of low bits leaves no address; one of high bits leaves it where it was.
    return b.bits() > 0
        ? Value.of(bits, Value.NONE, a.taint() | b.taint()).crushed()
        : Value.of(bits, a.object(), a.taint() | b.taint());
  }

  private static Value product(Value a, Value b) {
    return Value.of(a.bits() * b.bits(), Value.NONE, a.taint() | b.taint()).crushed();
  }

  /** A pointer and what is added to it; adding an address from memory to it makes the run void. */
  private Value sum(Value a, Value b, long bits) {
    isVoid |= a.object() != Value.NONE && b.has(Value.HIDDEN) && b.addressed();
    isVoid |= b.object() != Value.NONE && a.has(Value.HIDDEN) && a.addressed();
    int object =
        a.object() != Value.NONE && !b.addressed()
            ? a.object()
            : b.object() != Value.NONE && !a.addressed() ? b.object() : Value.NONE;
    return Value.of(bits, object, a.taint() | b.taint());
  }
}
