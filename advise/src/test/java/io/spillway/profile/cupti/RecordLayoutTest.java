package io.spillway.profile.cupti;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The layouts and numbers the binding is made of, against those a C compiler sees in the headers of
 * CUDA 13.0 Update 1.
 */
class RecordLayoutTest {

  private static final List<String> COUNTERS =
      List.of("CUpti_ActivityUnifiedMemoryCounter2", "CUpti_ActivityUnifiedMemoryCounter3");

  private static final List<String> KERNELS =
      List.of(
          "CUpti_ActivityKernel5",
          "CUpti_ActivityKernel6",
          "CUpti_ActivityKernel7",
          "CUpti_ActivityKernel8",
          "CUpti_ActivityKernel9",
          "CUpti_ActivityKernel10");

  @TempDir Path directory;

  /** C expressions, and what this module takes them to be. */
  private static Map<String, Integer> taken() {
    Map<String, Integer> taken = new LinkedHashMap<>();
    taken.put(
        "sizeof(CUpti_ActivityUnifiedMemoryCounter2)", MemoryCounterRecord.BYTES_OF_COUNTER_2);
    taken.put(
        "sizeof(CUpti_ActivityUnifiedMemoryCounter3)", MemoryCounterRecord.BYTES_OF_COUNTER_3);
    for (String type : COUNTERS) {
      taken.put(offset(type, "kind"), 0);
      taken.put(offset(type, "counterKind"), MemoryCounterRecord.COUNTER_KIND);
      taken.put(offset(type, "value"), MemoryCounterRecord.VALUE);
      taken.put(offset(type, "start"), MemoryCounterRecord.START);
      taken.put(offset(type, "end"), MemoryCounterRecord.END);
      taken.put(offset(type, "address"), MemoryCounterRecord.ADDRESS);
      taken.put(offset(type, "srcId"), MemoryCounterRecord.SOURCE);
      taken.put(offset(type, "dstId"), MemoryCounterRecord.DESTINATION);
      taken.put(offset(type, "flags"), MemoryCounterRecord.FLAGS);
    }
    for (String type : KERNELS) {
      taken.put(offset(type, "kind"), 0);
      taken.put(offset(type, "start"), KernelRecord.START);
      taken.put(offset(type, "end"), KernelRecord.END);
      taken.put(offset(type, "streamId"), KernelRecord.STREAM);
      taken.put(offset(type, "correlationId"), KernelRecord.CORRELATION);
      taken.put(offset(type, "name"), KernelRecord.NAME);
      taken.put(
          "(%s + sizeof(char *) <= sizeof(%s) ? %d : 0)"
              .formatted(offset(type, "name"), type, KernelRecord.READ_BYTES),
          KernelRecord.NAME + 8);
    }
    String correlation = "CUpti_ActivityExternalCorrelation";
    taken.put("sizeof(" + correlation + ")", CorrelationRecord.BYTES);
    taken.put(offset(correlation, "kind"), 0);
    taken.put(offset(correlation, "externalKind"), CorrelationRecord.EXTERNAL_KIND);
    taken.put(offset(correlation, "externalId"), CorrelationRecord.EXTERNAL_ID);
    taken.put(offset(correlation, "correlationId"), CorrelationRecord.CORRELATION);
    String configuration = "CUpti_ActivityUnifiedMemoryCounterConfig";
    taken.put("sizeof(" + configuration + ")", CounterConfigurations.BYTES);
    taken.put(offset(configuration, "scope"), 0);
    taken.put(offset(configuration, "kind"), CounterConfigurations.KIND);
    taken.put(offset(configuration, "enable"), CounterConfigurations.ENABLE);
    taken.putAll(numbers());
    return taken;
  }

