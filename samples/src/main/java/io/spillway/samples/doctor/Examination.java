package io.spillway.samples.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.HostMemoryReading;
import io.spillway.allocate.MemoryAlarm;
import io.spillway.allocate.MemoryPressure;
import io.spillway.allocate.MemoryPressureWatch;
import io.spillway.driver.Capability;
import io.spillway.driver.panama.CudaReport;
import io.spillway.range.ByteSize;
import io.spillway.samples.Table;
import io.spillway.samples.device.Devices;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What was found on this machine, as text for people or an object for programs.
 *
 * @param jdk the Java runtime, with its version
 * @param cuda the CUDA driver and its devices
 * @param jcuda the JCuda on the class path
 * @param memory what the host says of its memory
 * @param reserveBytes what of it is never promised
 * @param grantableBytes what managed memory could get of it now
 * @param pressures memory pressure, by source
 * @param whyNoPressure why there are no such figures, if there are none
 * @param measured which device was measured, with a word if it was simulated; empty if none was
 * @param measurements what was measured
 */
record Examination(
    String jdk,
    CudaReport cuda,
    JcudaPresence jcuda,
    HostMemoryReading memory,
    long reserveBytes,
    long grantableBytes,
    List<MemoryPressure> pressures,
    Optional<String> whyNoPressure,
    String measured,
    List<Measurement> measurements) {

  /** Looks at this machine. */
  static Examination take(String measured, List<Measurement> measurements) {
    HostMemoryGuard guard = HostMemoryGuard.ofThisMachine();
    MemoryPressureWatch watch = new MemoryPressureWatch(guard, (MemoryAlarm _) -> {});
    return new Examination(
        System.getProperty("java.vm.name", "") + " " + Runtime.version(),
        Devices.probe(),
        JcudaPresence.look(),
        guard.read(),
        guard.reserveBytes(),
        guard.grantableBytes(),
        watch.pressures(),
        watch.whyNoPressure(),
        measured,
        measurements);
  }

  /** Why Spillway would not redirect on the first device; empty if it would. */
  Optional<String> whyInactive() {
    return cuda.usable() ? whyInactive(cuda.devices().getFirst()) : Optional.of(cuda.reason());
  }

  private Optional<String> whyInactive(CudaReport.Device device) {
    return device
        .capabilities()
        .whyNot(Capability.MANAGED_MEMORY)
        .or(() -> device.capabilities().whyNot(Capability.CONCURRENT_MANAGED_ACCESS))
        .or(
            () ->
                grantableBytes > 0
                    ? Optional.empty()
                    : Optional.of("the host has no memory to promise"));
  }

  ObjectNode json() {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("active", whyInactive().isEmpty());
    putOptional(object, "inactive_reason", whyInactive());
    object.put("jdk", jdk);
    ObjectNode driver = object.putObject("cuda");
    driver.put("usable", cuda.usable());
    driver.put("library", cuda.library());
    driver.put("cuda_version", cudaVersion());
    driver.put("reason", cuda.reason());
    ArrayNode devices = object.putArray("devices");
    cuda.devices().forEach(device -> devices.add(json(device)));
    ObjectNode jcudaNode = object.putObject("jcuda");
    jcudaNode.put("on_class_path", jcuda.classes());
    jcudaNode.put("natives_on_class_path", jcuda.natives());
    jcudaNode.put("version", jcuda.version());
    ObjectNode host = object.putObject("host_memory");
    putKnown(host, "limit_bytes", memory.limitBytes());
    putKnown(host, "available_bytes", memory.availableBytes());
    host.put("source", memory.source());
    host.put("reserve_bytes", reserveBytes);
    host.put("grantable_bytes", grantableBytes);
    ArrayNode notes = host.putArray("notes");
    memory.notes().forEach(notes::add);
    ArrayNode psi = object.putArray("memory_pressure");
    for (MemoryPressure pressure : pressures) {
      psi.addObject()
          .put("source", pressure.source())
          .put("some_avg10", pressure.some().avg10())
          .put("full_avg10", pressure.full().avg10());
    }
    putOptional(object, "memory_pressure_missing", whyNoPressure);
    if (!measured.isEmpty()) {
      ObjectNode figures = object.putObject("measured");
      figures.put("on", measured);
      ObjectNode rates = figures.putObject("gb_per_s");
      measurements.forEach(rate -> rates.put(rate.id(), Math.round(rate.gbps() * 100) / 100.0));
    }
    return object;
  }

  private static ObjectNode json(CudaReport.Device device) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("ordinal", device.info().ordinal());
    object.put("name", device.info().deviceName());
    object.put(
        "compute_capability", device.info().computeMajor() + "." + device.info().computeMinor());
    object.put("total_bytes", device.info().totalBytes());
    ObjectNode capabilities = object.putObject("capabilities");
    for (Capability capability : Capability.values()) {
      ObjectNode entry = capabilities.putObject(capability.name().toLowerCase(Locale.ROOT));
      entry.put("present", device.capabilities().has(capability));
      device.capabilities().whyNot(capability).ifPresent(reason -> entry.put("reason", reason));
    }
    return object;
  }

  private static void putOptional(ObjectNode object, String name, Optional<String> value) {
    if (value.isPresent()) {
      object.put(name, value.get());
    } else {
      object.putNull(name);
    }
  }

  private static void putKnown(ObjectNode object, String name, long value) {
    if (value == Long.MAX_VALUE) {
      object.putNull(name);
    } else {
      object.put(name, value);
    }
  }

  private String cudaVersion() {
    return cuda.cudaVersion() == 0
        ? ""
        : cuda.cudaVersion() / 1000 + "." + cuda.cudaVersion() % 1000 / 10;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        whyInactive()
            .map(reason -> "Spillway would be INACTIVE here: " + reason)
            .orElse("Spillway would be ACTIVE here."));
    text.append("\n\n");
    Table facts = new Table("what", "found");
    facts.alignLeft(0, 1);
    facts.row("Java", jdk);
    facts.row(
        "CUDA driver", cuda.usable() ? cuda.library() + ", CUDA " + cudaVersion() : cuda.reason());
    facts.row("JCuda", jcuda.toString());
    facts.row("host memory", hostMemory());
    memory.notes().forEach(note -> facts.row("", note));
    for (MemoryPressure pressure : pressures) {
      facts.row("memory pressure", pressure.toString());
    }
    whyNoPressure.ifPresent(reason -> facts.row("memory pressure", reason));
    text.append(facts);
    for (CudaReport.Device device : cuda.devices()) {
      text.append('\n').append(text(device));
    }
    if (!measured.isEmpty()) {
      text.append("\nMeasured on ").append(measured).append(":\n\n");
      Table rates = new Table("GB/s", "what", "id");
      rates.alignLeft(1, 2);
      for (Measurement rate : measurements) {
        rates.row(String.format(Locale.ROOT, "%.1f", rate.gbps()), rate.what(), rate.id());
      }
      text.append(rates);
    }
    return text.toString();
  }

  private String hostMemory() {
    return memory.known()
        ? "%s available by %s, limit %s; %s kept in reserve, %s could be promised"
            .formatted(
                ByteSize.format(memory.availableBytes()),
                memory.source(),
                ByteSize.format(memory.limitBytes()),
                ByteSize.format(reserveBytes),
                ByteSize.format(grantableBytes))
        : "unknown";
  }

  private static String text(CudaReport.Device device) {
    StringBuilder text = new StringBuilder();
    text.append(
        "Device %d: %s, compute capability %d.%d, %s\n\n"
            .formatted(
                device.info().ordinal(),
                device.info().deviceName(),
                device.info().computeMajor(),
                device.info().computeMinor(),
                ByteSize.format(device.info().totalBytes())));
    Table table = new Table("capability", "there", "why not");
    table.alignLeft(0, 1, 2);
    for (Capability capability : Capability.values()) {
      table.row(
          capability.name().toLowerCase(Locale.ROOT),
          device.capabilities().has(capability) ? "yes" : "no",
          device.capabilities().whyNot(capability).orElse(""));
    }
    return text.append(table).toString();
  }
}
