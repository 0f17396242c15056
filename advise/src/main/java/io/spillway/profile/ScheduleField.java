package io.spillway.profile;

import io.spillway.access.AccessKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The names in a schedule file. */
enum ScheduleField {
  SPILLWAY_SCHEDULE("spillwaySchedule"),
  ALLOCATIONS("allocations"),
  LAUNCHES("launches"),
  BEFORE("before"),
  LAP("lap"),
  LABEL("label"),
  SITE("site"),
  BYTES("bytes"),
  NANOS("nanos"),
  ACCESSES("accesses"),
  ALLOCATION("allocation"),
  OFFSET("offset"),
  KIND("kind");

  static final List<ScheduleField> OF_FILE =
      List.of(SPILLWAY_SCHEDULE, ALLOCATIONS, LAUNCHES, BEFORE, LAP);
  static final List<ScheduleField> OF_ALLOCATION = List.of(LABEL, SITE, BYTES);
  static final List<ScheduleField> OF_LAUNCH = List.of(SITE, NANOS, ACCESSES);
  static final List<ScheduleField> OF_ACCESS = List.of(ALLOCATION, OFFSET, BYTES, KIND);

  private final String key;

  ScheduleField(String key) {
    this.key = key;
  }

  /** As written. */
  String key() {
    return key;
  }

  /** The kind of access that is written {@code key}. */
  static Optional<AccessKind> kind(String key) {
    return Arrays.stream(AccessKind.values()).filter(kind -> key(kind).equals(key)).findFirst();
  }

  /** A kind of access as written. */
  static String key(AccessKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
