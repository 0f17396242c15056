package io.spillway.access.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;

/** What is said of random programs holds whenever they are run. */
class SoundnessProperties {

  /** Runs of a program, each on memory of its own. */
  private static final int RUNS = 4;

  @Property(tries = 4000, shrinking = ShrinkingMode.OFF)
  void nothingIsSaidThatARunContradicts(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomProgram program = new RandomProgram(random);
    PtxModule module = PtxModule.parse(program.toString());
    assertThat(module.opaque()).as("%s", program).isEmpty();
    KernelEvidence evidence = module.kernel(RandomProgram.KERNEL).orElseThrow();
    assertThat(evidence.opaque()).as("%s", program).isEmpty();
    for (int i = 0; i < RUNS; i++) {
      Statistics.label("runs").collect(check(program, evidence, random) ? "valid" : "void");
    }
    for (int i = 0; i < program.parameters().size(); i++) {
      if (program.parameters().get(i) == RandomProgram.Parameter.POINTER) {
        Statistics.label("said").collect(evidence.at(i, 0));
      }
    }
    // What is never said, or never run, is not tested.
    Statistics.label("runs").coverage(runs -> runs.check("valid").percentage(each -> each > 30));
    Statistics.label("said")
        .coverage(
            said -> {
              said.check(ParameterAccess.READ_ONLY).percentage(each -> each > 5);
              said.check(ParameterAccess.WRITE_ONLY).percentage(each -> each > 2);
            });
  }

  /** Runs it once; says whether that proves something. */
  private static boolean check(
      RandomProgram program, KernelEvidence evidence, SplittableRandom random) {
    Machine machine = new Machine(random);
    Map<String, Integer> variables =
        Map.of(
            "depot", machine.allocate(Machine.Kind.OWN),
            "tile", machine.allocate(Machine.Kind.OWN),
            "table", machine.allocate(Machine.Kind.OWN));
    int hidden = machine.allocate(Machine.Kind.HIDDEN);
    Map<String, Value> arguments = new HashMap<>();
    int[] allocations = new int[program.parameters().size()];
    for (int i = 0; i < allocations.length; i++) {
      allocations[i] =
          program.parameters().get(i) == RandomProgram.Parameter.POINTER
              ? machine.allocate(Machine.Kind.ARGUMENT)
              : Value.NONE;
    }
    for (int i = 0; i < allocations.length; i++) {
      arguments.put("k_param_" + i, argument(program, machine, random, i, allocations[i], hidden));
    }
    for (int i = 0; i < machine.all().size(); i++) {
      if (machine.get(i).kind != Machine.Kind.OWN) {
        machine.fill(i, random.nextBoolean());
      }
    }
    Interpreter interpreter =
        new Interpreter(program.toString(), machine, variables, random.split());
    interpreter.run(RandomProgram.KERNEL, arguments);
    if (interpreter.isVoid()) {
      return false;
    }
    for (int i = 0; i < allocations.length; i++) {
      if (allocations[i] != Value.NONE) {
        compare(program, evidence, i, machine.get(allocations[i]));
      }
    }
    Machine.Allocation elsewhere = machine.get(hidden);
    assertThat(elsewhere.written && evidence.writesElsewhere().isEmpty())
        .as("writes elsewhere%n%s", program)
        .isFalse();
    assertThat(elsewhere.read && evidence.readsElsewhere().isEmpty())
        .as("reads elsewhere%n%s", program)
        .isFalse();
    return true;
  }

  private static Value argument(
      RandomProgram program,
      Machine machine,
      SplittableRandom random,
      int index,
      int allocation,
      int hidden) {
    long target = machine.get(hidden).address;
    return switch (program.parameters().get(index)) {
      case POINTER -> Value.of(machine.get(allocation).address, allocation, Value.POINTER);
      case INTEGER -> Value.of(8L * random.nextInt(4), Value.NONE, Value.INTEGER);
      case COMPRESSED -> Value.of(target >>> 8, Value.NONE, Value.HIDDEN);
      case LOW_HALF -> Machine.half(Value.of(target, Value.NONE, Value.HIDDEN), 0);
      case HIGH_HALF -> Machine.half(Value.of(target, Value.NONE, Value.HIDDEN), 1);
    };
  }

  private static void compare(
      RandomProgram program, KernelEvidence evidence, int parameter, Machine.Allocation happened) {
    ParameterAccess said = evidence.at(parameter, 0);
    boolean mayRead = said != ParameterAccess.NOT_ACCESSED && said != ParameterAccess.WRITE_ONLY;
    boolean mayWrite = said != ParameterAccess.NOT_ACCESSED && said != ParameterAccess.READ_ONLY;
    assertThat((happened.written && !mayWrite) || (happened.read && !mayRead))
        .as(
            "parameter %d: %s is said, read %s, written %s%n%s",
            parameter, said, happened.read, happened.written, program)
        .isFalse();
  }
}
