import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.StringWrapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks, or on request applies, google-java-format to every Java file below some directories. */
public final class Format {
  private static final String REPAIR = "mvn -q -N verify -Dformat=apply";

  private final boolean apply;
  private final Formatter formatter =
      new Formatter(JavaFormatterOptions.builder().formatJavadoc(true).build());
  private final List<Path> different = new ArrayList<>();
  private int unreadable;

  private Format(boolean apply) {
    this.apply = apply;
  }

  /** Arguments: {@code check} or {@code apply}, then directories. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2 || !List.of("check", "apply").contains(arguments[0])) {
      System.err.println("usage: Format check|apply DIRECTORY...");
      System.exit(2);
    }
    Format format = new Format(arguments[0].equals("apply"));
    for (int i = 1; i < arguments.length; i++) {
      format.visit(Path.of(arguments[i]));
    }
    System.exit(format.report() ? 0 : 1);
  }

  private void visit(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    List<Path> files;
    try (var tree = Files.walk(directory)) {
      files = tree.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
    for (Path file : files) {
      String source = Files.readString(file);
      try {
        String formatted =
            StringWrapper.wrap(formatter.formatSourceAndFixImports(source), formatter);
        if (!formatted.equals(source)) {
          different.add(file);
          if (apply) {
            Files.writeString(file, formatted);
          }
        }
      } catch (FormatterException e) {
        unreadable++;
        System.err.println("cannot parse " + file + ": " + e.getMessage());
      }
    }
  }

  private boolean report() {
    for (Path file : different) {
      System.err.println((apply ? "formatted " : "not formatted: ") + file);
    }
    if (!apply && !different.isEmpty()) {
      System.err.println(different.size() + " file(s) not formatted; repair with: " + REPAIR);
    }
    return unreadable == 0 && (apply || different.isEmpty());
  }
}
