package io.spillway.samples.advise;

import io.spillway.advise.ProposedHint;
import io.spillway.advise.Recommendation;
import io.spillway.advise.Treatment;
import io.spillway.profile.AllocationProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Advice as calls on Spillway's API, for people who want it in their code: a method for each
 * allocation, to be called where its comment says.
 */
final class JavaCalls {

  /** What labels may well be, and identifiers must not. */
  private static final Set<String> KEYWORDS =
      Set.of(
          "abstract",
          "assert",
          "boolean",
          "break",
          "byte",
          "case",
          "catch",
          "char",
          "class",
          "const",
          "continue",
          "default",
          "do",
          "double",
          "else",
          "enum",
          "extends",
          "false",
          "final",
          "finally",
          "float",
          "for",
          "goto",
          "if",
          "implements",
          "import",
          "instanceof",
          "int",
          "interface",
          "long",
          "native",
          "new",
          "null",
          "package",
          "private",
          "protected",
          "public",
          "return",
          "short",
          "spillway",
          "static",
          "strictfp",
          "super",
          "switch",
          "synchronized",
          "this",
          "throw",
          "throws",
          "transient",
          "true",
          "try",
          "void",
          "volatile",
          "while");

  private final Recommendation advice;
  private final Map<Integer, String> names = new HashMap<>();
  private final Set<String> taken = new HashSet<>();

  JavaCalls(Recommendation advice) {
    this.advice = advice;
  }

  String text() {
    StringBuilder text =
        new StringBuilder(
            """
            // import io.spillway.Allocation;
            // import io.spillway.Spillway;
            // import io.spillway.driver.Location;
            // import io.spillway.hint.Hint;
            // import io.spillway.hint.Plan;
            """);
    if (advice.hints().isEmpty() && advice.proposals().isEmpty()) {
      return text.append("// No hints.\n").toString();
    }
    for (Recommendation.Kept kept : advice.hints()) {
      method(text, kept.hint());
    }
    advice.proposals().forEach(hint -> proposal(text, hint));
    return text.toString();
  }

  private void method(StringBuilder text, ProposedHint hint) {
    AllocationProfile allocation = allocation(hint);
    String name = name(hint);
    text.append('\n');
    comment(text, "%s: %s.".formatted(AdviceText.name(advice.profile(), hint), hint.reason()));
    comment(text, when(hint));
    text.append(
        "static void %s(Spillway spillway, Allocation %s) {%n".formatted(method(hint), name));
    if (hint.span().blocks() == allocation.blocks().rows()
        && hint.treatment() != Treatment.PREFER_DEVICE) {
      text.append("  %s.%s();%n".formatted(name, whole(hint.treatment())));
    } else {
      String range =
          "%s.range().slice(%dL, %s)"
              .formatted(
                  name,
                  hint.span().offset(),
                  hint.span().end() == allocation.blocks().rows()
                      ? "%s.bytes() - %dL".formatted(name, hint.span().offset())
                      : hint.span().bytes() + "L");
      text.append("  var range = ").append(range).append(";\n");
      text.append("  spillway.apply(Plan.of(");
      text.append(String.join(", ", hints(hint.treatment()))).append("));\n");
    }
    text.append("}\n");
  }

  private void proposal(StringBuilder text, ProposedHint hint) {
    text.append('\n');
    comment(
        text,
        "Only if nothing else reads it: %s: %s."
            .formatted(AdviceText.name(advice.profile(), hint), hint.reason()));
    text.append("// ").append(name(hint)).append(".discard();\n");
  }

  private static String when(ProposedHint hint) {
    String when =
        switch (hint.treatment()) {
          case READ_MOSTLY -> "Call it once the data is filled";
          case ZERO_COPY, PREFER_DEVICE, DISCARD_AFTER_READ -> "Call it right after allocating";
        };
    return hint.whileLaunches().isEmpty()
        ? when + "."
        : "Call it before the first launch of %s, and take it back when others begin."
            .formatted(String.join(", ", hint.whileLaunches()));
  }

  private static String whole(Treatment treatment) {
    return treatment == Treatment.READ_MOSTLY ? "readMostly" : "zeroCopy";
  }

  private static List<String> hints(Treatment treatment) {
    String device = "spillway.driver().device().location()";
    return switch (treatment) {
      case READ_MOSTLY ->
          List.of("new Hint.Prefer(range, Location.HOST)", "new Hint.ReadMostly(range)");
      case ZERO_COPY ->
          List.of(
              "new Hint.Prefer(range, Location.HOST)",
              "new Hint.AccessedBy(range, " + device + ")");
      case PREFER_DEVICE -> List.of("new Hint.Prefer(range, " + device + ")");
      case DISCARD_AFTER_READ -> List.of("new Hint.Discard(range)");
    };
  }

  /** A comment, a sentence to a line. */
  private static void comment(StringBuilder text, String sentence) {
    text.append("// ").append(sentence.replace('\n', ' ')).append('\n');
  }

  private AllocationProfile allocation(ProposedHint hint) {
    return advice.profile().allocations().get(hint.allocation());
  }

  private String name(ProposedHint hint) {
    return names.computeIfAbsent(
        hint.allocation(),
        index -> {
          String label = advice.profile().allocations().get(index).label();
          return unique(label.isEmpty() ? "allocation" + index : identifier(label));
        });
  }

  private String method(ProposedHint hint) {
    String name = name(hint);
    return unique("advise" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1));
  }

  private String unique(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + i;
    }
    return name;
  }

  /** The label with what no identifier may have left out. */
  private static String identifier(String label) {
    List<String> words = new ArrayList<>();
    for (String word : label.split("[^A-Za-z0-9]+", -1)) {
      if (!word.isEmpty()) {
        words.add(
            words.isEmpty()
                ? word.substring(0, 1).toLowerCase(Locale.ROOT) + word.substring(1)
                : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
      }
    }
    String name = String.join("", words);
    boolean usable = !name.isEmpty() && Character.isLetter(name.charAt(0));
    return usable && !KEYWORDS.contains(name) ? name : "allocation" + name;
  }
}
