package io.spillway.profile;

import io.spillway.access.AccessEvent;
import io.spillway.access.LaunchEvent;
import io.spillway.allocate.AllocationEvent;
import io.spillway.allocate.FreeEvent;
import io.spillway.allocate.SessionEvent;
import java.util.List;
import jdk.jfr.EventType;
import jdk.jfr.ValueDescriptor;

/**
 * Spillway's event types, and the fields that are read of each. Once a type has been checked its
 * events are read without looking at types again.
 */
enum EventForm {
  ALLOCATION(
      AllocationEvent.NAME,
      longs("address", "bytes", "requestedBytes", "ordinal"),
      texts("kind", "site", "label")),
  FREE(FreeEvent.NAME, longs("address", "bytes")),
  SESSION(SessionEvent.NAME),
  LAUNCH(LaunchEvent.NAME, texts("launch", "function"), ints("ordinal"), longs("sequence")),
  ACCESS(
      AccessEvent.NAME,
      texts("launch", "kind"),
      ints("ordinal"),
      longs("sequence", "address", "bytes")),
  HINT("io.spillway.Hint", texts("kind"), longs("address", "bytes"), truths("refused")),
  MOVE("io.spillway.Move", texts("kind"), longs("address", "bytes"), truths("refused")),
  DROP("io.spillway.Drop", texts("kind"), longs("address", "bytes"), truths("refused")),
  KERNEL(KernelEvent.NAME, longs("sequence", "startNanos", "endNanos"), texts("function")),
  FAULT(
      FaultEvent.NAME,
      texts("processor", "access"),
      longs("address", "pages", "startNanos", "endNanos", "sequence"),
      ints("parts")),
  TRANSFER(
      TransferEvent.NAME,
      texts("direction", "cause"),
      longs("address", "bytes", "startNanos", "endNanos", "sequence")),
  CONTENTION(
      ContentionEvent.NAME,
      texts("kind", "processor"),
      longs("address", "bytes", "startNanos", "sequence")),
  RECORDING(
      RecordingEvent.NAME,
      ints("form"),
      texts("tool", "missing", "device"),
      longs("clockNanos", "deviceTotalBytes", "budgetBytes"),
      truths("simulated"),
      doubles(
          "linkToDeviceBytesPerSecond",
          "linkToHostBytesPerSecond",
          "firstWriteBackBytesPerSecond",
          "faultBytesPerSecond",
          "readMostlyFaultBytesPerSecond",
          "zeroCopyBytesPerSecond",
          "dropBytesPerSecond",
          "readMostlyWriteBytesPerSecond",
          "readMostlySetBytesPerSecond",
          "deviceBytesPerSecond")),
  RECORDING_END(
      RecordingEndEvent.NAME, texts("source"), longs("dropped"), doubles("recordingSeconds")),
  /** Not Spillway's. */
  FOREIGN("");

  /** Fields of one type, as JFR names it. */
  private record Fields(String type, List<String> names) {}

  private final String event;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Fields> fields;

  EventForm(String event, Fields... fields) {
    this.event = event;
    this.fields = List.of(fields);
  }

  private static Fields longs(String... names) {
    return new Fields("long", List.of(names));
  }

  private static Fields ints(String... names) {
    return new Fields("int", List.of(names));
  }

  private static Fields doubles(String... names) {
    return new Fields("double", List.of(names));
  }

  private static Fields truths(String... names) {
    return new Fields("boolean", List.of(names));
  }

  private static Fields texts(String... names) {
    return new Fields("java.lang.String", List.of(names));
  }

  /**
   * Which one {@code type} is; {@link #FOREIGN} if it is none of Spillway's.
   *
   * @throws ProfileException if it lacks a field, or has one of another type
   */
  static EventForm of(EventType type) throws ProfileException {
    for (EventForm each : values()) {
      if (each.event.equals(type.getName())) {
        each.check(type);
        return each;
      }
    }
    return FOREIGN;
  }

  private void check(EventType type) throws ProfileException {
    for (Fields each : fields) {
      for (String name : each.names()) {
        ValueDescriptor field = type.getField(name);
        if (field == null || !field.getTypeName().equals(each.type())) {
          throw new ProfileException(
              ("event %s has no field '%s' of type %s: recorded by another version of Spillway,"
                      + " read it with that")
                  .formatted(type.getName(), name, each.type()));
        }
      }
    }
  }
}
