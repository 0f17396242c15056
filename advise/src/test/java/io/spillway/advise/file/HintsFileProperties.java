package io.spillway.advise.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import io.spillway.range.Blocks;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever bytes a file has, it is read or refused with a typed error. */
class HintsFileProperties {

  @Property(tries = 2000)
  void arbitraryBytesAreRefusedInOneWay(@ForAll byte[] bytes) {
    assertThat(HintsFuzz.readOrRefused(bytes)).isTrue();
  }

  @Property(tries = 2000)
  void damagedFilesAreReadOrRefusedInOneWay(@ForAll long seed) {
    assertThat(HintsFuzz.readOrRefused(HintsFuzz.damaged(seed))).isTrue();
  }

  @Property(tries = 500)
  void everyHintSurvivesTheFile(@ForAll("hints") List<SiteHint> hints) throws HintsFileException {
    HintsFile file =
        new HintsFile(new HintsFile.Recorded("", false, 0, List.of()), List.of(), hints);
    assertThat(HintsFile.parse(file.text().getBytes(java.nio.charset.StandardCharsets.UTF_8), "it"))
        .isEqualTo(file);
  }

  @Provide
  Arbitrary<List<SiteHint>> hints() {
    Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(8).map(HintsFileProperties::paired);
    Arbitrary<Integer> blocks = Arbitraries.integers().between(0, 1000);
    return Combinators.combine(
            texts,
            texts.map(text -> "s" + text),
            blocks,
            blocks.map(count -> count + 1),
            Arbitraries.of(Treatment.values()),
            Arbitraries.of(Basis.values()),
            texts.list().ofMaxSize(3),
            Arbitraries.longs())
        .as(
            (label, site, first, count, treatment, basis, labels, bytes) ->
                new SiteHint(
                    label,
                    treatment,
                    site,
                    label,
                    bytes % 2 == 0,
                    (first + count) * Blocks.BYTES - Math.floorMod(bytes, Blocks.BYTES),
                    first * Blocks.BYTES,
                    count * Blocks.BYTES,
                    labels,
                    basis,
                    site,
                    new Saving(bytes % 1000 / 8.0, bytes, -bytes)))
        .list()
        .ofMaxSize(4);
  }

  /** Half of a surrogate pair is no text that UTF-8 could hold. */
  private static String paired(String text) {
    return text.codePoints()
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
