package io.spillway.dropin;

import io.spillway.allocate.DeviceBudget;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;

/**
 * Collects settings: agent arguments before system properties before environment variables before
 * the properties file before defaults.
 *
 * <p>The file is the one that {@code config} names, else {@value #DEFAULT_FILE} in the working
 * directory if it is there. In agent arguments and in the file every key must be an {@link Option}.
 * System properties and environment variables of other tools may share the prefix, so there only a
 * name within two letters of an option is refused, as a slip.
 */
public final class SettingsSource {

  /** The file read where no other is named. */
  public static final String DEFAULT_FILE = "spillway.properties";

  private final Map<Option, String> values = new EnumMap<>(Option.class);
  private final Map<Option, String> origins = new EnumMap<>(Option.class);

  private SettingsSource() {}

  /**
   * Reads all sources.
   *
   * @param agentArguments as given to {@code -javaagent}, such as {@code budget=75%,summary=true};
   *     empty if there are none
   * @throws IllegalArgumentException if a name is not an option, or the file cannot be read
   */
  public static SettingsSource read(
      String agentArguments, Properties properties, Map<String, String> environment) {
    SettingsSource source = new SettingsSource();
    source.arguments(agentArguments);
    source.properties(properties);
    source.environment(environment);
    source.file();
    return source;
  }

  /** Reads this process's system properties and environment, for a program without the agent. */
  public static SettingsSource ofProcess() {
    return read("", System.getProperties(), System.getenv());
  }

  /** Whether the agent is switched off. */
  public boolean agentOff() {
    return read(new Draft(), Option.AGENT).agentOff;
  }

  /**
   * The settings.
   *
   * @throws IllegalArgumentException if a value is not one its option takes; the message names
   *     both, and what would do
   */
  public DropinSettings settings() {
    Draft draft = new Draft();
    for (Option option : values.keySet()) {
      read(draft, option);
    }
    if (draft.survey && draft.profile.isEmpty()) {
      throw new IllegalArgumentException(
          "profile-survey 'true' (from %s): there is nothing to survey without profile=FILE"
              .formatted(origins.get(Option.PROFILE_SURVEY)));
    }
    boolean byProfile = draft.prefetch == DropinSettings.Prefetch.PROFILE;
    if (byProfile && draft.schedule.isEmpty()) {
      throw new IllegalArgumentException(
          "prefetch 'profile' (from %s): it takes schedule=FILE as well, which spillway advise --schedule makes of a recording"
              .formatted(origins.get(Option.PREFETCH)));
    }
    if (!byProfile && draft.schedule.isPresent()) {
      throw new IllegalArgumentException(
          "schedule '%s' (from %s): it takes effect only with prefetch=profile"
              .formatted(values.get(Option.SCHEDULE), origins.get(Option.SCHEDULE)));
    }
    return draft.settings();
  }

  /** Settings while they are read; what is not, stays at its default. */
  private static final class Draft {
    private final DropinSettings standard = DropinSettings.standard();
    private Optional<DeviceBudget> budget = standard.budget();
    private int windowPercent = standard.windowPercent();
    private long minBytes = standard.minBytes();
    private ReportedMemory reportedMemory = standard.reportedMemory();
    private OptionalInt device = standard.device();
    private DropinSettings.Prefetch prefetch = standard.prefetch();
    private DropinSettings.Log log = standard.log();
    private boolean sharedCard = standard.sharedCard();
    private boolean summary = standard.summary();
    private Optional<Path> profile = Optional.empty();
    private boolean survey;
    private Optional<Path> cupti = Optional.empty();
    private Optional<Path> hints = standard.hints();
    private Optional<Path> schedule = standard.schedule();
    private boolean redirectAll = standard.redirectAll();
    private boolean agentOff;

    /** Takes the value of one option. */
    void take(Option option, String text) {
      switch (option) {
        case BUDGET -> budget = budget(text);
        case WINDOW -> windowPercent = number(withoutPercent(text), 100);
        case MIN_SIZE -> minBytes = ByteSize.parse(text).bytes();
        case REPORT_BUDGET -> reportedMemory = ReportedMemory.parse(text);
        case DEVICE ->
            device = text.equals("all") ? OptionalInt.empty() : OptionalInt.of(number(text, 1023));
        case PREFETCH -> prefetch = prefetch(text);
        case LOG -> log = DropinSettings.Log.valueOf(text.toUpperCase(Locale.ROOT));
        case MANAGED_LIMIT -> sharedCard = choice(text, "shared", "off");
        case SUMMARY -> summary = onOff(text);
        case PROFILE -> profile = path(text);
        case PROFILE_SURVEY -> survey = onOff(text);
        case CUPTI -> cupti = path(text);
        case HINTS -> hints = file(text);
        case SCHEDULE -> schedule = file(text);
        case REDIRECT -> redirectAll = choice(text, "all", "needed");
        case AGENT -> agentOff = !onOff(text);
        case CONFIG -> {} // It was read before the others.
      }
    }

    DropinSettings settings() {
      return new DropinSettings(
          budget,
          windowPercent,
          minBytes,
          reportedMemory,
          device,
          prefetch,
          log,
          sharedCard,
          summary,
          profile.isEmpty()
              ? Optional.empty()
              : Optional.of(new DropinSettings.Profile(profile.get(), survey, cupti)),
          hints,
          schedule,
          redirectAll);
    }
  }

