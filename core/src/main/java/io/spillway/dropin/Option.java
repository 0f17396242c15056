package io.spillway.dropin;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The names of the settings, as users write them. */
public enum Option {
  /** {@link DropinSettings#budget}. */
  BUDGET("a percentage of the card such as 75% (at most 100%), or a size such as 4 GiB"),
  /** {@link DropinSettings#windowPercent}. */
  WINDOW("a percentage of the card from 0 to 100, such as 25%"),
  /** {@link DropinSettings#minBytes}. */
  MIN_SIZE("a size such as 2 MiB, at least 0"),
  /** {@link DropinSettings#reportedMemory}. */
  REPORT_BUDGET("off, on, a size such as 160 GiB, or a percentage of the card from 1% to 10000%"),
  /** {@link DropinSettings#device}. */
  DEVICE("a CUDA device's ordinal from 0, or all"),
  /** {@link DropinSettings#prefetch}. */
  PREFETCH("off, on-lap, on-demand, zero-copy, one-ahead, auto or profile"),
  /** {@link DropinSettings#log}. */
  LOG("off, info or debug"),
  /** {@link DropinSettings#sharedCard}. */
  MANAGED_LIMIT("shared or off"),
  /** {@link DropinSettings#summary}. */
  SUMMARY("true or false"),
  /** {@link DropinSettings#profile}: the file. */
  PROFILE("a file to record into, such as out.jfr"),
  /** {@link DropinSettings#profile}: whether laps begin cold. */
  PROFILE_SURVEY("true or false"),
  /** {@link DropinSettings#profile}: the CUPTI library. */
  CUPTI("CUPTI's file, such as libcupti.so.13"),
  /** {@link DropinSettings#hints}. */
  HINTS("a file that spillway advise made, such as hints.json"),
  /** {@link DropinSettings#schedule}. */
  SCHEDULE("a file that spillway advise --schedule made, such as schedule.json"),
  /** {@link DropinSettings#redirectAll}. */
  REDIRECT("needed or all"),
  /** The properties file. */
  CONFIG("a properties file's path"),
  /** {@code off} makes the agent inert. */
  AGENT("on or off");

  /** What a system property's name begins with. */
  public static final String PROPERTY_PREFIX = "spillway.";

  /** What an environment variable's name begins with. */
  public static final String VARIABLE_PREFIX = "SPILLWAY_";

  /** How many letters a name may be off and still be taken for a slip: two. */
  private static final int SLIP = 2;

  private final String takes;

  Option(String takes) {
    this.takes = takes;
  }

  /** The values there are, in words, for messages. */
  String takes() {
    return takes;
  }

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
    // By hand, as what is used while a program starts: streams take milliseconds to set up.
    for (Option option : values()) {
      if (option.key().equals(key)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
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
