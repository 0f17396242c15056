package io.spillway.benchmarks.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The formats of trace files, told apart by the first line. */
public enum TraceFormat {
  /** {@link DnnTrainingFile}. */
  DNN_TRAINING("dnn-training"),
  /** {@link LlmConversationReader}. */
  LLM_CONVERSATION("llm-conversation"),
  /** {@link CsvReader}. */
  CSV("csv"),
  /** {@link RecordingReader}. */
  RECORDING("jfr");

  private final String label;

  TraceFormat(String label) {
    this.label = label;
  }

  /**
   * The format of {@code file}.
   *
   * @throws IOException if it cannot be read, or is of none
   */
  public static TraceFormat of(Path file) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(TraceFiles.open(file), StandardCharsets.UTF_8))) {
      String first = lines.readLine();
      return Arrays.stream(values())
          .filter(format -> first != null && format.begins(first))
          .findFirst()
          .orElseThrow(
              () ->
                  new IOException(
                      "%s: its first line is of no known trace format (%s)"
                          .formatted(
                              file,
                              Arrays.stream(values())
                                  .map(format -> format.label)
                                  .collect(Collectors.joining(", ")))));
    }
  }

  Trace read(Path file, String name, Parameters parameters) throws IOException {
    TraceReader reader =
        switch (this) {
          case DNN_TRAINING -> new DnnTrainingReader();
          case LLM_CONVERSATION -> new LlmConversationReader();
          case CSV -> new CsvReader();
          case RECORDING -> new RecordingReader();
        };
    return reader.read(file, name, parameters);
  }

  private boolean begins(String line) {
    return switch (this) {
      case DNN_TRAINING -> line.contains("\"g10-replay-v1\"");
      case LLM_CONVERSATION -> line.contains("\"hash_ids\"");
      case CSV -> line.strip().equals(CsvReader.HEADER);
      case RECORDING -> line.startsWith(RecordingReader.MAGIC);
    };
  }
}
