package io.spillway.dropin;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The names of the settings, as users write them. */
public enum Option {
  /** {@link DropinSettings#budget}. */
  BUDGET,
  /** {@link DropinSettings#windowPercent}. */
  WINDOW,
  /** {@link DropinSettings#minBytes}. */
  MIN_SIZE,
  /** {@link DropinSettings#reportedMemory}. */
  REPORT_BUDGET,
  /** {@link DropinSettings#device}. */
  DEVICE,
  /** {@link DropinSettings#prefetch}. */
  PREFETCH,
  /** {@link DropinSettings#log}. */
  LOG,
  /** {@link DropinSettings#sharedCard}. */
  MANAGED_LIMIT,
  /** {@link DropinSettings#summary}. */
  SUMMARY,
  /** {@link DropinSettings#profile}: the file. */
  PROFILE,
  /** {@link DropinSettings#profile}: whether laps begin cold. */
  PROFILE_SURVEY,
  /** {@link DropinSettings#profile}: the CUPTI library. */
  CUPTI,
  /** {@link DropinSettings#hints}. */
  HINTS,
  /** {@link DropinSettings#redirectAll}. */
  REDIRECT,
  /** The properties file. */
  CONFIG,
  /** {@code off} makes the agent inert. */
  AGENT;

  /** What a system property's name begins with. */
  public static final String PROPERTY_PREFIX = "spillway.";

  /** What an environment variable's name begins with. */
  public static final String VARIABLE_PREFIX = "SPILLWAY_";

  /** How many letters a name may be off and still be taken for a slip: two. */
  private static final int SLIP = 2;

  /** As written in agent arguments and files, such as {@code min-size}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The system property, such as {@code spillway.min-size}. */
  public String property() {
    return PROPERTY_PREFIX + key();
  }

  /** The environment variable, such as {@code SPILLWAY_MIN_SIZE}. */
  public String variable() {
    return VARIABLE_PREFIX + name();
  }

  /** The option written {@code key}. */
  public static Optional<Option> of(String key) {
    return Arrays.stream(values()).filter(option -> option.key().equals(key)).findFirst();
  }

  /** The option whose name is most like {@code key}. */
  static Option nearest(String key) {
    return Arrays.stream(values())
        .min(Comparator.comparingInt(option -> distance(option.key(), key)))
        .orElseThrow();
  }

  /** Whether {@code key} is no option, but probably was meant to be one. */
  static boolean slip(String key) {
    return of(key).isEmpty() && distance(nearest(key).key(), key) <= SLIP;
  }

  /** Every name, for messages. */
  static List<String> keys() {
    return Arrays.stream(values()).map(Option::key).toList();
  }

  /** How many letters have to be put in, left out or replaced to make one of the other. */
  static int distance(String one, String other) {
    int[] above = new int[other.length() + 1];
    Arrays.setAll(above, i -> i);
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[other.length() + 1];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[other.length()];
  }
}
