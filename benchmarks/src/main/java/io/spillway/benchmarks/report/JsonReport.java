package io.spillway.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.benchmarks.compare.Row;
import java.io.UncheckedIOException;
import java.util.List;

/** Rows as one JSON list of objects. */
public final class JsonReport {

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
    return object;
  }
}
