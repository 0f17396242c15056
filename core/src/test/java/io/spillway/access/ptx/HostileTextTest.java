package io.spillway.access.ptx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No input makes it fail, and none makes it slow: work is counted, not timed. */
class HostileTextTest {

  private static final String HEADER = ".version 9.0\n.target sm_90\n.address_size 64\n";

  /** Steps a byte of text may cost: five passes over an origin's bits, for the worst programs. */
  private static final int MOST_STEPS_A_BYTE = 300;

  /** Characters that mean something. */
  private static final String MARKS = " ;,{}[]()@:|!+-.%_$\"#/*\0\n0x";

  /** Families of texts that no driver would take. */
  private static final Set<String> GIVEN_UP = Set.of("one argument for many calls", "one word");

  private static final List<byte[]> TEXTS =
      Corpus.LEVELS.stream()
          .flatMap(level -> Corpus.texts("compute_75", level).values().stream())
          .toList();

  /** Reads it and asks for everything; says what it cost. */
  private static long examine(byte[] text) {
    PtxModule module = PtxModule.parse(text);
    if (module.opaque().isPresent()) {
      assertThat(module.kernels()).isEmpty();
    }
    for (String kernel : module.kernels()) {
      KernelEvidence evidence = module.kernel(kernel).orElseThrow();
      assertThat(evidence.name()).isEqualTo(kernel);
      if (evidence.opaque().isPresent()) {
        assertThat(evidence.parameters())
            .allSatisfy(each -> assertThat(each.words()).allMatch(HostileTextTest::unknown));
      }
    }
    return module.steps();
  }

  private static boolean followed(KernelEvidence evidence) {
    return evidence.opaque().isEmpty();
  }

  private static boolean unknown(WordEvidence word) {
    return word.access() == ParameterAccess.UNKNOWN;
  }

  @Property(tries = 2000)
  void anyBytesAreOpaqueOrUnderstood(@ForAll @Size(max = 400) byte[] bytes) {
    assertThat(examine(bytes)).isLessThanOrEqualTo(MOST_STEPS_A_BYTE * (bytes.length + 1L));
    byte[] body =
        (HEADER + ".entry k(.param .u64 a) {" + new String(bytes, ISO_8859_1)).getBytes(ISO_8859_1);
    assertThat(examine(body)).isLessThanOrEqualTo(MOST_STEPS_A_BYTE * (body.length + 1L));
  }

