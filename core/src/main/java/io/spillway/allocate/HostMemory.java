package io.spillway.allocate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads what the host could still give this process: the least of {@code MemAvailable} and, for
 * every enclosing memory cgroup, its limits minus its usage.
 *
 * <p>The UVM driver's host pages are kernel memory charged to the process's cgroup and cannot be
 * swapped, so free swap counts for nothing. Inactive file cache is charged to a cgroup too but the
 * kernel drops it before refusing memory, so it counts as free there; in {@code MemAvailable} the
 * kernel has done that sum itself.
 *
 * <p>Safe for use by any thread.
 */
final class HostMemory {

  /**
   * From here on a version-1 limit is none: the kernel writes 2^63-1 rounded down to whole pages,
   * whose size differs.
   */
  private static final long NO_LIMIT = 1L << 62;

  private final HostFiles files;
  private final CgroupTree cgroups;
  private final Supplier<PlatformMemory> platform;

  HostMemory(HostFiles files, Supplier<PlatformMemory> platform) {
    this.files = files;
    this.cgroups = new CgroupTree(files);
    this.platform = platform;
  }

  CgroupTree cgroups() {
    return cgroups;
  }

  HostMemoryReading read() {
    Least least = new Least();
    String meminfo = files.read("/proc/meminfo");
    if (meminfo != null) {
      readMeminfo(meminfo, least);
    } else {
      PlatformMemory machine = platform.get();
      if (machine.totalBytes() >= 0 && machine.freeBytes() >= 0) {
        least.offer(
            machine.totalBytes(), machine.freeBytes(), "free memory of OperatingSystemMXBean");
      } else {
        least.notes.add(
            "no /proc/meminfo, and this Java runtime has no module jdk.management to ask instead");
      }
    }
    for (CgroupTree.Group group : cgroups.groups()) {
      String directory = group.directory();
      if (group.unified()) {
        readGroup(directory, "memory.max", "memory.current", "inactive_file", least);
        readGroup(directory, "memory.high", "memory.current", "inactive_file", least);
      } else {
        readGroup(
            directory,
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
            least);
        readGroup(directory, "memory.kmem.limit_in_bytes", "memory.kmem.usage_in_bytes", "", least);
      }
    }
    return least.reading();
  }

  private static void readMeminfo(String meminfo, Least least) {
    long totalKib = HostFiles.field(meminfo, "MemTotal");
    long availableKib = HostFiles.field(meminfo, "MemAvailable");
    String name = "MemAvailable";
    if (availableKib == -1) {
      // Kernels before 3.14: what is free without dropping any cache is a lower bound.
      availableKib = HostFiles.field(meminfo, "MemFree");
      name = "MemFree";
    }
    if (availableKib < 0 || availableKib > Long.MAX_VALUE / 1024) {
      least.notes.add("/proc/meminfo has no readable MemAvailable");
      return;
    }
    long totalBytes = totalKib < 0 || totalKib > Long.MAX_VALUE / 1024 ? -1 : totalKib * 1024;
    least.offer(totalBytes, availableKib * 1024, name + " in /proc/meminfo");
  }

  /** One limit of one group; {@code cacheKey} names the reclaimable cache in memory.stat. */
  private void readGroup(
      String directory, String limitFile, String usageFile, String cacheKey, Least least) {
    String path = directory + "/" + limitFile;
    long limitBytes = files.readBytes(path);
    if (limitBytes == -1 || limitBytes >= NO_LIMIT) {
      return;
    }
    if (limitBytes < 0) {
      least.notes.add(path + " is not a number of bytes; that limit is not counted");
      return;
    }
    long usageBytes = files.readBytes(directory + "/" + usageFile);
    if (usageBytes < 0) {
      least.notes.add(
          directory + "/" + usageFile + " is not readable; its limit counts as wholly unused");
      usageBytes = 0;
    }
    long cacheBytes = 0;
    if (!cacheKey.isEmpty()) {
      String stat = files.read(directory + "/memory.stat");
      cacheBytes = stat == null ? 0 : Math.max(0, HostFiles.field(stat, cacheKey));
    }
    least.offer(limitBytes, limitBytes - Math.max(0, usageBytes - cacheBytes), path);
  }

  /** The lowest figures so far. */
  private static final class Least {
    private final List<String> notes = new ArrayList<>();
    private long limitBytes = Long.MAX_VALUE;
    private long availableBytes = Long.MAX_VALUE;
    private String source = "nothing readable";

    void offer(long limit, long available, String from) {
      if (limit >= 0) {
        limitBytes = Math.min(limitBytes, limit);
      }
      if (available < availableBytes) {
        availableBytes = available;
        source = from;
      }
    }

    HostMemoryReading reading() {
      return new HostMemoryReading(limitBytes, availableBytes, source, notes);
    }
  }
}
