package io.spillway.samples.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.advise.Basis;
import io.spillway.advise.BlockSpan;
import io.spillway.advise.ProposedHint;
import io.spillway.advise.Recommendation;
import io.spillway.advise.Saving;
import io.spillway.advise.Treatment;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import io.spillway.samples.SpillwayCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --java} prints is Java. */
class JavaCallsTest {

  @TempDir private Path directory;

  private static ProposedHint hint(Treatment treatment, int first, int end, String... labels) {
    return new ProposedHint(
        "rule",
        treatment,
        0,
        new BlockSpan(first, end),
        List.of(labels),
        Basis.PROVEN,
        "because of\nthis",
        Map.of(),
        Saving.NONE);
  }

  @Test
  void everyHintCompiles() throws IOException {
    Path recording = directory.resolve("demo.jfr");
    StringWriter said = new StringWriter();
    int code =
        SpillwayCommand.run(
            new PrintWriter(said),
            new PrintWriter(said),
            ("demo --simulate --layers 8 --layer-size 2m --rows faults-writeback --profile "
                    + recording)
                .split(" "));
    assertThat(code).as(said.toString()).isZero();
    Profile profile = ProfileReader.read(recording);
    List<Recommendation.Kept> hints = new ArrayList<>();
    for (Treatment treatment : Treatment.values()) {
      if (treatment.applicable()) {
        hints.add(new Recommendation.Kept(hint(treatment, 0, 8), Saving.NONE));
        hints.add(new Recommendation.Kept(hint(treatment, 2, 4, "layer"), Saving.NONE));
        hints.add(new Recommendation.Kept(hint(treatment, 6, 8), Saving.NONE));
      }
    }
    String text =
        new JavaCalls(
                new Recommendation(
                    profile,
                    hints,
                    List.of(hint(Treatment.DISCARD_AFTER_READ, 0, 8)),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of()))
            .text();

    assertThat(text).contains("// weights.discard();").contains("before the first launch of layer");
    String source =
        text.replace("// import", "import").replaceFirst("\n\n", "\nfinal class Hints {\n") + "}\n";
    assertThat(problems(source)).as(source).isEmpty();
  }

  private List<String> problems(String source) {
    DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Hints.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignored) {
            return source;
          }
        };
    ToolProvider.getSystemJavaCompiler()
        .getTask(
            null,
            null,
            collector,
            List.of(
                "-proc:none",
                "-implicit:none",
                "-Xlint:-path",
                "-d",
                directory.toString(),
                "-cp",
                System.getProperty("java.class.path")),
            null,
            List.of(file))
        .call();
    return collector.getDiagnostics().stream()
        .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
        .map(Object::toString)
        .toList();
  }
}
