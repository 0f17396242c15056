package io.spillway.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two requests that begin alike, worked through by hand. */
class LlmConversationTest {

  /** 2 x 1 layer x 1 head x 4 x 2 bytes a token, 512 tokens a block. */
  private static final long BLOCK = 2 * 4 * 2 * 512;

  @TempDir private Path folder;

  @Test
  void requestsShareWhatBeginsAlike() throws IOException {
    Path file = folder.resolve("c.jsonl");
    Files.writeString(
        file,
        """
        {"timestamp": 0, "input_length": 1024, "output_length": 3, "hash_ids": [10, 11]}
        {"timestamp": 0, "input_length": 1024, "output_length": 2, "hash_ids": [10, 12]}
        """);
    Trace trace =
        Traces.open(
            file
                + "?layers=1&heads=1&head=4&element=2&requests=9&batch=2&stride=2&prefill=1"
                + "&decode=10");
    List<TraceLaunch> launches =
        IntStream.range(0, trace.launches()).mapToObj(trace::launch).toList();
    assertThat(launches.stream().map(TraceLaunch::label))
        .containsExactly("prefill", "prefill", "decode", "decode");
    assertThat(launches.get(0).touches()).containsExactly(write(0), write(1));
    assertThat(launches.get(0).computeNanos()).isEqualTo(2 * 512 * 1000);
    assertThat(launches.get(1).touches()).containsExactly(read(0), write(2));
    // Both step: each reads its prompt once, and begins a block for its answer.
    assertThat(launches.get(2).touches())
        .containsExactly(read(0), read(1), read(2), write(3), write(4));
    assertThat(launches.get(2).computeNanos()).isEqualTo(2 * 10_000);
    assertThat(launches.get(2).dead()).containsExactly(new Span(0, 4 * BLOCK, BLOCK));
    // The first has one token left; it appends to its answer, which then dies.
    assertThat(launches.get(3).touches())
        .containsExactly(read(0), read(1), new Touch(0, 3 * BLOCK, BLOCK, Effect.UPDATE, 1));
    assertThat(launches.get(3).dead()).containsExactly(new Span(0, 3 * BLOCK, BLOCK));
    assertThat(trace.footprintBytes()).isEqualTo(5 * BLOCK);
  }

  private static Touch read(int slot) {
    return new Touch(0, slot * BLOCK, BLOCK, Effect.READ, 1);
  }

  private static Touch write(int slot) {
    return new Touch(0, slot * BLOCK, BLOCK, Effect.WRITE, 1);
  }
}
