package io.spillway.benchmarks.trace;

import io.spillway.range.Blocks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Accesses as lines of {@code time_ns,launch,address,bytes,kind}: any tool can write it.
 *
 * <p>Lines are in order; those with the same {@code launch} number in a row are one launch. {@code
 * kind} is {@code r}, {@code w} (overwritten without being read) or {@code rw}. Addresses may be
 * hexadecimal. Touched blocks that adjoin become one region, taken to have been filled by the host
 * if its first access reads. A launch computes for the time until the next one begins; the last one
 * for none. The file is read twice: once for the regions, once for the launches.
 */
final class CsvReader implements TraceReader {

  /** The first line. */
  static final String HEADER = "time_ns,launch,address,bytes,kind";

  /**
   * One line.
   *
   * @param nanos when
   * @param launch the launch's number
   * @param address the first byte
   * @param bytes how many
   * @param effect what is done with them
   */
  private record Access(long nanos, long launch, long address, long bytes, Effect effect) {

    long end() {
      return address + bytes;
    }
  }

  private interface Sink {
    void accept(Access access);
  }

  /** What is known of a region while reading: its end, and what its accesses do. */
  private static final class Extent {
    long end;
    boolean filled;
    boolean written;

    Extent(long end, boolean filled, boolean written) {
      this.end = end;
      this.filled = filled;
      this.written = written;
    }
  }

  @Override
  public Trace read(Path file, String name, Parameters parameters) throws IOException {
    NavigableMap<Long, Extent> extents = new TreeMap<>();
    forEach(file, access -> extend(extents, access));
    TraceBuilder trace =
        new TraceBuilder(name)
            .tells(Characteristic.READ_ONLY_KNOWN)
            .tells(Characteristic.COMPUTE_TIMES);
    Map<Long, Integer> regions = new TreeMap<>();
    extents.forEach((start, extent) -> regions.put(start, region(trace, start, extent)));
    Launches launches = new Launches(trace, extents, regions);
    forEach(file, launches);
    launches.end();
    return trace.build();
  }

  private static int region(TraceBuilder trace, long start, Extent extent) {
    String label = "0x" + Long.toHexString(start);
    long bytes = extent.end - start;
    if (!extent.written) {
      return trace.readOnlyRegion(label, bytes);
    }
    return extent.filled ? trace.filledRegion(label, bytes) : trace.emptyRegion(label, bytes);
  }

  private static void extend(NavigableMap<Long, Extent> extents, Access access) {
    long start = Blocks.floor(access.address());
    long end = Blocks.ceil(access.end());
    boolean filled = access.effect().needsContents();
    Map.Entry<Long, Extent> before = extents.floorEntry(start);
    if (before != null && before.getValue().end >= end) {
      before.getValue().written |= access.effect().writes();
      return;
    }
    Extent extent = new Extent(end, filled, access.effect().writes());
    long from = start;
    if (before != null && before.getValue().end >= start) {
      from = before.getKey();
      join(extent, before.getValue());
    }
    for (Map.Entry<Long, Extent> next = extents.ceilingEntry(from);
        next != null && next.getKey() <= extent.end;
        next = extents.ceilingEntry(from)) {
      join(extent, next.getValue());
      extents.remove(next.getKey());
    }
    extents.put(from, extent);
  }

  private static void join(Extent extent, Extent older) {
    extent.end = Math.max(extent.end, older.end);
    extent.filled |= older.filled;
    extent.written |= older.written;
  }

  /** Turns accesses into launches, each one's accesses being known when the next one begins. */
  private static final class Launches implements Sink {
    private final TraceBuilder trace;
    private final NavigableMap<Long, Extent> extents;
    private final Map<Long, Integer> regions;
    private final List<Access> open = new ArrayList<>();

    Launches(TraceBuilder trace, NavigableMap<Long, Extent> extents, Map<Long, Integer> regions) {
      this.trace = trace;
      this.extents = extents;
      this.regions = regions;
    }

    @Override
    public void accept(Access access) {
      if (!open.isEmpty() && open.getLast().launch() != access.launch()) {
        emit(Math.max(0, access.nanos() - open.getFirst().nanos()));
      }
      open.add(access);
    }

    void end() {
      if (!open.isEmpty()) {
        emit(0);
      }
    }

    private void emit(long nanos) {
      trace.launch("launch", 0, nanos);
      for (Access access : open) {
        long start = extents.floorKey(access.address());
        trace.touch(
            regions.getOrDefault(start, 0),
            access.address() - start,
            access.bytes(),
            access.effect(),
            1);
      }
      open.clear();
    }
  }

  private static void forEach(Path file, Sink sink) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(TraceFiles.open(file), StandardCharsets.UTF_8))) {
      lines.readLine();
      long number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          sink.accept(access(file, number, line));
        }
      }
    }
  }

  private static Access access(Path file, long number, String line) throws IOException {
    String[] fields = line.strip().split(",", -1);
    try {
      if (fields.length != 5) {
        throw new NumberFormatException("five fields are needed");
      }
      Effect effect =
          switch (fields[4]) {
            case "r" -> Effect.READ;
            case "w" -> Effect.WRITE;
            case "rw" -> Effect.UPDATE;
            default -> throw new NumberFormatException("kind is r, w or rw");
          };
      Access access =
          new Access(
              Long.parseLong(fields[0]),
              Long.parseLong(fields[1]),
              Long.decode(fields[2]),
              Long.parseLong(fields[3]),
              effect);
      if (access.address() < 0 || access.bytes() <= 0) {
        throw new NumberFormatException("address and bytes must be positive");
      }
      return access;
    } catch (NumberFormatException e) {
      throw new IOException(
          "%s, line %d: '%s' is not %s: %s".formatted(file, number, line, HEADER, e.getMessage()),
          e);
    }
  }
}