  private Draft read(Draft draft, Option option) {
    String text = values.get(option);
    if (text != null) {
      try {
        draft.take(option, text);
      } catch (IllegalArgumentException e) {
        String nearest =
            e instanceof NoSuchValue slip ? "; did you mean '%s'?".formatted(slip.nearest) : "";
        throw new IllegalArgumentException(
            "%s '%s' (from %s): it takes %s%s"
                .formatted(option.key(), text, origins.get(option), option.takes(), nearest),
            e);
      }
    }
    return draft;
  }

  /** A name that is none of an option's values. */
  private static final class NoSuchValue extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** The value that is most like it. */
    private final String nearest;

    NoSuchValue(String nearest) {
      super("none of them");
      this.nearest = nearest;
    }
  }

  private static String withoutPercent(String text) {
    return text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
  }

  private static Optional<DeviceBudget> budget(String text) {
    DeviceBudget budget = DeviceBudget.parse(text);
    boolean possible =
        switch (budget) {
          case DeviceBudget.Percent percent -> percent.percent() > 0 && percent.percent() <= 100;
          case DeviceBudget.Bytes bytes -> bytes.bytes() > 0;
        };
    if (!possible) {
      throw new IllegalArgumentException("out of range");
    }
    return Optional.of(budget);
  }

  private static DropinSettings.Prefetch prefetch(String text) {
    String value = text.toLowerCase(Locale.ROOT);
    for (DropinSettings.Prefetch each : DropinSettings.Prefetch.values()) {
      if (each.key().equals(value)) {
        return each;
      }
    }
    throw new NoSuchValue(
        Arrays.stream(DropinSettings.Prefetch.values())
            .map(DropinSettings.Prefetch::key)
            .min(Comparator.comparingInt(key -> Option.distance(key, value)))
            .orElseThrow());
  }

  private static Optional<Path> path(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    return Optional.of(Path.of(text)); // an InvalidPathException is one, too
  }

  /** The program must not find out at its first allocation that there is no such file. */
  private static Optional<Path> file(String text) {
    Path file = Path.of(text);
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IllegalArgumentException("not a file that can be read");
    }
    return Optional.of(file);
  }

  private static boolean choice(String text, String yes, String no) {
    String value = text.toLowerCase(Locale.ROOT);
    if (!value.equals(yes) && !value.equals(no)) {
      throw new IllegalArgumentException("neither");
    }
    return value.equals(yes);
  }

  private static boolean onOff(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "on" -> true;
      case "false", "off" -> false;
      default -> throw new IllegalArgumentException("neither");
    };
  }

  private static int number(String text, int most) {
    int value = Integer.parseInt(text.strip());
    if (value < 0 || value > most) {
      throw new IllegalArgumentException("out of range");
    }
    return value;
  }

  private void arguments(String text) {
    for (String item : text.split(",", -1)) {
      if (item.isBlank()) {
        continue;
      }
      int equals = item.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException(
            "agent argument '%s': write name=value, separated by commas".formatted(item.strip()));
      }
      put(item.substring(0, equals).strip(), item.substring(equals + 1), "the agent's arguments");
    }
  }

  private void properties(Properties properties) {
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(Option.PROPERTY_PREFIX)) {
        shared(
            name.substring(Option.PROPERTY_PREFIX.length()),
            properties.getProperty(name),
            "system property " + name);
      }
    }
  }

  private void environment(Map<String, String> environment) {
    for (Map.Entry<String, String> each : environment.entrySet()) {
      String name = each.getKey();
      if (name.startsWith(Option.VARIABLE_PREFIX)) {
        String key =
            name.substring(Option.VARIABLE_PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
        shared(key, each.getValue(), "environment variable " + name);
      }
    }
  }

  private void shared(String key, String value, String origin) {
    if (Option.of(key).isPresent() || Option.slip(key)) {
      put(key, value, origin);
    }
  }

  private void file() {
    String named = values.get(Option.CONFIG);
    Path path = Path.of(named == null ? DEFAULT_FILE : named);
    if (named == null && !Files.isRegularFile(path)) {
      return;
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) { // a wrong escape is the second
      throw new IllegalArgumentException(
          "config '%s' cannot be read (%s): name a properties file".formatted(path, e), e);
    }
    for (String name : properties.stringPropertyNames()) {
      String key =
          name.startsWith(Option.PROPERTY_PREFIX)
              ? name.substring(Option.PROPERTY_PREFIX.length())
              : name;
      put(key, properties.getProperty(name), path.toString());
    }
  }

  /** Keeps a value unless a stronger source has given one. */
  private void put(String key, String value, String origin) {
    Optional<Option> named = Option.of(key);
    if (named.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown option '%s' (from %s): did you mean '%s'? Options are %s"
              .formatted(key, origin, Option.nearest(key).key(), String.join(", ", Option.keys())));
    }
    Option option = named.get();
    if (values.putIfAbsent(option, value.strip()) == null) {
      origins.put(option, origin);
    }
  }
}
