package io.spillway.advise.file;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The names in a hints file. */
enum Field {
  SPILLWAY_HINTS("spillwayHints"),
  RECORDED("recorded"),
  DEVICE("device"),
  SIMULATED("simulated"),
  BUDGET_BYTES("budgetBytes"),
  TOOLS("tools"),
  HINTS("hints"),
  PROPOSALS("proposals"),
  LABEL("label"),
  SITE("site"),
  EVERY_INSTANCE("everyInstance"),
  ALLOCATION_BYTES("allocationBytes"),
  OFFSET("offset"),
  BYTES("bytes"),
  HINT("hint"),
  WHILE("while"),
  RULE("rule"),
  BASIS("basis"),
  REASON("reason"),
  SAVES("saves"),
  SECONDS("seconds"),
  BYTES_TO_DEVICE("bytesToDevice"),
  BYTES_TO_HOST("bytesToHost");

  /** Those of the file itself. */
  static final List<Field> OF_FILE = List.of(SPILLWAY_HINTS, RECORDED, HINTS, PROPOSALS);

  /** Those of {@link #RECORDED}. */
  static final List<Field> OF_RECORDED = List.of(DEVICE, SIMULATED, BUDGET_BYTES, TOOLS);

  /** Those of a hint. */
  static final List<Field> OF_HINT =
      List.of(
          LABEL,
          SITE,
          EVERY_INSTANCE,
          ALLOCATION_BYTES,
          OFFSET,
          BYTES,
          HINT,
          WHILE,
          RULE,
          BASIS,
          REASON,
          SAVES);

  /** Those of {@link #SAVES}. */
  static final List<Field> OF_SAVES = List.of(SECONDS, BYTES_TO_DEVICE, BYTES_TO_HOST);

  private final String key;

  Field(String key) {
    this.key = key;
  }

  /** As written. */
  String key() {
    return key;
  }

  /** The one of {@code known} that is written {@code key}. */
  static Optional<Field> of(String key, List<Field> known) {
    return known.stream().filter(field -> field.key.equals(key)).findFirst();
  }

  /** All of {@code known}, for messages. */
  static String list(List<Field> known) {
    return String.join(", ", known.stream().map(Field::key).toList());
  }

  /** Those that something must have. */
  static String missing(List<Field> wanted, Field... required) {
    return String.join(
        ", ",
        Arrays.stream(required).filter(field -> !wanted.contains(field)).map(Field::key).toList());
  }
}
