package io.spillway.access.ptx;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is said of kernels whose answers are known. */
class CorpusTest {

  /** The least share of read-only words that has to be proven, in percent, by level. */
  private static final Map<String, Integer> LEAST = Map.of("O3", 80, "G", 60);

  private static final List<Corpus.Answer> ANSWERS = Corpus.answers();

  @TestFactory
  Stream<DynamicTest> nothingFalseIsSaid() {
    return Corpus.TARGETS.stream()
        .flatMap(
            target ->
                Corpus.LEVELS.stream()
                    .map(
                        level ->
                            DynamicTest.dynamicTest(
                                target + " " + level, () -> check(target, level))));
  }

  private static void check(String target, String level) {
    Map<String, PtxModule> modules = new HashMap<>();
    Corpus.texts(target, level).forEach((file, text) -> modules.put(file, PtxModule.parse(text)));
    SoftAssertions softly = new SoftAssertions();
    int words = 0;
    int all = 0;
    int readOnly = 0;
    int proven = 0;
    int wrong = 0;
    Set<String> unproven = new TreeSet<>();
    for (Corpus.Answer answer : ANSWERS) {
      KernelEvidence evidence = evidence(modules, answer);
      softly
          .assertThat(evidence.writesElsewhere().isPresent() || !answer.anywhere())
          .as("%s writes anywhere, which is not said", answer.kernel())
          .isTrue();
      for (Corpus.Word word : answer.words()) {
        ParameterAccess said = evidence.at(word.parameter(), word.within());
        softly
            .assertThat(word.truth().allows(said))
            .as(
                "%s %d+%d: %s, and %s is said",
                answer.kernel(), word.parameter(), word.within(), word.truth(), said)
            .isTrue();
        words++;
        wrong += said == ParameterAccess.READ_ONLY && !word.truth().allows(said) ? 1 : 0;
        all += word.truth() == Corpus.Truth.READ ? 1 : 0;
        if (word.truth() == Corpus.Truth.READ && !answer.anywhere()) {
          readOnly++;
          proven += said == ParameterAccess.READ_ONLY ? 1 : 0;
          if (said != ParameterAccess.READ_ONLY) {
            unproven.add(answer.kernel());
          }
        }
      }
    }
    System.out.printf(
        "%s -%s: of %d pointers %d are only read (%d of them in kernels that write anywhere);"
            + " proven %d, wrongly %d; not in %s%n",
        target, level, words, all, all - readOnly, proven, wrong, unproven);
    softly.assertAll();
    assertThat(100 * proven)
        .as("the share proven")
        .isGreaterThanOrEqualTo(LEAST.getOrDefault(level, 100) * readOnly);
  }

  private static KernelEvidence evidence(Map<String, PtxModule> modules, Corpus.Answer answer) {
    PtxModule module = requireNonNull(modules.get(answer.file()), answer.file());
    assertThat(module.opaque()).as(answer.file()).isEmpty();
    return module.kernel(answer.kernel()).orElseThrow();
  }

  @Test
  void theCorpusIsAllThere() {
    assertThat(ANSWERS).hasSizeGreaterThanOrEqualTo(60);
    for (String target : Corpus.TARGETS) {
      for (String level : Corpus.LEVELS) {
        assertThat(Corpus.texts(target, level).keySet())
            .containsExactlyInAnyOrderElementsOf(
                ANSWERS.stream().map(Corpus.Answer::file).distinct().toList());
      }
    }
  }
}