  private static Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (ActivityKind kind : ActivityKind.values()) {
      numbers.put("CUPTI_ACTIVITY_KIND_" + kind.name(), kind.code());
    }
    String counter = "CUPTI_ACTIVITY_UNIFIED_MEMORY_COUNTER_KIND_";
    numbers.put(counter + "BYTES_TRANSFER_HTOD", MemoryCounter.TRANSFER_TO_DEVICE.code());
    numbers.put(counter + "BYTES_TRANSFER_DTOH", MemoryCounter.TRANSFER_TO_HOST.code());
    numbers.put(counter + "CPU_PAGE_FAULT_COUNT", MemoryCounter.CPU_FAULT.code());
    numbers.put(counter + "GPU_PAGE_FAULT", MemoryCounter.GPU_FAULT.code());
    numbers.put(counter + "THRASHING", MemoryCounter.THRASHING.code());
    numbers.put(counter + "THROTTLING", MemoryCounter.THROTTLING.code());
    numbers.put(counter + "REMOTE_MAP", MemoryCounter.REMOTE_MAP.code());
    numbers.put(counter + "BYTES_TRANSFER_DTOD", MemoryCounter.TRANSFER_BETWEEN_DEVICES.code());
    numbers.put("CUPTI_ERROR_MAX_LIMIT_REACHED", Cupti.MAX_LIMIT_REACHED);
    numbers.put("CUPTI_ACTIVITY_FLAG_FLUSH_FORCED", Cupti.FLUSH_FORCED);
    numbers.put("CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0", Cupti.CORRELATION_CUSTOM0);
    numbers.put("CUPTI_ACTIVITY_ATTR_ZEROED_OUT_ACTIVITY_BUFFER", Cupti.ATTRIBUTE_ZEROED_BUFFERS);
    numbers.put("(int)CUPTI_UNIFIED_MEMORY_CPU_DEVICE_ID", MemoryActivity.HOST);
    return numbers;
  }

  private static String offset(String type, String field) {
    return "offsetof(" + type + ", " + field + ")";
  }

  @Test
  void asTheHeadersSay() throws IOException, InterruptedException {
    Path include = RealCupti.assumeHeaders();
    Map<String, Integer> taken = taken();
    Path source = directory.resolve("layouts.c");
    Path program = directory.resolve("layouts");
    Files.writeString(source, program(taken));
    run("cc", "-I" + include, "-o", program.toString(), source.toString());
    List<String> lines = run(program.toString()).lines().toList();
    List<String> expected = new ArrayList<>();
    taken.forEach((expression, value) -> expected.add(expression + " = " + value));
    assertThat(lines).containsExactlyElementsOf(expected);
  }

  private static String program(Map<String, Integer> taken) {
    return """
    #include <stddef.h>
    #include <stdio.h>
    #include <cupti.h>
    #include <cupti_activity_deprecated.h>
    int main(void) {
    """
        + taken.keySet().stream()
            .map(each -> "printf(\"%%s = %%d\\n\", \"%1$s\", (int)(%1$s));\n".formatted(each))
            .collect(Collectors.joining())
        + "return 0;\n}\n";
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return Assumptions.abort("no C compiler: " + e.getMessage());
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** What the headers said, for machines that do not have them. */
  @Test
  void asItWasWhenTheHeadersWereRead() {
    assertThat(
            List.of(
                MemoryCounterRecord.BYTES_OF_COUNTER_2,
                MemoryCounterRecord.BYTES_OF_COUNTER_3,
                MemoryCounterRecord.COUNTER_KIND,
                MemoryCounterRecord.VALUE,
                MemoryCounterRecord.START,
                MemoryCounterRecord.END,
                MemoryCounterRecord.ADDRESS,
                MemoryCounterRecord.SOURCE,
                MemoryCounterRecord.DESTINATION,
                MemoryCounterRecord.FLAGS))
        .containsExactly(64, 104, 4, 8, 16, 24, 32, 40, 44, 56);
    assertThat(
            List.of(
                KernelRecord.START,
                KernelRecord.END,
                KernelRecord.STREAM,
                KernelRecord.CORRELATION,
                KernelRecord.NAME,
                KernelRecord.READ_BYTES))
        .containsExactly(16, 24, 48, 92, 104, 112);
    assertThat(
            List.of(
                CorrelationRecord.BYTES,
                CorrelationRecord.EXTERNAL_KIND,
                CorrelationRecord.EXTERNAL_ID,
                CorrelationRecord.CORRELATION))
        .containsExactly(24, 4, 8, 16);
    assertThat(
            List.of(
                CounterConfigurations.BYTES,
                CounterConfigurations.KIND,
                CounterConfigurations.ENABLE))
        .containsExactly(16, 4, 12);
    assertThat(numbers().values())
        .containsExactly(4, 5, 10, 25, 39, 1, 2, 3, 4, 5, 6, 7, 8, 12, 1, 3, 5, -1);
  }
}
