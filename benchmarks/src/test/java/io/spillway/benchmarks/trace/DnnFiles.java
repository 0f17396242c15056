package io.spillway.benchmarks.trace;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Small files in the {@code dnn-training} format, for tests. */
public final class DnnFiles {

  private DnnFiles() {}

  /**
   * Two tensors of 4 MiB handed through three kernels, and a weight of 2 MiB: kernel 0 makes A of
   * the weight, kernel 1 makes B of A, kernel 2 updates the weight from B. Kernel 1 is flat.
   */
  public static Path chain(Path folder) throws IOException {
    String text =
        """
        {"format":"g10-replay-v1","model":"Chain","batch":1,"flat_kernel_ids":[1]}
        {"tensor":{"id":0,"bytes":4194304,"kind":"activation","birth":0,"death":2}}
        {"tensor":{"id":1,"bytes":4194304,"kind":"activation","birth":1,"death":3}}
        {"tensor":{"id":2,"bytes":2097152,"kind":"weight","birth":null,"death":null}}
        {"kernel":{"id":0,"name":"Make","time_ns":1000000,"cycles":1200000,"uvm_input_fault_ns":0,"uvm_fault_ns":0,"in":[2],"out":[0],"workspace_bytes":0}}
        {"kernel":{"id":1,"name":"Pass","time_ns":2000000,"cycles":2400000,"uvm_input_fault_ns":3000000,"uvm_fault_ns":4000000,"in":[0],"out":[1],"workspace_bytes":0}}
        {"kernel":{"id":2,"name":"Step","time_ns":500000,"cycles":600000,"uvm_input_fault_ns":0,"uvm_fault_ns":0,"in":[1,2],"out":[2],"workspace_bytes":0}}
        """;
    Path file = folder.resolve("Chain-1.jsonl.gz");
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      out.write(text);
    }
    return file;
  }
}
