package io.spillway.benchmarks.trace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.benchmarks.trace.TrainingIteration.Kernel;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The {@code g10-replay-v1} files: one JSON object a line, a header, then tensors, then kernels.
 *
 * <p>Converted from the artifact of G10 (Zhang et al., MICRO 2023), with its A100 kernel times.
 */
public final class DnnTrainingFile {

  /** The GPU model whose kernel times the artifact has. */
  static final String TIMED_ON = "a100-40gb";

  private static final String FORMAT = "g10-replay-v1";

  private DnnTrainingFile() {}

  /**
   * Reads one iteration.
   *
   * @throws IOException if the file cannot be read or is not of this format
   */
  public static TrainingIteration read(Path file) throws IOException {
    try (InputStream in = TraceFiles.open(file);
        MappingIterator<JsonNode> lines =
            new ObjectMapper().readerFor(JsonNode.class).readValues(in)) {
      JsonNode header = lines.next();
      if (!FORMAT.equals(header.path("format").asText())) {
        throw new IOException(
            "%s: format is '%s', not %s"
                .formatted(file, header.path("format").asText("missing"), FORMAT));
      }
      Set<Integer> flat = new HashSet<>(integers(header.path("flat_kernel_ids")));
      List<Tensor> tensors = new ArrayList<>();
      List<Kernel> kernels = new ArrayList<>();
      while (lines.hasNext()) {
        JsonNode line = lines.next();
        if (line.has("tensor")) {
          tensors.add(tensor(line.get("tensor")));
        } else if (line.has("kernel")) {
          JsonNode kernel = line.get("kernel");
          kernels.add(kernel(kernel, flat.contains(kernel.path("id").asInt())));
        }
      }
      String name = header.path("model").asText() + "-" + header.path("batch").asInt();
      return new TrainingIteration(name, tensors, kernels);
    }
  }

  private static Tensor tensor(JsonNode node) {
    Kind kind = Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT));
    return new Tensor(
        node.path("id").asInt(),
        node.path("bytes").asLong(),
        kind,
        node.path("birth").asInt(0),
        kind == Kind.WEIGHT ? Integer.MAX_VALUE : node.path("death").asInt());
  }

  private static Kernel kernel(JsonNode node, boolean flat) {
    return new Kernel(
        node.path("name").asText(),
        node.path("cycles").asLong(),
        node.path("time_ns").asLong(),
        node.path("uvm_input_fault_ns").asLong(),
        node.path("uvm_fault_ns").asLong(),
        integers(node.path("in")),
        integers(node.path("out")),
        flat);
  }

  private static List<Integer> integers(JsonNode array) {
    List<Integer> values = new ArrayList<>(array.size());
    array.forEach(value -> values.add(value.asInt()));
    return values;
  }
}
