package io.spillway.samples.latency;

import io.spillway.driver.DeviceInfo;
import io.spillway.range.ByteSize;
import io.spillway.samples.Table;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was timed.
 *
 * @param device where
 * @param job what
 * @param bare launches that nobody is told of
 * @param told launches that the session is told of
 * @param fetchedBytes what the engine fetched meanwhile
 * @param state what it says of itself
 */
record LatencyReport(
    DeviceInfo device,
    LatencyJob job,
    Percentiles bare,
    Percentiles told,
    long fetchedBytes,
    String state) {

  String text() {
    Table table = new Table("nanoseconds a launch", "50th", "99th", "99.9th");
    table.alignLeft(0);
    row(table, "bare", bare);
    row(table, "with the engine", told);
    row(table, "difference", told.less(bare));
    return """
    %s%s: %d launches of each kind by turns, %d allocations of %s, budget %s
    %s
    fetched meanwhile: %s; engine: %s
    """
        .formatted(
            device.deviceName(),
            device.simulated()
                ? ", simulated (these are times of the simulation, not of a driver)"
                : "",
            job.launches(),
            job.layers().count(),
            ByteSize.format(job.layers().layerBytes()),
            ByteSize.format(job.layers().budgetBytes()),
            table.toString().stripTrailing(),
            ByteSize.format(fetchedBytes),
            state);
  }

  private static void row(Table table, String name, Percentiles of) {
    table.row(name, Long.toString(of.p50()), Long.toString(of.p99()), Long.toString(of.p999()));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("device", device.deviceName());
    json.put("simulated", device.simulated());
    json.put("launches", job.launches());
    json.put("footprint_bytes", job.layers().bytes());
    json.put("budget_bytes", job.layers().budgetBytes());
    json.put("bare_ns", json(bare));
    json.put("told_ns", json(told));
    json.put("difference_ns", json(told.less(bare)));
    json.put("fetched_bytes", fetchedBytes);
    json.put("engine", state);
    return json;
  }

  private static Map<String, Object> json(Percentiles of) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("p50", of.p50());
    json.put("p99", of.p99());
    json.put("p99.9", of.p999());
    return json;
  }
}
