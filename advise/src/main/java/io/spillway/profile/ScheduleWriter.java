package io.spillway.profile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.Writer;

/** Writes schedule files. Stateless. */
final class ScheduleWriter {

  private ScheduleWriter() {}

  /**
   * Writes a schedule's text, and leaves {@code out} open.
   *
   * @throws IOException if that fails
   */
  static void write(RunSchedule schedule, Writer out) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.setPrettyPrinter(
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)));
    json.writeStartObject();
    json.writeNumberField(ScheduleField.SPILLWAY_SCHEDULE.key(), ScheduleFile.VERSION);
    json.writeArrayFieldStart(ScheduleField.ALLOCATIONS.key());
    for (RunSchedule.NamedAllocation allocation : schedule.allocations()) {
      json.writeStartObject();
      if (!allocation.label().isEmpty()) {
        json.writeStringField(ScheduleField.LABEL.key(), allocation.label());
      }
      json.writeStringField(ScheduleField.SITE.key(), allocation.site());
      json.writeNumberField(ScheduleField.BYTES.key(), allocation.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart(ScheduleField.LAUNCHES.key());
    for (RunSchedule.NamedLaunch launch : schedule.launches()) {
      write(launch, json);
    }
    json.writeEndArray();
    steps(ScheduleField.BEFORE, schedule.before(), json);
    steps(ScheduleField.LAP, schedule.lap(), json);
    json.writeEndObject();
    json.writeRaw('\n');
    json.close();
  }

  private static void write(RunSchedule.NamedLaunch launch, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField(ScheduleField.SITE.key(), launch.site());
    json.writeNumberField(ScheduleField.NANOS.key(), launch.nanos());
    json.writeArrayFieldStart(ScheduleField.ACCESSES.key());
    for (ScheduledAccess access : launch.accesses()) {
      json.writeStartObject();
      json.writeNumberField(ScheduleField.ALLOCATION.key(), access.allocation());
      json.writeNumberField(ScheduleField.OFFSET.key(), access.offset());
      json.writeNumberField(ScheduleField.BYTES.key(), access.bytes());
      json.writeStringField(ScheduleField.KIND.key(), ScheduleField.key(access.kind()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void steps(ScheduleField name, int[] steps, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name.key());
    for (int step : steps) {
      json.writeNumber(step);
    }
    json.writeEndArray();
  }
}
