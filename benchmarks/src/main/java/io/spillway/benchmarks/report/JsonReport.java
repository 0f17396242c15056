package io.spillway.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.benchmarks.compare.Row;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Rows as one JSON list of objects. */
public final class JsonReport {

  /** Steps of a second to which times are rounded in lines. */
  private static final double MICROSECOND = 1e6;

  /** Steps of 1 to which fractions are rounded in lines. */
  private static final double FRACTION_STEP = 1e5;

  private JsonReport() {}

  /** The list, indented. */
  public static String of(List<Row> rows) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    rows.forEach(row -> list.add(object(row)));
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(list) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The list with a row on each line, figures rounded to what can matter: to keep with sources. */
  public static String lines(List<Row> rows) {
    StringBuilder lines = new StringBuilder("[");
    for (Row row : rows) {
      ObjectNode object = object(row);
      for (String name : object.properties().stream().map(Map.Entry::getKey).toList()) {
        if (name.endsWith("seconds")) {
          object.put(name, rounded(object.get(name).asDouble(), MICROSECOND));
        } else if (name.contains("fraction")) {
          object.put(name, rounded(object.get(name).asDouble(), FRACTION_STEP));
        }
      }
      lines.append(lines.length() == 1 ? "\n" : ",\n").append(object);
    }
    return lines.append("\n]\n").toString();
  }

  private static double rounded(double value, double stepsPerUnit) {
    return Math.round(value * stepsPerUnit) / stepsPerUnit;
  }

  private static ObjectNode object(Row row) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("trace", row.trace());
    object.put("gpu", row.gpu());
    object.put("rule", row.rule().label());
    object.put("ratio", row.ratio());
    object.put("policy", row.policy());
    object.put("seconds", row.seconds());
    object.put("bound_seconds", row.boundSeconds());
    object.put("fraction_of_bound", row.fractionOfBound());
    object.put("bytes_in", row.bytesIn());
    object.put("bytes_out", row.bytesOut());
    object.put("stall_seconds", row.stallSeconds());
    row.steady()
        .ifPresent(
            lap -> {
              object.put("steady_laps", lap.laps());
              object.put("steady_seconds", lap.seconds());
              object.put("steady_fraction_of_bound", lap.fractionOfBound());
              object.put("steady_fraction_of_oracle", lap.fractionOfOracle());
              object.put("steady_bytes_in", lap.bytesIn());
              object.put("steady_bytes_out", lap.bytesOut());
            });
    return object;
  }
}