  @Property(tries = 600, shrinking = ShrinkingMode.OFF)
  void changedTextsAreOpaqueOrUnderstood(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] text = TEXTS.get(random.nextInt(TEXTS.size())).clone();
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      text = changed(text, random);
    }
    assertThat(examine(text)).isLessThanOrEqualTo(MOST_STEPS_A_BYTE * (text.length + 1L));
  }

  @Test
  @EnabledIfSystemProperty(
      named = "spillway.fuzz.seconds",
      matches = "[1-9][0-9]*",
      disabledReason = "the long fuzz runs with -Dspillway.fuzz.seconds=300")
  void changedTextsForAWhile() {
    long nanos = Long.getLong("spillway.fuzz.seconds") * 1_000_000_000L;
    long start = System.nanoTime();
    long texts = 0;
    long readable = 0;
    while (System.nanoTime() - start < nanos) {
      SplittableRandom random = new SplittableRandom(texts);
      byte[] text = TEXTS.get(random.nextInt(TEXTS.size()));
      for (int left = 1 + random.nextInt(8); left > 0; left--) {
        text = changed(text, random);
      }
      assertThat(examine(text))
          .as("seed %d", texts)
          .isLessThanOrEqualTo(MOST_STEPS_A_BYTE * (text.length + 1L));
      texts++;
      readable += PtxModule.parse(text).opaque().isEmpty() ? 1 : 0;
    }
    System.out.printf(
        "%d changed texts in %d s, %d of them still understood%n",
        texts, nanos / 1_000_000_000L, readable);
  }

  /** Bytes overwritten, cut out, or copied from elsewhere. */
  private static byte[] changed(byte[] text, SplittableRandom random) {
    int at = random.nextInt(text.length);
    int length = Math.min(1 + random.nextInt(60), text.length - at);
    String whole = new String(text, ISO_8859_1);
    int from = random.nextInt(text.length - length + 1);
    String middle =
        switch (random.nextInt(4)) {
          case 0 -> "";
          case 1 -> whole.substring(from, from + length);
          case 2 -> String.valueOf(MARKS.charAt(random.nextInt(MARKS.length())));
          default -> whole.substring(at, at + length) + whole.substring(at, at + length);
        };
    return (whole.substring(0, at) + middle + whole.substring(at + length)).getBytes(ISO_8859_1);
  }

  private static String kernel(String body) {
    return HEADER
        + ".visible .entry k(.param .u64 k_0, .param .u64 k_1) {\n"
        + ".local .align 8 .b8 depot[8000];\n"
        + "ld.param.u64 %rd0, [k_0];\n"
        + body
        + "\nret;\n}\n";
  }

  private static String repeated(int count, IntFunction<String> part) {
    return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining("\n"));
  }

  /** Texts that grow with a number, each meant to cost more than it should. */
  static Stream<Arguments> families() {
    List<Arguments> families = new ArrayList<>();
    add(
        families,
        "moves backwards",
        n -> kernel(repeated(n, i -> "mov.u64 %rd" + (n - i) + ", %rd" + (n - i - 1) + ";")));
    add(
        families,
        "a circle of sums",
        n -> kernel(repeated(n, i -> "add.s64 %rd" + (i + 1) % n + ", %rd" + i + ", %rd0;")));
    add(
        families,
        "one vector",
        n ->
            kernel(
                "mma.f64 {"
                    + list(n, "%a")
                    + "}, {"
                    + list(n, "%b")
                    + "}, {"
                    + list(n, "%a")
                    + "};"));
    add(
        families,
        "stores and loads anywhere in a frame",
        n ->
            kernel(
                "mov.u64 %s, depot; add.u64 %t, %s, %u;"
                    + repeated(
                        n,
                        i ->
                            "st.u64 [%t], %rd%d; ld.u64 %%rd%d, [%%s+%d]; st.u32 [%%s+%d], %%rd%d;"
                                .replace("[%t]", "[%%t]")
                                .replace("%rd%d; ld", "%%rd%d; ld")
                                .formatted(i, i + 1, 8 * (i % 900), 4 * i, i))));
    add(families, "blocks in blocks", n -> kernel("{".repeat(n) + "}".repeat(n)));
    add(
        families,
        "names hidden in blocks",
        n ->
            kernel(repeated(n, i -> "{ .reg .b64 t; mov.u64 t, %rd0; mov.u64 %rd" + i + ", t; }")));
    add(
        families,
        "a chain of functions",
        n ->
            HEADER
                + repeated(n, i -> function("f" + i, "f" + (i + 1)))
                + "\n.func f"
                + n
                + "(.param .b64 a) { ret; }\n"
                + kernel(call("f0")));
    add(
        families,
        "calls of one function",
        n ->
            HEADER
                + ".func f(.param .b64 a) { ld.param.u64 %rd1, [a]; st.u64 [%rd1], 0; }"
                + kernel(repeated(n, i -> call("f"))).substring(HEADER.length()));
    add(
        families,
        "aliases",
        n ->
            HEADER
                + function("f", "f")
                + repeated(n, i -> ".alias g" + i + ", f;")
                + kernel(repeated(n, i -> call("g" + i))).substring(HEADER.length()));
    add(
        families,
        "one argument for many calls",
        n ->
            HEADER
                + function("f", "f")
                + kernel(
                        ".param .b64 v;"
                            + repeated(n, i -> "st.param.b64 [v+0], %rd0;")
                            + repeated(n, i -> "call f, (v);"))
                    .substring(HEADER.length()));
    add(
        families,
        "parameters",
        n ->
            HEADER
                + ".entry k("
                + IntStream.range(0, n)
                    .mapToObj(i -> ".param .u64 p" + i)
                    .collect(Collectors.joining(","))
                + ") {"
                + repeated(
                    n,
                    i ->
                        "ld.param.u64 %rd"
                            + i
                            + ", [p"
                            + i
                            + "]; add.u64 %s, %s, %rd"
                            + i
                            + "; st.u64 [%rd"
                            + i
                            + "], %s;")
                + "}");
    add(
        families,
        "kernels",
        n ->
            HEADER
                + repeated(
                    n,
                    i ->
                        ".entry k"
                            + i
                            + "(.param .u64 a"
                            + i
                            + ") { ld.param.u64 %rd0, [a"
                            + i
                            + "]; st.u64 [%rd0], 0; }"));
    add(
        families,
        "what functions may reach",
        n ->
            kernel(
                    "mov.u64 %s, depot;"
                        + repeated(
                            n,
                            i ->
                                "st.u64 [%s+"
                                    + 8 * i
                                    + "], %s; { .param .b64 v;"
                                    + "st.param.b64 [v+0], %s; call vprintf, (v); }"))
                .replace(HEADER, HEADER + ".extern .func vprintf(.param .b64 v);"));
    add(families, "numbers", n -> kernel("mov.u64 %rd1, " + "9".repeat(n) + ";"));
    add(families, "a comment", n -> "/*" + "*".repeat(n));
    add(families, "one word", n -> kernel("a".repeat(n)));
    add(families, "dots", n -> kernel("ld" + ".u".repeat(n) + " %rd1, [%rd0];"));
    add(families, "dimensions", n -> HEADER + ".global .b8 a" + "[9]".repeat(n) + ";");
    return families.stream();
  }

  private static void add(List<Arguments> families, String name, IntFunction<String> text) {
    families.add(Arguments.of(name, text));
  }

  private static String list(int count, String prefix) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).collect(Collectors.joining(","));
  }

  private static String call(String function) {
    return "{ .param .b64 v; st.param.b64 [v+0], %rd0; call.uni " + function + ", (v); }";
  }

  private static String function(String name, String callee) {
    return ".func "
        + callee
        + "(.param .b64 x);\n.func "
        + name
        + "(.param .b64 a) { ld.param.u64 %rd0, [a]; "
        + call(callee)
        + " ret; }";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("families")
  void twiceTheTextIsTwiceTheWork(String name, IntFunction<String> text) {
    byte[] once = text.apply(2000).getBytes(ISO_8859_1);
    byte[] twice = text.apply(4000).getBytes(ISO_8859_1);
    // A text that is given up early would show nothing.
    assertThat(PtxModule.parse(twice).kernel("k").stream().allMatch(HostileTextTest::followed))
        .as(name)
        .isEqualTo(!GIVEN_UP.contains(name));
    long first = examine(once);
    long second = examine(twice);
    assertThat(second).as(name).isLessThanOrEqualTo((long) (2.5 * first));
    assertThat(second).as(name).isLessThanOrEqualTo(MOST_STEPS_A_BYTE * (long) twice.length);
  }
}
