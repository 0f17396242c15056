package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.hint.HintKind;
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

  /** Event types remembered: a hundred or two for each chunk of a recording. */
  private static final int MOST_TYPES = 1 << 12;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final ProfileFolder folder;
  private final IdentityHashMap<EventType, EventForm> forms = new IdentityHashMap<>();
  private final Constants<Processor> processors = new Constants<>(Processor.class);
  private final Constants<FaultAccess> faultAccesses = new Constants<>(FaultAccess.class);
  private final Constants<Direction> directions = new Constants<>(Direction.class);
  private final Constants<TransferCause> causes = new Constants<>(TransferCause.class);
  private final Constants<ContentionKind> contentions = new Constants<>(ContentionKind.class);
  private final Constants<AccessKind> accessKinds = new Constants<>(AccessKind.class);
  private final Constants<MemoryKind> memoryKinds = new Constants<>(MemoryKind.class);
  private final Constants<HintKind> hintKinds = new Constants<>(HintKind.class);

  // Events of a type come many in a row.
  private @Nullable EventType typeLately;
  private EventForm formLately = EventForm.FOREIGN;

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
    if (!truth(recording, "simulated")) {
      deviceClock = true;
      deviceClockOffset = written(recording) - number(recording, "clockNanos");
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
              number(event, "address"),
              number(event, "bytes"),
              number(event, "requestedBytes"),
              memoryKinds.of(event, "kind"),
              text(event, "site"),
              text(event, "label"),
              number(event, "ordinal"));
      case FREE -> folder.free(written(event), number(event, "address"));
      case SESSION -> folder.session(written(event));
      case LAUNCH ->
          folder.launch(
              written(event),
              number(event, "sequence"),
              text(event, "launch"),
              integer(event, "ordinal"),
              text(event, "function"));
      case ACCESS ->
          folder.access(
              written(event),
              number(event, "sequence"),
              text(event, "launch"),
              integer(event, "ordinal"),
              number(event, "address"),
              number(event, "bytes"),
              accessKinds.of(event, "kind"));
      case HINT, MOVE, DROP -> hint(event);
      case KERNEL -> {
        long start = number(event, "startNanos");
        folder.kernel(
            happened(event, start),
            number(event, "sequence"),
            text(event, "function"),
            start,
            number(event, "endNanos"));
      }
      case FAULT -> {
        long start = number(event, "startNanos");
        folder.fault(
            happened(event, start),
            processors.of(event, "processor"),
            faultAccesses.of(event, "access"),
            number(event, "address"),
            number(event, "pages"),
            integer(event, "parts"),
            start,
            number(event, "endNanos"),
            number(event, "sequence"));
      }
      case TRANSFER -> {
        long start = number(event, "startNanos");
        folder.transfer(
            happened(event, start),
            directions.of(event, "direction"),
            causes.of(event, "cause"),
            number(event, "address"),
            number(event, "bytes"),
            start,
            number(event, "endNanos"),
            number(event, "sequence"));
      }
      case CONTENTION ->
          folder.contention(
              happened(event, number(event, "startNanos")),
              contentions.of(event, "kind"),
              number(event, "address"),
              number(event, "bytes"),
              number(event, "sequence"));
      case RECORDING -> recording(event);
      case RECORDING_END ->
          folder.recordingEnd(
              text(event, "source"), number(event, "dropped"), real(event, "recordingSeconds"));
      case FOREIGN -> {}
    }
  }

  private void hint(RecordedEvent event) throws ProfileException {
    folder.hint(
        written(event),
        number(event, "address"),
        number(event, "bytes"),
        hintKinds.of(event, "kind"),
        truth(event, "refused"));
  }

  private void recording(RecordedEvent event) {
    folder.recording(
        text(event, "tool"),
        text(event, "missing"),
        new MachineFigures(
            text(event, "device"),
            truth(event, "simulated"),
            number(event, "deviceTotalBytes"),
            number(event, "budgetBytes"),
            real(event, "linkToDeviceBytesPerSecond"),
            real(event, "linkToHostBytesPerSecond"),
            real(event, "firstWriteBackBytesPerSecond"),
            real(event, "faultBytesPerSecond"),
            real(event, "readMostlyFaultBytesPerSecond"),
            real(event, "zeroCopyBytesPerSecond"),
            real(event, "dropBytesPerSecond"),
            real(event, "readMostlyWriteBytesPerSecond"),
            real(event, "readMostlySetBytesPerSecond"),
            real(event, "deviceBytesPerSecond")));
  }

  @SuppressWarnings("ReferenceEquality") // a chunk has one for each type
  private EventForm form(RecordedEvent event) throws ProfileException {
    EventType type = event.getEventType();
    if (type != typeLately) {
      EventForm known = forms.get(type);
      formLately = known == null ? learn(event) : known;
      typeLately = type;
    }
    return formLately;
  }

  private EventForm learn(RecordedEvent event) throws ProfileException {
    EventForm form = EventForm.of(event.getEventType());
    if (form == EventForm.RECORDING && integer(event, "form") > RecordingEvent.FORM) {
      throw new ProfileException(
          "event %s, field 'form': %d, and this Spillway reads up to %d: read it with a newer one"
              .formatted(
                  event.getEventType().getName(), integer(event, "form"), RecordingEvent.FORM));
    }
    if (forms.size() >= MOST_TYPES) {
      forms.clear();
    }
    forms.put(event.getEventType(), form);
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

  // The form has told that the fields are there and of these types: what JFR's own typed getters
  // would find out anew for each event takes them longer than reading it.

  private static long number(RecordedEvent event, String field) {
    return event.<Long>getValue(field);
  }

  private static int integer(RecordedEvent event, String field) {
    return event.<Integer>getValue(field);
  }

  private static double real(RecordedEvent event, String field) {
    return event.<Double>getValue(field);
  }

  private static boolean truth(RecordedEvent event, String field) {
    return event.<Boolean>getValue(field);
  }

  private static String text(RecordedEvent event, String field) {
    @Nullable String text = event.getValue(field);
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
    private E lately;

    Constants(Class<E> type) {
      this.type = type;
      Map<String, E> names = new HashMap<>();
      for (E constant : type.getEnumConstants()) {
        names.put(constant.name(), constant);
      }
      this.byName = Map.copyOf(names);
      this.lately = type.getEnumConstants()[0];
    }

    E of(RecordedEvent event, String field) throws ProfileException {
      String name = text(event, field);
      if (!name.equals(lately.name())) { // events of a kind come many in a row
        lately = named(event, field, name);
      }
      return lately;
    }

    private E named(RecordedEvent event, String field, String name) throws ProfileException {
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
