package io.spillway.driver.sim;

import io.spillway.driver.sim.GpuPreset.Figure;
import io.spillway.driver.sim.GpuPreset.Origin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link GpuPreset}: one {@code name=value} a line for each component of {@link GpuModel},
 * each right below a comment that says how the figure is known.
 *
 * <pre>
 * # published: deviceQuery in pytorch PR 87115, in whole 2 MiB blocks
 * memoryBytes=25432162304
 * </pre>
 *
 * <p>The comment's first word is an {@link Origin} in lower case; it may run over several lines. A
 * line {@code base=h200} takes what the file does not name from that preset, as assumed. Blank
 * lines and comments above no entry are for readers.
 */
public final class GpuModelFile {

  private static final String BASE = "base";
  private static final RecordComponent[] COMPONENTS = GpuModel.class.getRecordComponents();

  private final String source;
  private final Map<String, Object> values = new HashMap<>();
  private final Map<String, Figure> figures = new HashMap<>();
  private @Nullable GpuPreset base;

  private GpuModelFile(String source) {
    this.source = source;
  }

  /**
   * Reads a preset.
   *
   * @param id what it is to be called
   * @throws IllegalArgumentException if a line is no entry, has no source, or no valid value; if an
   *     entry is unknown or there twice, each with the number of the line; or if entries are
   *     missing
   * @throws IOException if reading fails
   */
  public static GpuPreset read(Reader reader, String id) throws IOException {
    return new GpuModelFile(id).parse(new BufferedReader(reader));
  }

  static GpuPreset resource(String id) {
    String file = id + ".properties";
    try (InputStream stream = GpuModelFile.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException("GPU model " + file + " is missing from the library");
      }
      return read(new InputStreamReader(stream, StandardCharsets.UTF_8), id);
    } catch (IOException e) {
      throw new UncheckedIOException("GPU model " + file, e);
    }
  }

  private GpuPreset parse(BufferedReader lines) throws IOException {
    StringBuilder comment = new StringBuilder();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.startsWith("#")) {
        comment.append(comment.isEmpty() ? "" : " ").append(line.substring(1).strip());
      } else {
        if (!line.isBlank()) {
          entry(line, comment.toString(), number);
        }
        comment.setLength(0);
      }
    }
    inherit();
    Set<String> missing =
        Arrays.stream(COMPONENTS)
            .map(RecordComponent::getName)
            .filter(name -> !values.containsKey(name))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("GPU model %s: missing %s".formatted(source, missing));
    }
    return new GpuPreset(source, construct(), figures);
  }

  private void entry(String line, String comment, int number) {
    int equals = line.indexOf('=');
    if (equals < 0) {
      throw refusal(number, "'" + line + "' is no name=value");
    }
    String name = line.substring(0, equals).strip();
    String value = line.substring(equals + 1).strip();
    if (name.equals(BASE)) {
      base = base(value, number);
      return;
    }
    RecordComponent component = component(name, number);
    if (values.put(name, value(component, value, number)) != null) {
      throw refusal(number, name + " is there already");
    }
    figures.put(name, figure(name, comment, number));
  }

  private GpuPreset base(String id, int number) {
    if (id.equals(source)) {
      throw refusal(number, "a model cannot be its own base");
    }
    try {
      return GpuPreset.of(id);
    } catch (IllegalArgumentException e) {
      throw refusal(number, "base: " + e.getMessage());
    }
  }

  private RecordComponent component(String name, int number) {
    for (RecordComponent component : COMPONENTS) {
      if (component.getName().equals(name)) {
        return component;
      }
    }
    throw refusal(number, name + " is unknown");
  }

  private Object value(RecordComponent component, String text, int number) {
    Class<?> type = component.getType();
    try {
      if (type == int.class) {
        return Integer.valueOf(text);
      }
      if (type == long.class) {
        return Long.valueOf(text);
      }
      if (type == double.class) {
        double value = Double.parseDouble(text);
        if (!(value >= 0) || Double.isInfinite(value)) {
          throw new NumberFormatException("not a finite number of 0 or more");
        }
        return value;
      }
      return text;
    } catch (NumberFormatException e) {
      throw refusal(number, "%s=%s is no valid %s".formatted(component.getName(), text, type));
    }
  }

  private Figure figure(String name, String comment, int number) {
    int colon = comment.indexOf(':');
    String word = colon < 0 ? comment : comment.substring(0, colon);
    for (Origin origin : Origin.values()) {
      if (origin.name().toLowerCase(Locale.ROOT).equals(word) && colon > 0) {
        return new Figure(origin, comment.substring(colon + 1).strip());
      }
    }
    String known =
        Stream.of(Origin.values())
            .map(origin -> origin.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw refusal(
        number,
        "%s needs a comment above it that begins with one of %s and a colon"
            .formatted(name, known));
  }

  private void inherit() {
    if (base == null) {
      return;
    }
    Map<String, Object> inherited = new LinkedHashMap<>();
    for (RecordComponent component : COMPONENTS) {
      inherited.put(component.getName(), component(component, base.model()));
    }
    inherited.keySet().removeAll(values.keySet());
    for (String name : inherited.keySet()) {
      figures.put(name, new Figure(Origin.ASSUMED, "as that of the " + base.model().name()));
    }
    values.putAll(inherited);
  }

  private static Object component(RecordComponent component, GpuModel model) {
    try {
      return component.getAccessor().invoke(model);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("GPU model component " + component.getName(), e);
    }
  }

  private GpuModel construct() {
    Class<?>[] types =
        Arrays.stream(COMPONENTS).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] arguments =
        Arrays.stream(COMPONENTS).map(each -> values.get(each.getName())).toArray();
    try {
      return GpuModel.class.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      Throwable refusal = e.getTargetException();
      throw new IllegalArgumentException(
          "GPU model " + source + ": " + refusal.getMessage(), refusal);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("GPU model " + source, e);
    }
  }

  private IllegalArgumentException refusal(int number, String reason) {
    return new IllegalArgumentException(
        "GPU model %s, line %d: %s".formatted(source, number, reason));
  }
}
