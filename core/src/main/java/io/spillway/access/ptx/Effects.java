package io.spillway.access.ptx;

import org.jspecify.annotations.Nullable;

/** What a kernel does to memory, once values have been followed through it. */
final class Effects {

  /** No line: it does not happen. */
  private static final int NEVER = 0;

  private final Rules rules;
  private final Flow flow;

  // The first lines that read, write, or give away what each bit stands for.
  private final int[] reads = new int[Long.SIZE];
  private final int[] writes = new int[Long.SIZE];
  private final int[] escapes = new int[Long.SIZE];
  private int readsElsewhere;
  private int writesElsewhere;

  // Sources that are pointers, since they are used as such alone.
  private long pointers;

  private final Origin address = new Origin();
  private final Origin content = new Origin();

  Effects(LinkedKernel kernel, Flow flow) {
    this.rules = kernel.rules();
    this.flow = flow;
    for (int i = 0; i < rules.size(); i++) {
      note(i);
    }
  }

  private void note(int rule) {
    int line = rules.line(rule);
    switch (rules.kind(rule)) {
      case LOAD -> {
        if (leaves(rule)) {
          mark(reads, address.whole | address.part, line);
          readsElsewhere = earlier(readsElsewhere, Access.anywhere(address) ? line : NEVER);
        }
      }
      case STORE -> {
        if (leaves(rule)) {
          mark(writes, address.whole | address.part, line);
          writesElsewhere = earlier(writesElsewhere, Access.anywhere(address) ? line : NEVER);
          escape(rules.second(rule), line);
        }
      }
      case ESCAPE -> escape(rules.first(rule), line);
      case REVEAL -> escape(rules.target(rule), line);
      case POINTER -> {
        flow.origin(rules.first(rule), address);
        notePointer();
      }
      case READ_ANYWHERE -> readsElsewhere = earlier(readsElsewhere, line);
      case WRITE_ANYWHERE -> writesElsewhere = earlier(writesElsewhere, line);
      default -> {
        // Moves values only.
      }
    }
  }

  /** Whether a rule may access memory that others see; its address is at hand then. */
  private boolean leaves(int rule) {
    flow.origin(rules.first(rule), address);
    address.move(rules.immediate(rule));
    boolean leaves = Access.leavesFrames(rules.space(rule), address);
    if (leaves) {
      notePointer();
    }
    return leaves;
  }

  private void notePointer() {
    boolean alone =
        address.kinds == 0 && address.frame == Origin.NO_FRAME && Long.bitCount(address.whole) == 1;
    pointers |= alone ? address.whole : 0;
  }

  private void escape(int value, int line) {
    flow.origin(value, content);
    mark(escapes, content.whole | content.part, line);
  }

  private static void mark(int[] lines, long bits, int line) {
    for (long rest = bits & ~Origin.SYMBOLS; rest != 0; rest &= rest - 1) {
      int bit = Long.numberOfTrailingZeros(rest);
      lines[bit] = earlier(lines[bit], line);
    }
  }

  private static int earlier(int first, int second) {
    return first == NEVER ? second : second == NEVER ? first : Math.min(first, second);
  }

  /** Sources that some instruction uses as an address, with nothing else that may be one. */
  long pointers() {
    return pointers;
  }

  /** Whether an address was found that may be anywhere. */
  boolean elsewhere() {
    return readsElsewhere != NEVER || writesElsewhere != NEVER;
  }

  @Nullable String writesElsewhere() {
    return writesElsewhere == NEVER
        ? null
        : "line %d may write through an address of unknown origin".formatted(writesElsewhere);
  }

  @Nullable String readsElsewhere() {
    return readsElsewhere == NEVER
        ? null
        : "line %d may read through an address of unknown origin".formatted(readsElsewhere);
  }

  /** What is done with the memory behind a word whose bit is {@code bit}. */
  WordEvidence word(int offset, int bit) {
    if (writesElsewhere != NEVER) {
      return new WordEvidence(
          offset, ParameterAccess.UNKNOWN, String.valueOf(writesElsewhere()) + ", perhaps into it");
    }
    if (escapes[bit] != NEVER) {
      return new WordEvidence(
          offset, ParameterAccess.UNKNOWN, "line %d gives it away".formatted(escapes[bit]));
    }
    boolean read = reads[bit] != NEVER || readsElsewhere != NEVER;
    if (writes[bit] != NEVER) {
      String how = read ? "it may be read as well" : "and it is never read";
      return new WordEvidence(
          offset,
          read ? ParameterAccess.READ_WRITE : ParameterAccess.WRITE_ONLY,
          "line %d writes it, %s".formatted(writes[bit], how));
    }
    if (!read) {
      return new WordEvidence(
          offset, ParameterAccess.NOT_ACCESSED, "nothing is read or written through it");
    }
    int line = reads[bit] == NEVER ? readsElsewhere : reads[bit];
    return new WordEvidence(
        offset,
        ParameterAccess.READ_ONLY,
        "nothing is written through it; line %d reads".formatted(line));
  }
}
