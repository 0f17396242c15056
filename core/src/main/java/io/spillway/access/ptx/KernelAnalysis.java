package io.spillway.access.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Finds out what one kernel of a module does. */
final class KernelAnalysis {

  private final String name;
  private final List<FunctionCode.Variable> parameters;
  private final ModuleCode.Reached reached;
  private long steps;

  KernelAnalysis(ModuleCode module, int kernel, FunctionCode code) {
    this.name = module.names().text(kernel);
    this.parameters = code.parameters();
    this.reached = module.reach(kernel);
  }

  /** The kernel's evidence. */
  KernelEvidence evidence() {
    String opaque = reached.opaque();
    if (opaque != null) {
      return opaque(opaque);
    }
    try {
      return followed(LinkedKernel.of(reached));
    } catch (Unreadable e) {
      return opaque(e.reason());
    }
  }

  private KernelEvidence followed(LinkedKernel kernel) {
    Slots slots = new Slots(parameters);
    long pointers = Origin.SYMBOLS | slots.pointers();
    Effects effects = follow(kernel, slots, pointers);
    // Once more, if what was found out about pointers may help.
    long more = pointers | effects.pointers();
    if (effects.elsewhere() && more != pointers) {
      effects = follow(kernel, slots, more);
    }
    Effects found = effects;
    return evidence(
        null,
        found.writesElsewhere(),
        found.readsElsewhere(),
        (parameter, slot) -> found.word(slot * Slots.BYTES, slots.bit(parameter, slot)));
  }

  private Effects follow(LinkedKernel kernel, Slots slots, long pointers) {
    Flow flow = new Flow(kernel, slots, parameters.size(), pointers);
    flow.run();
    steps += kernel.rules().size() + flow.steps();
    return new Effects(kernel, flow);
  }

  private KernelEvidence opaque(String reason) {
    return evidence(
        reason,
        reason,
        reason,
        (parameter, slot) -> new WordEvidence(slot * Slots.BYTES, ParameterAccess.UNKNOWN, reason));
  }

  private KernelEvidence evidence(
      @Nullable String opaque,
      @Nullable String writes,
      @Nullable String reads,
      BiFunction<Integer, Integer, WordEvidence> word) {
    List<ParameterEvidence> list = new ArrayList<>();
    int offset = 0;
    for (int i = 0; i < parameters.size(); i++) {
      FunctionCode.Variable parameter = parameters.get(i);
      int alignment = Math.max(1, parameter.alignment());
      offset = (offset + alignment - 1) / alignment * alignment;
      List<WordEvidence> words = new ArrayList<>();
      for (int slot = 0; slot < Slots.count(parameter); slot++) {
        words.add(word.apply(i, slot));
      }
      list.add(new ParameterEvidence(i, offset, parameter.bytes(), words));
      offset += parameter.bytes();
    }
    return new KernelEvidence(
        name,
        list,
        Optional.ofNullable(opaque),
        Optional.ofNullable(writes),
        Optional.ofNullable(reads));
  }

  /** How much work it was. */
  long steps() {
    return steps;
  }
}
