package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Region;
import io.spillway.benchmarks.trace.Span;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceLaunch;
import io.spillway.range.Blocks;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A trace in blocks of 2 MiB: what policies decide about. Immutable, and safe for any thread. */
public final class TraceBlocks {

  private final Trace trace;
  private final int[] firstBlock;
  private final int[] regionOf;
  private final LaunchBlocks[] launches;
  private final int sites;

  /** The blocks of {@code trace}. */
  public TraceBlocks(Trace trace) {
    this.trace = trace;
    List<Region> regions = trace.regions();
    firstBlock = new int[regions.size() + 1];
    for (Region region : regions) {
      firstBlock[region.id() + 1] =
          Math.toIntExact(firstBlock[region.id()] + Blocks.count(region.bytes()));
    }
    regionOf = new int[firstBlock[regions.size()]];
    for (Region region : regions) {
      Arrays.fill(regionOf, firstBlock[region.id()], firstBlock[region.id() + 1], region.id());
    }
    Map<String, Integer> siteNumbers = new HashMap<>();
    launches = new LaunchBlocks[trace.launches()];
    int[] stamp = new int[regionOf.length];
    int[] buffer = new int[regionOf.length];
    for (int i = 0; i < launches.length; i++) {
      TraceLaunch launch = trace.launch(i);
      int site =
          siteNumbers.computeIfAbsent(
              launch.label() + '#' + launch.ordinal(), _ -> siteNumbers.size());
      launches[i] = new LaunchBlocks(i, site, touched(launch, stamp, buffer), dead(launch));
    }
    sites = siteNumbers.size();
  }

  private int[] touched(TraceLaunch launch, int[] stamp, int[] buffer) {
    int count = 0;
    for (Touch touch : launch.touches()) {
      int end = block(touch.region(), touch.end() - 1);
      for (int block = block(touch.region(), touch.offset()); block <= end; block++) {
        if (stamp[block] != launch.index() + 1) {
          stamp[block] = launch.index() + 1;
          buffer[count++] = block;
        }
      }
    }
    return Arrays.copyOf(buffer, count);
  }

  /** Whole blocks within dead spans; a span that ends its region ends its last block too. */
  private int[] dead(TraceLaunch launch) {
    int[] blocks = new int[0];
    for (Span span : launch.dead()) {
      long end = span.offset() + span.bytes();
      boolean toTheEnd = end == trace.regions().get(span.region()).bytes();
      int first = firstBlock[span.region()] + (int) (Blocks.ceil(span.offset()) / Blocks.BYTES);
      int last =
          firstBlock[span.region()]
              + (int) ((toTheEnd ? Blocks.ceil(end) : Blocks.floor(end)) / Blocks.BYTES);
      int count = blocks.length;
      if (last > first) {
        blocks = Arrays.copyOf(blocks, count + last - first);
        for (int i = 0; i < last - first; i++) {
          blocks[count + i] = first + i;
        }
      }
    }
    return blocks;
  }

  /** The trace. */
  public Trace trace() {
    return trace;
  }

  /** How many blocks all regions have. */
  public int count() {
    return regionOf.length;
  }

  /** How many different launches there are. */
  public int sites() {
    return sites;
  }

  /** How many launches there are. */
  public int launches() {
    return launches.length;
  }

  /** The launch at that place. */
  public LaunchBlocks launch(int index) {
    return launches[index];
  }

  /** The region {@code block} is in. */
  public Region region(int block) {
    return trace.regions().get(regionOf[block]);
  }

  /** The block that holds the byte at {@code offset} of a region. */
  public int block(int region, long offset) {
    return firstBlock[region] + (int) (offset / Blocks.BYTES);
  }

  /** The first block of a region; that of one behind the last region ends the last one. */
  public int firstBlock(int region) {
    return firstBlock[region];
  }
}
