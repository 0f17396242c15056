package io.spillway.advise.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes hints files: one field a line, in the order in which they are worth reading. */
final class HintsWriter {

  private final JsonGenerator json;

  private HintsWriter(JsonGenerator json) {
    this.json = json;
  }

  static String text(HintsFile file) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.setPrettyPrinter(pretty());
      new HintsWriter(json).file(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A StringWriter does not fail.
    }
    return text.append('\n').toString();
  }

  private static DefaultPrettyPrinter pretty() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    return new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
        .withObjectIndenter(lines)
        .withArrayIndenter(lines);
  }

  private void file(HintsFile file) throws IOException {
    json.writeStartObject();
    json.writeNumberField(Field.SPILLWAY_HINTS.key(), HintsFile.VERSION);
    json.writeObjectFieldStart(Field.RECORDED.key());
    json.writeStringField(Field.DEVICE.key(), file.recorded().device());
    json.writeBooleanField(Field.SIMULATED.key(), file.recorded().simulated());
    json.writeNumberField(Field.BUDGET_BYTES.key(), file.recorded().budgetBytes());
    strings(Field.TOOLS, file.recorded().tools());
    json.writeEndObject();
    hints(Field.HINTS, file.hints());
    hints(Field.PROPOSALS, file.proposals());
    json.writeEndObject();
  }

  private void hints(Field name, List<SiteHint> hints) throws IOException {
    json.writeArrayFieldStart(name.key());
    for (SiteHint hint : hints) {
      hint(hint);
    }
    json.writeEndArray();
  }

  private void hint(SiteHint hint) throws IOException {
    json.writeStartObject();
    if (!hint.label().isEmpty()) {
      json.writeStringField(Field.LABEL.key(), hint.label());
    }
    json.writeStringField(Field.SITE.key(), hint.site());
    if (hint.everyInstance()) {
      json.writeBooleanField(Field.EVERY_INSTANCE.key(), true);
    }
    json.writeNumberField(Field.ALLOCATION_BYTES.key(), hint.allocationBytes());
    json.writeNumberField(Field.OFFSET.key(), hint.offset());
    json.writeNumberField(Field.BYTES.key(), hint.bytes());
    json.writeStringField(Field.HINT.key(), hint.treatment().key());
    if (!hint.whileLaunches().isEmpty()) {
      strings(Field.WHILE, hint.whileLaunches());
    }
    json.writeStringField(Field.RULE.key(), hint.rule());
    json.writeStringField(Field.BASIS.key(), hint.basis().key());
    json.writeStringField(Field.REASON.key(), hint.reason());
    Saving saving = hint.saving();
    json.writeObjectFieldStart(Field.SAVES.key());
    json.writeNumberField(Field.SECONDS.key(), rounded(saving.seconds()));
    json.writeNumberField(Field.BYTES_TO_DEVICE.key(), saving.bytesToDevice());
    json.writeNumberField(Field.BYTES_TO_HOST.key(), saving.bytesToHost());
    json.writeEndObject();
    json.writeEndObject();
  }

  /** To microseconds: what is expected is not known better. */
  private static double rounded(double seconds) {
    return Math.rint(seconds * 1e6) / 1e6;
  }

  private void strings(Field name, List<String> values) throws IOException {
    json.writeArrayFieldStart(name.key());
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
