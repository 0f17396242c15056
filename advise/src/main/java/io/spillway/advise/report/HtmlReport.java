package io.spillway.advise.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One page that needs nothing but a browser: charts by Apache ECharts, which is part of the page,
 * as are style, script and figures.
 */
public final class HtmlReport {

  /** Where the page takes its style, the charting library, the figures and the script. */
  private static final List<String> SLOTS =
      List.of("/*style*/", "/*library*/", "/*figures*/", "/*script*/");

  private final String title;
  private final Profile profile;
  private final List<HintRow> hints;

  /**
   * A report.
   *
   * @param title what was recorded, such as the recording's file name
   * @param hints what was advised, in the order to be shown
   */
  public HtmlReport(String title, Profile profile, List<HintRow> hints) {
    this.title = title;
    this.profile = profile;
    this.hints = List.copyOf(hints);
  }

  /**
   * Writes the page.
   *
   * @throws IOException if {@code file} cannot be written
   */
  public void write(Path file) throws IOException {
    Files.writeString(file, page());
  }

  /** The page. */
  public String page() {
    List<String> contents =
        List.of(
            resource("report.css"),
            resource("echarts/echarts.min.js"),
            figures(),
            resource("report.js"));
    StringBuilder page = new StringBuilder();
    String rest = resource("report.html");
    for (int i = 0; i < SLOTS.size(); i++) {
      String slot = SLOTS.get(i);
      int at = rest.indexOf(slot);
      page.append(rest, 0, at).append(contents.get(i));
      rest = rest.substring(at + slot.length());
    }
    return page.append(rest).toString();
  }

  /** In JSON a {@code <} is always inside a string; escaped, no text can end the script. */
  private String figures() {
    try {
      return new ObjectMapper()
          .writeValueAsString(PageData.of(title, profile, hints))
          .replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream stream = HtmlReport.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(
            "no resource " + name + " beside HtmlReport: the jar is damaged");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
