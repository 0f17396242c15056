package io.spillway.profile;

import io.spillway.access.AccessEvent;
import io.spillway.access.AccessKind;
import io.spillway.access.LaunchEvent;
import io.spillway.allocate.AllocationEvent;
import io.spillway.allocate.FreeEvent;
import io.spillway.allocate.MemoryKind;
import io.spillway.allocate.SessionEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.EventType;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;

/** Tells a {@link ProfileFolder} what the events of a JFR recording say. */
final class EventTranslator {

  /** Types of events, by which methods below read them; the rest are not Spillway's. */
  private enum Form {
    ALLOCATION(
        AllocationEvent.NAME,
        "address",
        "bytes",
        "requestedBytes",
        "kind",
        "site",
        "label",
        "ordinal"),
    FREE(FreeEvent.NAME, "address", "bytes"),
    SESSION(SessionEvent.NAME),
    LAUNCH(LaunchEvent.NAME, "launch", "ordinal", "sequence", "function"),
    ACCESS(AccessEvent.NAME, "launch", "ordinal", "sequence", "address", "bytes", "kind"),
    HINT("io.spillway.Hint", "address", "bytes", "refused"),
    MOVE("io.spillway.Move", "address", "bytes", "refused"),
    DROP("io.spillway.Drop", "address", "bytes", "refused"),
    KERNEL(KernelEvent.NAME, "sequence", "function", "startNanos", "endNanos"),
    FAULT(
        FaultEvent.NAME,
        "processor",
        "access",
        "address",
        "pages",
        "parts",
        "startNanos",
        "endNanos",
        "sequence"),
    TRANSFER(
        TransferEvent.NAME,
        "direction",
        "cause",
        "address",
        "bytes",
        "startNanos",
        "endNanos",
        "sequence"),
    CONTENTION(
        ContentionEvent.NAME, "kind", "processor", "address", "bytes", "startNanos", "sequence"),
    RECORDING(
        RecordingEvent.NAME,
        "form",
        "tool",
        "missing",
        "clockNanos",
        "device",
        "simulated",
        "deviceTotalBytes",
        "budgetBytes",
        "linkToDeviceBytesPerSecond",
        "linkToHostBytesPerSecond",
        "firstWriteBackBytesPerSecond",
        "faultBytesPerSecond",
        "readMostlyFaultBytesPerSecond",
        "zeroCopyBytesPerSecond",
        "dropBytesPerSecond",
        "readMostlyWriteBytesPerSecond",
        "readMostlySetBytesPerSecond",
        "deviceBytesPerSecond"),
    RECORDING_END(RecordingEndEvent.NAME, "source", "dropped", "recordingSeconds"),
    FOREIGN("");

    private final String event;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> fields;

    Form(String event, String... fields) {
      this.event = event;
      this.fields = List.of(fields);
    }
  }

  /** Event types remembered: a hundred or two for each chunk of a recording. */
  private static final int MOST_TYPES = 1 << 12;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final ProfileFolder folder;
  private final IdentityHashMap<EventType, Form> forms = new IdentityHashMap<>();
  private final Constants<Processor> processors = new Constants<>(Processor.class);
  private final Constants<FaultAccess> faultAccesses = new Constants<>(FaultAccess.class);
  private final Constants<Direction> directions = new Constants<>(Direction.class);
  private final Constants<TransferCause> causes = new Constants<>(TransferCause.class);
  private final Constants<ContentionKind> contentions = new Constants<>(ContentionKind.class);
  private final Constants<AccessKind> accessKinds = new Constants<>(AccessKind.class);
  private final Constants<MemoryKind> memoryKinds = new Constants<>(MemoryKind.class);

  private boolean deviceClock;
  private long deviceClockOffset;

  EventTranslator(ProfileFolder folder) {
    this.folder = folder;
  }

  /** Whether the recording has told how its clocks relate. */
  static boolean tellsClock(RecordedEvent event) {
    return event.getEventType().getName().equals(RecordingEvent.NAME);
  }

  /**
   * Orders device events by the device's clock from now on; before, and in simulated recordings, by
   * when they were written.
   *
   * @throws ProfileException if the event is not as it should be
   */
  void clock(RecordedEvent recording) throws ProfileException {
    form(recording);
    if (!recording.getBoolean("simulated")) {
      deviceClock = true;
      deviceClockOffset = written(recording) - recording.getLong("clockNanos");
    }
  }

