package io.spillway.access.ptx;

import java.util.Arrays;

/**
 * Follows values through a kernel until nothing new comes of it.
 *
 * <p>Each rule is applied again when one of its sources has changed. A value changes at most as
 * often as an {@link Origin} has bits, so that the work is linear in the rules.
 */
final class Flow {

  private final LinkedKernel kernel;
  private final Rules rules;
  private final long pointers;
  private final Origins origins;
  private final LocalMemory memory;

  // The rules that read each value: those of value v are uses[useStarts[v]] to before the next.
  private final int[] useStarts;
  private final int[] uses;

  // A ring of rules to apply; each is in it at most once.
  private final int[] queue;
  private final boolean[] queued;
  private int head;
  private int waiting;

  private long steps;

  private final Origin left = new Origin();
  private final Origin right = new Origin();
  private final Origin scratch = new Origin();

  /**
   * A flow that is yet to run.
   *
   * @param pointers the sources that are pointers for certain
   */
  Flow(LinkedKernel kernel, Slots slots, int parameters, long pointers) {
    this.kernel = kernel;
    this.rules = kernel.rules();
    this.pointers = pointers;
    this.origins = new Origins(kernel.values());
    this.useStarts = new int[kernel.values() + 1];
    this.uses = uses();
    this.queue = new int[Math.max(1, rules.size())];
    this.queued = new boolean[rules.size()];
    this.memory = new LocalMemory(origins, kernel.frames(), slots, parameters, this::apply);
    seed();
  }

  private static boolean binary(Rule rule) {
    return switch (rule) {
      case ADD, SUBTRACT, EXCLUSIVE_OR, PRODUCT, PACK, STORE -> true;
      default -> false;
    };
  }

  private int[] uses() {
    int constants = Constant.COUNT;
    for (int i = 0; i < rules.size(); i++) {
      useStarts[rules.first(i) + 1]++;
      if (binary(rules.kind(i))) {
        useStarts[rules.second(i) + 1]++;
      }
    }
    // Constants never change.
    Arrays.fill(useStarts, 0, constants + 1, 0);
    for (int i = 0; i < kernel.values(); i++) {
      useStarts[i + 1] += useStarts[i];
    }
    int[] all = new int[useStarts[kernel.values()]];
    int[] next = useStarts.clone();
    for (int i = 0; i < rules.size(); i++) {
      if (rules.first(i) >= constants) {
        all[next[rules.first(i)]++] = i;
      }
      if (binary(rules.kind(i)) && rules.second(i) >= constants) {
        all[next[rules.second(i)]++] = i;
      }
    }
    return all;
  }

  private void seed() {
    for (Constant each : Constant.values()) {
      left.clear();
      switch (each) {
        case LITERAL -> left.kinds = Origin.LITERAL;
        case NUMBER -> left.kinds = Origin.NUMBER;
        case INDEX -> left.kinds = Origin.INDEX;
        case UNKNOWN -> left.kinds = Origin.UNKNOWN;
        case DRIVER -> left.kinds = Origin.DRIVER;
        case SHARED -> left.whole = Origin.SHARED;
        case MODULE -> left.whole = Origin.MODULE;
        case FRAME -> left.frame = Origin.ANY_FRAME;
      }
      origins.join(LinkedKernel.value(each), left, scratch);
    }
    boolean[] defined = new boolean[kernel.values()];
    for (int i = 0; i < rules.size(); i++) {
      if (rules.target(i) >= 0) {
        defined[rules.target(i)] = true;
      }
    }
    left.clear();
    left.kinds = Origin.UNKNOWN;
    for (int i = Constant.COUNT; i < kernel.values(); i++) {
      if (!defined[i]) {
        origins.join(i, left, scratch);
      }
    }
  }

  /** Runs to the end. */
  void run() {
    for (int i = 0; i < rules.size(); i++) {
      apply(i);
    }
    while (waiting > 0) {
      int rule = queue[head];
      head = head + 1 == queue.length ? 0 : head + 1;
      waiting--;
      queued[rule] = false;
      steps++;
      execute(rule);
    }
  }

  /** The rule will be applied. */
  private void apply(int rule) {
    if (!queued[rule]) {
      queued[rule] = true;
      int tail = head + waiting;
      queue[tail < queue.length ? tail : tail - queue.length] = rule;
      waiting++;
    }
  }

  private void execute(int rule) {
    Rule kind = rules.kind(rule);
    switch (kind) {
      case ADDRESS -> {
        left.clear();
        left.frame = rules.second(rule);
        assign(rule);
      }
      case ESCAPE, POINTER, READ_ANYWHERE, WRITE_ANYWHERE -> {
        // Of interest at the end.
      }
      default -> {
        if (origins.none(rules.first(rule)) || (binary(kind) && origins.none(rules.second(rule)))) {
          return;
        }
        origins.get(rules.first(rule), left);
        compute(kind, rule);
      }
    }
  }

  private void compute(Rule kind, int rule) {
    if (binary(kind)) {
      origins.get(rules.second(rule), right);
    }
    switch (kind) {
      case BLUR -> left.blur();
      case ADD -> left.add(right, pointers);
      case ADD_IMMEDIATE -> left.move(rules.immediate(rule));
      case SUBTRACT -> left.subtract(right, pointers);
      case EXCLUSIVE_OR -> left.exclusiveOr(right);
      case MASK -> left.mask(rules.immediate(rule));
      case SCALE -> left.scale(rules.immediate(rule));
      case PRODUCT -> left.multiply(right);
      case SHRINK -> left.shrink();
      case NARROW -> left.narrow();
      case MANGLE -> left.mangle();
      case PACK -> left.pack(right);
      case PIECE -> left.piece();
      case STORE -> {
        store(rule);
        return;
      }
      case LOAD -> load(rule);
      case REVEAL -> {
        reveal(rule);
        return;
      }
      default -> {
        // COPY: as it is.
      }
    }
    assign(rule);
  }

  /** The target comes from {@code left} as well; says whether that is news. */
  private boolean assign(int rule) {
    int target = rules.target(rule);
    if (left.none() || !origins.join(target, left, scratch)) {
      return false;
    }
    steps += useStarts[target + 1] - useStarts[target];
    for (int i = useStarts[target]; i < useStarts[target + 1]; i++) {
      apply(uses[i]);
    }
    return true;
  }

  /** Adds what can be reached from the address in {@code left}, one step further each time. */
  private void reveal(int rule) {
    origins.get(rules.target(rule), right);
    right.join(left);
    if (right.frame != Origin.NO_FRAME) {
      right.offset = Origin.ANY_OFFSET;
      memory.load(rule, right, Long.BYTES, left);
    }
    if (assign(rule)) {
      apply(rule);
    }
  }

  /** Turns the address in {@code left} into what is there. */
  private void load(int rule) {
    right.set(left);
    right.move(rules.immediate(rule));
    left.clear();
    int width = rules.width(rule);
    if (Access.leavesFrames(rules.space(rule), right)) {
      left.kinds = width >= Long.BYTES ? Origin.UNKNOWN : Origin.INDEX;
    }
    if (Access.entersFrames(rules.space(rule), right)) {
      memory.load(rule, right, width, left);
    }
  }

  private void store(int rule) {
    left.move(rules.immediate(rule));
    if (Access.entersFrames(rules.space(rule), left)) {
      memory.store(left, rules.width(rule), right);
    }
  }

  /** What a value may come from, once this has run. */
  void origin(int value, Origin into) {
    origins.get(value, into);
  }

  /** How often a rule was applied or found to be, as a measure of work. */
  long steps() {
    return steps + memory.steps();
  }
}
