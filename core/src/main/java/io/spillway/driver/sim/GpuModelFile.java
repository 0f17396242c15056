package io.spillway.driver.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** Reads a {@link GpuModel} from a properties file: one entry per component of the record. */
public final class GpuModelFile {

  private GpuModelFile() {}

  /**
   * Reads a model.
   *
   * @param source what to call the file in messages
   * @throws IllegalArgumentException if entries are missing, unknown or no numbers, all named
   * @throws IOException if reading fails
   */
  public static GpuModel read(Reader reader, String source) throws IOException {
    Properties entries = new Properties();
    entries.load(reader);
    RecordComponent[] components = GpuModel.class.getRecordComponents();
    Set<String> missing = new TreeSet<>();
    for (RecordComponent component : components) {
      missing.add(component.getName());
    }
    Set<String> unknown = new TreeSet<>(entries.stringPropertyNames());
    unknown.removeAll(missing);
    missing.removeAll(entries.stringPropertyNames());
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "GPU model %s: missing entries %s, unknown entries %s"
              .formatted(source, missing, unknown));
    }
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : components) {
      String text = entries.getProperty(component.getName(), "").strip();
      values.add(parse(component, text, source));
    }
    return construct(components, values, source);
  }

  static GpuModel resource(String file) {
    try (InputStream stream = GpuModelFile.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException("GPU model " + file + " is missing from the library");
      }
      return read(new InputStreamReader(stream, StandardCharsets.UTF_8), file);
    } catch (IOException e) {
      throw new UncheckedIOException("GPU model " + file, e);
    }
  }

  private static Object parse(RecordComponent component, String text, String source) {
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
      throw new IllegalArgumentException(
          "GPU model %s: %s=%s is no valid %s".formatted(source, component.getName(), text, type),
          e);
    }
  }

  private static GpuModel construct(
      RecordComponent[] components, List<Object> values, String source) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return GpuModel.class.getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      Throwable refusal = e.getTargetException();
      throw new IllegalArgumentException(
          "GPU model " + source + ": " + refusal.getMessage(), refusal);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("GPU model " + source, e);
    }
  }
}