  /**
   * Tells one event, if it is one of Spillway's.
   *
   * @throws ProfileException if it is not as it should be
   */
  void translate(RecordedEvent event) throws ProfileException {
    switch (form(event)) {
      case ALLOCATION ->
          folder.allocation(
              written(event),
              event.getLong("address"),
              event.getLong("bytes"),
              event.getLong("requestedBytes"),
              memoryKinds.of(event, "kind"),
              text(event, "site"),
              text(event, "label"),
              event.getLong("ordinal"));
      case FREE -> folder.free(written(event), event.getLong("address"));
      case SESSION -> folder.session(written(event));
      case LAUNCH ->
          folder.launch(
              written(event),
              event.getLong("sequence"),
              text(event, "launch"),
              event.getInt("ordinal"),
              text(event, "function"));
      case ACCESS ->
          folder.access(
              written(event),
              event.getLong("sequence"),
              text(event, "launch"),
              event.getInt("ordinal"),
              event.getLong("address"),
              event.getLong("bytes"),
              accessKinds.of(event, "kind"));
      case HINT, MOVE -> hint(event, false);
      case DROP -> hint(event, true);
      case KERNEL -> {
        long start = event.getLong("startNanos");
        folder.kernel(
            happened(event, start),
            event.getLong("sequence"),
            text(event, "function"),
            start,
            event.getLong("endNanos"));
      }
      case FAULT -> {
        long start = event.getLong("startNanos");
        folder.fault(
            happened(event, start),
            processors.of(event, "processor"),
            faultAccesses.of(event, "access"),
            event.getLong("address"),
            event.getLong("pages"),
            event.getInt("parts"),
            start,
            event.getLong("endNanos"),
            event.getLong("sequence"));
      }
      case TRANSFER -> {
        long start = event.getLong("startNanos");
        folder.transfer(
            happened(event, start),
            directions.of(event, "direction"),
            causes.of(event, "cause"),
            event.getLong("address"),
            event.getLong("bytes"),
            start,
            event.getLong("endNanos"),
            event.getLong("sequence"));
      }
      case CONTENTION ->
          folder.contention(
              happened(event, event.getLong("startNanos")),
              contentions.of(event, "kind"),
              event.getLong("address"),
              event.getLong("bytes"),
              event.getLong("sequence"));
      case RECORDING -> recording(event);
      case RECORDING_END ->
          folder.recordingEnd(
              text(event, "source"), event.getLong("dropped"), event.getDouble("recordingSeconds"));
      case FOREIGN -> {}
    }
  }

  private void hint(RecordedEvent event, boolean drops) {
    folder.hint(
        written(event),
        event.getLong("address"),
        event.getLong("bytes"),
        drops,
        event.getBoolean("refused"));
  }

  private void recording(RecordedEvent event) {
    folder.recording(
        text(event, "tool"),
        text(event, "missing"),
        new MachineFigures(
            text(event, "device"),
            event.getBoolean("simulated"),
            event.getLong("deviceTotalBytes"),
            event.getLong("budgetBytes"),
            event.getDouble("linkToDeviceBytesPerSecond"),
            event.getDouble("linkToHostBytesPerSecond"),
            event.getDouble("firstWriteBackBytesPerSecond"),
            event.getDouble("faultBytesPerSecond"),
            event.getDouble("readMostlyFaultBytesPerSecond"),
            event.getDouble("zeroCopyBytesPerSecond"),
            event.getDouble("dropBytesPerSecond"),
            event.getDouble("readMostlyWriteBytesPerSecond"),
            event.getDouble("readMostlySetBytesPerSecond"),
            event.getDouble("deviceBytesPerSecond")));
  }

  private Form form(RecordedEvent event) throws ProfileException {
    Form known = forms.get(event.getEventType());
    return known == null ? learn(event) : known;
  }

  private Form learn(RecordedEvent event) throws ProfileException {
    EventType type = event.getEventType();
    Form form = Form.FOREIGN;
    for (Form each : Form.values()) {
      if (each.event.equals(type.getName())) {
        form = each;
      }
    }
    for (String field : form.fields) {
      if (type.getField(field) == null) {
        throw new ProfileException(
            "event %s has no field '%s': recorded by another version of Spillway, read it with that"
                .formatted(type.getName(), field));
      }
    }
    if (form == Form.RECORDING && event.getInt("form") > RecordingEvent.FORM) {
      throw new ProfileException(
          "event %s, field 'form': %d, and this Spillway reads up to %d: read it with a newer one"
              .formatted(type.getName(), event.getInt("form"), RecordingEvent.FORM));
    }
    if (forms.size() >= MOST_TYPES) {
      forms.clear();
    }
    forms.put(type, form);
    return form;
  }

  /** When a device event happened, by the clock of those of the host where that is known. */
  private long happened(RecordedEvent event, long deviceNanos) {
    return deviceClock ? deviceNanos + deviceClockOffset : written(event);
  }

  private static long written(RecordedEvent event) {
    Instant time = event.getStartTime();
    return time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
  }

  private static String text(RecordedEvent event, String field) {
    @Nullable String text = event.getString(field);
    return text == null ? "" : text;
  }

  /**
   * The constants of an enum, by name.
   *
   * @param <E> the enum
   */
  private static final class Constants<E extends Enum<E>> {
    private final Class<E> type;
    private final Map<String, E> byName;

    Constants(Class<E> type) {
      this.type = type;
      Map<String, E> names = new HashMap<>();
      for (E constant : type.getEnumConstants()) {
        names.put(constant.name(), constant);
      }
      this.byName = Map.copyOf(names);
    }

    E of(RecordedEvent event, String field) throws ProfileException {
      String name = text(event, field);
      E constant = byName.get(name);
      if (constant == null) {
        throw new ProfileException(
            "event %s, field '%s': '%s' is none of %s"
                .formatted(
                    event.getEventType().getName(), field, name, List.of(type.getEnumConstants())));
      }
      return constant;
    }
  }
}
