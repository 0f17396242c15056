package io.spillway.benchmarks.trace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Conversation requests (Mooncake's traces, FAST 2025) as accesses to a KV cache, under a geometry
 * and a batch scheduler.
 *
 * <p>Parameters: {@code layers}, {@code heads} of keys and values, {@code head} size, {@code
 * element} bytes, which give 2 x layers x heads x head x element bytes a token (defaults: Llama 3
 * 8B in 16 bits, 64 MiB a 512-token block); {@code requests} to take, {@code batch} of them at
 * once, {@code stride}, how many output tokens one launch stands for; {@code prefill} microseconds
 * a token and {@code decode} microseconds a step.
 */
final class LlmConversationReader implements TraceReader {

  private static final long NANOS_PER_MICRO = 1000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  @Override
  public Trace read(Path file, String name, Parameters parameters) throws IOException {
    long tokenBytes =
        2L
            * parameters.integer("layers", 32, 1)
            * parameters.integer("heads", 8, 1)
            * parameters.integer("head", 128, 1)
            * parameters.integer("element", 2, 1);
    int count = parameters.integer("requests", 24, 1);
    int batch = parameters.integer("batch", 8, 1);
    int stride = parameters.integer("stride", 16, 1);
    long prefillNanos = parameters.integer("prefill", 40, 0) * NANOS_PER_MICRO;
    long decodeNanos = parameters.integer("decode", 8000, 0) * NANOS_PER_MICRO;
    List<ConversationRequest> requests = requests(file, count);
    KvCacheSchedule schedule =
        new KvCacheSchedule(requests, batch, stride, prefillNanos, decodeNanos);
    return schedule.trace(name, tokenBytes);
  }

  private static List<ConversationRequest> requests(Path file, int count) throws IOException {
    List<ConversationRequest> requests = new ArrayList<>();
    try (InputStream in = TraceFiles.open(file);
        MappingIterator<JsonNode> lines =
            new ObjectMapper().readerFor(JsonNode.class).readValues(in)) {
      while (lines.hasNext() && requests.size() < count) {
        JsonNode line = lines.next();
        List<Long> blocks = new ArrayList<>();
        line.path("hash_ids").forEach(id -> blocks.add(id.asLong()));
        requests.add(
            new ConversationRequest(
                line.path("timestamp").asLong() * NANOS_PER_MILLI,
                line.path("input_length").asInt(),
                Math.max(1, line.path("output_length").asInt()),
                blocks));
      }
    }
    return requests;
  }
}
